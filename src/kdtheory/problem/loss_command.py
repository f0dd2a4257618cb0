"""``kdtheory loss check``: ρ, T and a missing T² of a user's loss, from its gradient at a few logits."""

import argparse
from pathlib import Path

from kdtheory.problem.files import read_arrays
from kdtheory.problem.findings import refuse
from kdtheory.problem.gradients import measure_loss

_NAMES = ("student_logits", "teacher_logits", "labels", "gradient")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``kdtheory loss``."""
    parser.description = (
        f"Measure ρ, T and a missing T² of a loss. FILE holds {', '.join(_NAMES[:-1])} of 16 or so samples, random "
        "ones will do, and gradient, that of the mean loss in the student's logits."
    )
    parser.add_argument("action", choices=["check"], help="what to do, which is check")
    parser.add_argument("file", type=Path, metavar="FILE", help="an .npz or .safetensors file")
    parser.add_argument("--alpha", type=float, help="the weight of the soft term that is meant, 1 − α for the hard one")
    parser.add_argument("--temperature", type=float, help="the temperature that is meant")


def run(arguments: argparse.Namespace) -> int:
    """Print what a loss is."""
    arrays = read_arrays(arguments.file)
    missing = [name for name in _NAMES if name not in arrays]
    if missing:
        raise refuse("names", f"{arguments.file}: lacks {', '.join(missing)}")
    measured = measure_loss(
        **{name: arrays[name] for name in _NAMES}, alpha=arguments.alpha, temperature=arguments.temperature
    )
    print(measured.summary.replace("; ", "\n"))
    return 0
