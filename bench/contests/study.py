"""The study itself: wall time, core time and how much of it is work, memory, and what one more of something costs."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from bench.cluster_simulation import speed_up

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / "results" / "bench" / "study"
CORES = 2
_DONE = re.compile(r"done: ([\d.]+) s of work after ([\d.]+) s of imports")

# What one more of something costs: the work of a cell's first batch of worlds with all of it, and with half.
_CHANGED = {
    "soft ratio": (("experiments", "mixing", "cells", "main", "soft_ratios"), "mixing"),
    "stopping epoch": (("experiments", "stopping", "cells", "main", "stopping_epochs"), "stopping"),
    "transfer-set size": (("experiments", "mixing", "cells", "main", "n_train"), "mixing"),
    "run": (("datasets", "mixtures", "runs"), "modes"),
    "world": (("datasets", "mixtures", "worlds_per_job"), "modes"),
}


def measure(full):
    """Measure the default study in ``results/bench/study``, which is run there first unless a finished one is found.

    ``cluster`` is what a cluster would make of it.
    """
    if not (FOLDER / "results/cube.nc").exists():
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        _snakemake(FOLDER, "--cores", str(CORES))
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
    times = [_work(log) for log in (FOLDER / "logs").rglob("*.log") if _DONE.search(_text(log))]
    work, imports = (sum(column) for column in zip(*times, strict=True))
    started = time.perf_counter()
    _snakemake(FOLDER, "-n")
    dry_run = time.perf_counter() - started
    cluster = speed_up(FOLDER)
    facts = {
        f"wall time on {CORES} cores": f"{cluster['wall'] / 60:.1f} min",
        "processor time of the jobs": f"{work + imports:.0f} s, {imports / (work + imports):.0%} of it imports",
        f"share of the {CORES} cores' time in our computations": f"{work / (CORES * cluster['wall']):.0%}",
        "largest job": f"{_largest_job(FOLDER):.0f} MB",
        "jobs": str(cluster["jobs"]),
        "results": f"{sum(path.stat().st_size for path in (FOLDER / 'results').rglob('*.*')) / 2**20:.0f} MB",
        "dry run of the finished study": f"{dry_run:.1f} s",
    }
    with tempfile.TemporaryDirectory() as temporary:
        copy = shutil.copytree(FOLDER, Path(temporary) / "study")
        facts |= {f"one more {what}": _marginal(copy, config, *place) for what, place in _CHANGED.items()}
    return {"facts": facts, "cluster": cluster}


def _largest_job(folder):
    """Resident memory in MB of the largest job that has a benchmark file."""
    rows = (path.read_text().splitlines() for path in (folder / "results/benchmarks").rglob("*.tsv"))
    return max(float(dict(zip(row[0].split("\t"), row[1].split("\t"), strict=True))["max_rss"]) for row in rows)


def _marginal(folder, config, path, experiment):
    values = config
    for key in path:
        values = values[key]
    seconds = {}
    for chosen in (values, _half(values)):
        overlay = folder / "changed.yaml"
        overlay.write_text(yaml.safe_dump(_nested(path, chosen)), encoding="utf-8")
        target = f"results/students/{experiment}/main/0000.nc"
        _snakemake(folder, "--cores", "1", "--configfile", str(overlay), "--forcerun", "fit_kernel", "--", target)
        seconds[_count(chosen)] = _work(folder / f"logs/students/{experiment}-main/0000.log")[0]
    many, few = seconds
    one_more = (seconds[many] - seconds[few]) / (many - few)
    return f"{one_more:.2f} s of core time, {one_more / seconds[many]:.1%} of the {many} in {experiment}"


def _half(values):
    # The last one stays: it decides how many points a cell needs.
    return values // 2 if isinstance(values, int) else values[::-2][::-1]


def _count(values):
    return values if isinstance(values, int) else len(values)


def _nested(path, value):
    for key in reversed(path):
        value = {key: value}
    return value


def _work(log):
    return tuple(float(seconds) for seconds in _DONE.search(_text(log)).groups())


def _text(log):
    return log.read_text(errors="replace")


def _snakemake(folder, *arguments):
    command = [sys.executable, "-m", "snakemake", "--directory", str(folder), *arguments]
    finished = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{finished.stderr[-2000:]}")
