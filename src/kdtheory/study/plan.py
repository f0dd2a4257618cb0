"""What a study will cost before it runs: operations, memory and hours of each kind of job, from the configuration.

``python -m kdtheory.study.plan config.yaml workflow/presets/paper.yaml --measured results``
"""

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import yaml
from snakemake.utils import update_config

from kdtheory.jobs import log
from kdtheory.study import config as study_config
from kdtheory.study.operations import student_cost, teacher_cost

# Operations per second that a data-centre GPU is assumed to keep up: a tenth or less of its peak.
GPU_RATE = 5e12


@dataclass(frozen=True)
class Job:
    """One job that trains or fits.

    Attributes
    ----------
    kind : str
        Stage and module: "students/kernel".
    name : str
        As in the names of its log and benchmark files.
    operations : float
    bytes : float
        Of its largest arrays.
    """

    kind: str
    name: str
    operations: float
    bytes: float

    @property
    def benchmark(self):
        """Where a run of the study measures it, below ``results``."""
        return f"benchmarks/{self.kind.split('/')[0]}/{self.name}.tsv"


def jobs(config):
    """Return the jobs of a checked configuration that train teachers or fit students.

    Making datasets, measuring, drawing and checking cost less than starting Python and are left out.
    """
    found, trained = [], {}
    for name, experiment in config["experiments"].items():
        student = study_config.schema(f"experiments/{name}.yaml").get("x-student")
        for cell_name, cell in experiment.get("cells", {}).items():
            dataset, teacher = config["datasets"][cell["dataset"]], config["teachers"][cell["teacher"]]
            trained[cell["teacher"]] = (teacher, dataset)
            if student:
                cost = student_cost(student, cell, dataset, teacher)
                found.append(Job(f"students/{student}", f"{name}-{cell_name}", cost.operations, cost.bytes))
    for name, (teacher, dataset) in trained.items():
        cost = teacher_cost(teacher, dataset)
        if cost:
            found.append(Job(f"teachers/{teacher['kind']}", name, cost.operations, cost.bytes))
    return found


def measured_rates(config, results):
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


def table(config, rates):
    """Return the plan as lines of Markdown.

    Parameters
    ----------
    config : dict
        A checked configuration.
    rates : dict
        What `measured_rates` gave.
    """
    kinds = {}
    for job in jobs(config):
        kinds.setdefault(job.kind, []).append(job)
    lines = [
        "| jobs | count | operations | core-hours | GPU-hours | memory of the largest |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    totals = [0.0, 0.0, 0.0]
    for kind, members in sorted(kinds.items()):
        operations = sum(job.operations for job in members)
        hours = [operations / rates[kind] / 3600 if kind in rates else float("nan"), operations / GPU_RATE / 3600]
        totals = [total + value for total, value in zip(totals, (operations, *hours), strict=True)]
        largest = f"{max(job.bytes for job in members) / 2**30:.1f} GiB"
        lines.append(_row(kind, len(members), operations, hours, largest))
    return [*lines, _row("all", sum(map(len, kinds.values())), totals[0], totals[1:], "")]


def _row(kind, count, operations, hours, largest):
    return f"| {kind} | {count} | {operations:.1e} | {' | '.join(map(_hours, hours))} | {largest} |"


def _hours(hours):
    if hours != hours:
        return "not measured"
    return f"{hours:.2g}" if hours < 99.5 else f"{hours:.0f}"


def read(paths):
    """Merge configuration files as the workflow does (mappings deeply, lists replaced), and check the result."""
    merged = {}
    for path in paths:
        update_config(merged, yaml.safe_load(Path(path).read_text()))
    return study_config.check(merged)


def _seconds(path):
    with open(path) as file:
        return sum(float(row["cpu_time"]) for row in csv.DictReader(file, delimiter="\t"))


def _main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "config", nargs="+", type=Path, help="configuration files; later ones are merged over the first"
    )
    parser.add_argument(
        "--measured", type=Path, metavar="RESULTS",
        help="results of a finished study of the first file, whose benchmarks give the core-hours",
    )  # fmt: skip
    arguments = parser.parse_args()
    rates = measured_rates(read(arguments.config[:1]), arguments.measured) if arguments.measured else {}
    print("\n".join(table(read(arguments.config), rates)))


if __name__ == "__main__":
    log.run(_main)
