"""What a study will cost before it runs: operations, memory and hours of each kind of job, from the configuration.

``kdtheory plan config.yaml workflow/presets/paper.yaml --measured results``
"""

import argparse
import csv
import os
from dataclasses import dataclass
from pathlib import Path

from kdtheory.jobs import markdown, terminal
from kdtheory.study import batches
from kdtheory.study.check import add_configurations, read
from kdtheory.study.operations import student_cost, teacher_cost
from kdtheory.study.schema import schema

# Operations per second that a data-centre GPU is assumed to keep up: a tenth or less of its peak.
GPU_RATE = 5e12

_COLUMNS = ("jobs", "count", "operations", "core-hours", "GPU-hours", "memory of the largest")


@dataclass(frozen=True)
class Job:
    """One job that trains or fits: a batch of worlds.

    Attributes
    ----------
    kind : str
        Stage and module: "students/kernel".
    name : str
        As in the paths of its log and benchmark files.
    operations : float
    bytes : float
        Of its largest arrays.
    """

    kind: str
    name: str
    operations: float
    bytes: float

    @property
    def benchmark(self) -> str:
        """Where a run of the study measures it, below ``results``."""
        return f"benchmarks/{self.kind.split('/')[0]}/{self.name}.tsv"


def jobs(config: dict) -> list[Job]:
    """Return the jobs of a checked configuration that train teachers or fit students.

    Making datasets, measuring, drawing and checking cost less than starting Python and are left out.
    """
    found, trained = [], {}
    for name, experiment in config["experiments"].items():
        student = schema(f"experiments/{name}.yaml").get("x-student")
        for cell_name, cell in experiment.get("cells", {}).items():
            dataset, teacher = config["datasets"][cell["dataset"]], config["teachers"][cell["teacher"]]
            for first in batches.firsts(dataset, batches.worlds_of_cell(cell, dataset)):
                trained[cell["teacher"], first] = (teacher, dataset)
                if student:
                    cost = student_cost(student, cell, dataset, teacher, first)
                    named = f"{name}-{cell_name}/{batches.name(first)}"
                    found.append(Job(f"students/{student}", named, cost.operations, cost.bytes))
    for (name, first), (teacher, dataset) in trained.items():
        cost = teacher_cost(teacher, dataset)
        if cost:
            named = f"{name}/{batches.name(first)}"
            found.append(Job(f"teachers/{teacher['kind']}", named, cost.operations, cost.bytes))
    return found


def measured_rates(config: dict, results: str | os.PathLike) -> dict[str, float]:
    """Return operations per second of one core for each kind of job, from the benchmark files of a finished study.

    Parameters
    ----------
    config : dict
        The checked configuration of that study.
    results : pathlib.Path
        Its results.
    """
    totals = {}
    for job in jobs(config):
        path = Path(results) / job.benchmark
        if path.exists():
            operations, seconds = totals.get(job.kind, (0.0, 0.0))
            totals[job.kind] = operations + job.operations, seconds + _seconds(path)
    return {kind: operations / seconds for kind, (operations, seconds) in totals.items()}


def table(config: dict, rates: dict[str, float]) -> list[str]:
    """Return the plan as lines of Markdown.

    Parameters
    ----------
    config : dict
        A checked configuration.
    rates : dict
        What `measured_rates` gave.
    """
    return markdown.table(_COLUMNS, _rows(config, rates))


def total(config: dict, rates: dict[str, float]) -> tuple[int, float]:
    """Return the number of jobs that train or fit, and their core-hours; NaN where a kind of job was not measured.

    Parameters
    ----------
    config : dict
        A checked configuration.
    rates : dict
        What `measured_rates` gave.
    """
    planned = jobs(config)
    return len(planned), sum(job.operations / rates.get(job.kind, float("nan")) for job in planned) / 3600


def _rows(config, rates):
    kinds = {}
    for job in jobs(config):
        kinds.setdefault(job.kind, []).append(job)
    rows = []
    totals = [0.0, 0.0, 0.0]
    for kind, members in sorted(kinds.items()):
        operations = sum(job.operations for job in members)
        hours = [operations / rates[kind] / 3600 if kind in rates else float("nan"), operations / GPU_RATE / 3600]
        totals = [total + value for total, value in zip(totals, (operations, *hours), strict=True)]
        largest = f"{max(job.bytes for job in members) / 2**30:.1f} GiB"
        rows.append(_row(kind, len(members), operations, hours, largest))
    return [*rows, _row("all", sum(map(len, kinds.values())), totals[0], totals[1:], "")]


def _row(kind, count, operations, hours, largest):
    return (kind, str(count), f"{operations:.1e}", *map(_hours, hours), largest)


def _hours(hours):
    if hours != hours:
        return "not measured"
    return f"{hours:.2g}" if hours < 99.5 else f"{hours:.0f}"


def _seconds(path):
    with open(path) as file:
        return sum(float(row["cpu_time"]) for row in csv.DictReader(file, delimiter="\t"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``kdtheory plan``."""
    parser.description = (
        "Count the operations, the hours and the largest arrays of every job of a configuration that trains or fits. "
        f"GPU-hours assume {GPU_RATE:.0e} operations a second."
    )
    add_configurations(parser)
    parser.add_argument(
        "--measured", type=Path, metavar="RESULTS",
        help="results of a finished study of the first file, whose benchmarks give the core-hours",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Print the plan of a configuration."""
    if arguments.measured and not arguments.measured.is_dir():
        raise FileNotFoundError(f"{arguments.measured}: no such folder; name the results of a finished study")
    rates = measured_rates(read(arguments.config[:1]), arguments.measured) if arguments.measured else {}
    print("\n".join(terminal.table(_COLUMNS, _rows(read(arguments.config), rates), terminal.width())))
    return 0
