"""``kdtheory problem check``: the findings of the checker on a problem file."""

import argparse
from pathlib import Path

from kdtheory.problem.checker import check_problem
from kdtheory.problem.data import SPLITS
from kdtheory.problem.files import read_problem
from kdtheory.problem.findings import REFUSED


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``kdtheory problem``."""
    parser.description = "Check a problem file: what it holds, and what of it contradicts itself, with the evidence."
    parser.add_argument("action", choices=["check"], help="what to do, which is check")
    parser.add_argument(
        "problem", type=Path, metavar="FILE", help="a problem file, .npz, .safetensors, .nc or .parquet"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what a problem file holds and every finding; return 1 where one is a refusal."""
    problem = read_problem(arguments.problem)
    sizes = ", ".join(f"{len(problem.of(code))} {name}" for code, name in enumerate(SPLITS))
    print(f"{arguments.problem}: {sizes} points, {problem.n_classes} classes, {len(problem.checkpoints)} checkpoints")
    findings = check_problem(problem)
    for finding in findings:
        print(finding)
    if not findings:
        print("nothing odd")
    return int(any(finding.severity == REFUSED for finding in findings))
