"""How a cluster would speed up the study: its jobs, with their measured times, scheduled on N cores."""

import base64
import heapq
import json
from dataclasses import dataclass, field
from pathlib import Path

# Submitting a job through a scheduler and starting Snakemake in it takes about this long (seconds).
SUBMISSION = 5.0


@dataclass
class Job:
    """One job of a finished run.

    Attributes
    ----------
    rule : str
    seconds : float
        Wall time, starting Python included.
    needs : set of str
        Keys of the jobs whose outputs it reads.
    ended : float
        When it ended, in seconds of the machine's clock.
    """

    rule: str
    seconds: float
    needs: set = field(default_factory=set)
    ended: float = 0.0


def jobs_of(folder):
    """Return the jobs of the finished study in a folder, by key, from what Snakemake recorded of their outputs.

    Parameters
    ----------
    folder : pathlib.Path
        Where the study ran; it holds ``.snakemake/metadata``.

    Raises
    ------
    ValueError
        The folder holds no record of a run.
    """
    makers, records = {}, {}
    for path in sorted((Path(folder) / ".snakemake/metadata").rglob("*")):
        if path.is_dir():
            continue
        record = json.loads(path.read_text())
        if not record.get("endtime"):
            continue
        # Outputs of one job share their log.
        key = f"{record['rule']} {' '.join(record['log'])}"
        records[key] = record
        makers[_output(path)] = key
    if not records:
        raise ValueError(f"{folder} holds no record of a finished run")
    return {
        key: Job(
            record["rule"],
            record["endtime"] - record["starttime"],
            {makers[file] for file in record["input"] if file in makers} - {key},
            record["endtime"],
        )
        for key, record in records.items()
    }


def makespan(jobs, cores, overhead=0.0):
    """Return the wall time of jobs on a number of cores, in seconds.

    Whenever a core is free it takes the ready job with the longest chain of jobs behind it.

    Parameters
    ----------
    jobs : dict of Job
    cores : int
        Each runs one job at a time.
    overhead : float
        Seconds that every job takes beside its own.
    """
    behind = chains(jobs, overhead)
    waiting = {key: set(job.needs) for key, job in jobs.items()}
    ready = [(-behind[key], key) for key, needs in waiting.items() if not needs]
    heapq.heapify(ready)
    running, now = [], 0.0
    while ready or running:
        while ready and len(running) < cores:
            _, key = heapq.heappop(ready)
            heapq.heappush(running, (now + jobs[key].seconds + overhead, key))
        now, finished = heapq.heappop(running)
        for key, needs in waiting.items():
            if finished in needs:
                needs.remove(finished)
                if not needs:
                    heapq.heappush(ready, (-behind[key], key))
    return now


def chains(jobs, overhead=0.0):
    """Return for each job the length in seconds of the longest chain that starts with it."""
    followers = {key: [] for key in jobs}
    for key, job in jobs.items():
        for need in job.needs:
            followers[need].append(key)
    lengths = {}
    for start in jobs:
        stack = [start]
        while stack:
            key = stack[-1]
            open_ = [follower for follower in followers[key] if follower not in lengths]
            if open_:
                stack.extend(open_)
                continue
            stack.pop()
            longest = max((lengths[follower] for follower in followers[key]), default=0.0)
            lengths[key] = jobs[key].seconds + overhead + longest
    return lengths


def speed_up(folder, cores=(1, 2, 4, 8, 16, 32, 64, 128)):
    """Return the simulated wall times of a finished study, alone and with a scheduler's overhead.

    Returns
    -------
    dict
        ``cores``; ``seconds`` and ``seconds_with_scheduler`` for each; ``critical_path`` in seconds and the rules
        along it; ``jobs`` and their ``total`` seconds; ``wall``, during which
        the run had jobs, pauses between its parts left out.
    """
    jobs = jobs_of(folder)
    lengths = chains(jobs)
    path, ahead = [], set(jobs)
    while ahead:
        longest = max(ahead, key=lengths.get)
        path.append(longest)
        ahead = {key for key, job in jobs.items() if longest in job.needs}
    return {
        "cores": list(cores),
        "seconds": [makespan(jobs, count) for count in cores],
        "seconds_with_scheduler": [makespan(jobs, count, SUBMISSION) for count in cores],
        "critical_path": lengths[path[0]],
        "critical_rules": [jobs[key].rule for key in path],
        "jobs": len(jobs),
        "total": sum(job.seconds for job in jobs.values()),
        "wall": _busy(jobs),
    }


def _busy(jobs):
    """Seconds in which at least one job ran."""
    total, until = 0.0, -float("inf")
    for job in sorted(jobs.values(), key=lambda job: job.ended - job.seconds):
        total += max(0.0, job.ended - max(until, job.ended - job.seconds))
        until = max(until, job.ended)
    return total


def _output(record):
    """The output that a file of Snakemake's records describes: its path in base 64, cut to folders where long."""
    relative = record.relative_to(next(parent for parent in record.parents if parent.name == "metadata"))
    return base64.b64decode("".join(part.removeprefix("@") for part in relative.parts)).decode()
