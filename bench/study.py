"""The study itself: wall time, core time and how much of it is work, memory, and what one more of something costs."""

import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import yaml

from bench.cluster_simulation import speed_up

REPOSITORY = Path(__file__).parents[1]
_DONE = re.compile(r"done: ([\d.]+) s of work after ([\d.]+) s of imports")

# What one more of something costs: the work of a cell with all of a list, and with every second entry of it.
_LISTS = {
    "soft ratio": ("mixing", "main", "soft_ratios"),
    "stopping epoch": ("stopping", "main", "stopping_epochs"),
    "teacher": ("stopping", "main", "teachers"),
    "transfer-set size": ("mixing", "main", "n_train"),
}


def measure(folder, cores=2):
    """Run the whole default study in an empty folder and measure it.

    Parameters
    ----------
    folder : pathlib.Path
    cores : int

    Returns
    -------
    dict
        ``wall``, ``core_seconds`` (all processes), ``work_seconds`` and ``import_seconds`` (of the jobs' own logs),
        ``peak_job_bytes``, ``jobs``, ``dry_run`` (of the finished study, seconds), ``marginal`` (by what there is one
        more of: seconds and share of its cell's work), ``cluster`` (`bench.cluster_simulation.speed_up`).
    """
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    before, started = _children(), time.perf_counter()
    _snakemake(folder, "--cores", str(cores))
    wall, after = time.perf_counter() - started, _children()
    times = _times(folder)
    started = time.perf_counter()
    _snakemake(folder, "-n")
    dry_run = time.perf_counter() - started
    cluster = speed_up(folder)
    return {
        "wall": wall,
        "cores": cores,
        "core_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "work_seconds": sum(work for work, _ in times.values()),
        "import_seconds": sum(imports for _, imports in times.values()),
        "peak_job_bytes": after.ru_maxrss * 1024,
        "jobs": cluster["jobs"],
        "dry_run": dry_run,
        "marginal": {what: _marginal(folder, config, *place) for what, place in _LISTS.items()},
        "cluster": cluster,
    }


def _marginal(folder, config, experiment, cell, key):
    values = config["experiments"][experiment]["cells"][cell][key]
    # The last one stays: it decides how many points a cell needs.
    fewer = values[::-2][::-1]
    seconds = {}
    for chosen in (values, fewer):
        overlay = Path(folder) / "fewer.yaml"
        overlay.write_text(yaml.safe_dump({"experiments": {experiment: {"cells": {cell: {key: chosen}}}}}))
        target = f"results/students/{experiment}/{cell}.nc"
        _snakemake(folder, "--cores", "1", "--configfile", str(overlay), "--forcerun", "fit_kernel", "--", target)
        seconds[len(chosen)] = _work(Path(folder) / f"logs/students/{experiment}-{cell}.log")[0]
    one_more = (seconds[len(values)] - seconds[len(fewer)]) / (len(values) - len(fewer))
    return {"seconds": one_more, "share": one_more / seconds[len(values)], "cell": f"{experiment}/{cell}"}


def _times(folder):
    """Work and imports of every job, in seconds of processor time, by its log."""
    return {str(log): _work(log) for log in sorted((Path(folder) / "logs").rglob("*.log")) if _DONE.search(_text(log))}


def _work(log):
    return tuple(float(seconds) for seconds in _DONE.search(_text(log)).groups())


def _text(log):
    return log.read_text(errors="replace")


def _children():
    return resource.getrusage(resource.RUSAGE_CHILDREN)


def _snakemake(folder, *arguments):
    command = [sys.executable, "-m", "snakemake", "--directory", str(folder), "--quiet", "all", *arguments]
    subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
