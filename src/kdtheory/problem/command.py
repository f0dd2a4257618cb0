"""``kdtheory diagnose``: what theory and a kernel student say of a problem file, as a page, a cube and a summary."""

import argparse
import logging
import sys
from pathlib import Path

import xarray as xr

from kdtheory.jobs import storage
from kdtheory.problem.diagnosis import diagnose
from kdtheory.problem.files import read_problem
from kdtheory.problem.page import page

_RANKS = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``kdtheory diagnose``."""
    parser.description = (
        "Diagnose a teacher on your points: who wins where teacher and label disagree, where to start, learning curves "
        "and a ranking of (checkpoint, ρ, T) for an infinitely wide student. Writes diagnosis.html, diagnosis.nc and "
        "diagnosis.json."
    )
    parser.add_argument("problem", type=Path, help="a problem file, .npz, .safetensors, .nc or .parquet")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("diagnosis"), metavar="FOLDER", help="by default %(default)s"
    )
    parser.add_argument(
        "--hard-label-error", type=float, metavar="SHARE",
        help="audit error of one student of yours, trained on hard labels, shown next to that of the kernel student",
    )  # fmt: skip
    parser.add_argument(
        "--accept", nargs="+", default=[], metavar="KIND", help="go on in spite of refusals of these kinds"
    )


def run(arguments: argparse.Namespace) -> int:
    """Diagnose a problem and print the start and the errors with hard labels."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    problem = read_problem(arguments.problem)
    tree = diagnose(problem, hard_label_error=arguments.hard_label_error, accept=arguments.accept)
    write_diagnosis(tree, arguments.output)
    for finding in tree.attrs["findings"]:
        print(finding)
    attrs = tree.attrs
    print(
        f"start: checkpoint {attrs['start_checkpoint']:g}, α = {attrs['start_alpha']:g} with T², T = "
        f"{attrs['start_temperature']:g} (ρ = {attrs['start_soft_ratio']:.4f})"
    )
    print(attrs["comparison"])
    print(f"written: {arguments.output / 'diagnosis.html'}")
    return 0


def write_diagnosis(tree: xr.DataTree, folder: Path) -> None:
    """Write ``diagnosis.html``, ``diagnosis.nc`` and ``diagnosis.json`` into a folder."""
    text = page(tree)
    storage.write_json(_summary(tree), folder / "diagnosis.json")
    storage.write_tree(_storable(tree), folder / "diagnosis.nc")
    with storage.replacing(folder / "diagnosis.html") as temporary:
        temporary.write_text(text, encoding="utf-8")


def _storable(tree):
    """A copy whose attributes NetCDF can hold: no empty list."""
    copy = tree.copy()
    copy.attrs = {**tree.attrs, "findings": "\n".join(tree.attrs["findings"])}
    return copy


def _summary(tree):
    """The attributes, the first ranks and the teachers, in plain numbers."""
    content = dict(tree.attrs)
    teachers = tree["teachers"].to_dataset()
    content["teachers"] = _records(teachers, "checkpoint", teachers.sizes["checkpoint"])
    if "ranking" in tree:
        ranking = tree["ranking"].to_dataset()
        content["ranking_of"] = f"{ranking.attrs['of']}, {ranking.attrs['basis']}"
        content["ranking"] = _records(ranking, "rank", _RANKS)
    return content


def _records(dataset, dimension, count):
    """One dictionary for each place along a dimension; NaN becomes null."""
    names = [dimension, *dataset.data_vars]
    columns = [dataset[name].values[:count].tolist() for name in names]
    return [
        {name: None if value != value else value for name, value in zip(names, row, strict=True)}
        for row in zip(*columns, strict=True)
    ]
