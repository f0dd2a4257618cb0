"""What a run that failed has nevertheless: claims, cube and explorer of what there is, and one line on what is missing.

The workflow calls it when a run ends with a failed job:
``python -m kdtheory.pages.partial results --logs logs --jobs …``.
"""

import argparse
import json
import os
from pathlib import Path

from kdtheory.claims import collect
from kdtheory.claims.registry import NOT_RUN
from kdtheory.cube import open_cube, write_cube
from kdtheory.figures.registry import figures
from kdtheory.jobs import log, storage
from kdtheory.pages.explorer import page

_FETCHED = "datasets/fetched/"
_GO_ON = "the same command then goes on from here"
_WRITTEN = ("claims.json", "claims.md", "cube.nc", "explorer.html")
# Older than whatever a run makes, so that the next one makes again what was written of an incomplete study.
_LONG_AGO = 86400


def complete(results: Path, logs: Path, jobs: dict[str, list[str]], own: bool = False) -> str:
    """Write what can be written of a study, and say what is missing.

    Parameters
    ----------
    results : pathlib.Path
        The results folder.
    logs : pathlib.Path
        The folder of logs.
    jobs : dict of str to list of str
        For each group of the cube, the logs of the jobs behind it, as `kdtheory.claims.collect.collect` takes them.
    own : bool
        The study is on a user's own problem, with figures and statements of its own.

    Returns
    -------
    str
        One line that begins with "missing: ", or nothing where all results are there.
    """
    records = collect.collect(sorted(results.glob("claims/*.json")), results, logs, jobs, own)
    _write(results / "claims.json", collect.as_json(records))
    _write(results / "claims.md", collect.table(records))
    groups = [name for name in jobs if not (results / "analysis" / f"{name.split('/')[-1]}.nc").is_file()]
    # A cube of all groups is made by the workflow, which knows the whole configuration.
    if groups and any((results / "analysis").glob("*.nc")):
        write_cube(open_cube(results / "analysis"), results / "cube.nc")
    page.write(results, results / "explorer.html")
    drawn = [name for name, figure in figures(own).items() if set(figure.reads) <= jobs.keys()]
    lacking = {
        "groups of the cube": (groups, jobs),
        "figures": ([name for name in drawn if not (results / "figures" / f"{name}.svg").is_file()], drawn),
        "claims": ([record for record in records if record["verdict"] == NOT_RUN], records),
    }
    counts = [f"{len(some)} of {len(every)} {what}" for what, (some, every) in lacking.items() if some]
    if not counts:
        return ""
    for path in (results / name for name in _WRITTEN):
        if path.is_file():
            os.utime(path, (_LONG_AGO, _LONG_AGO))
    return f"missing: {', '.join(counts)}; {_remedy(_images_missing(results, logs, jobs), logs)}"


def _images_missing(results, logs, jobs):
    """Names of the image sets that a job could not fetch."""
    behind = {job.removeprefix(_FETCHED) for names in jobs.values() for job in names if job.startswith(_FETCHED)}
    return sorted(
        name
        for name in behind
        if not (results / _FETCHED / f"{name}.json").is_file() and collect.last_error(logs / _FETCHED / f"{name}.log")
    )


def _remedy(images, logs):
    if not images:
        return f"the logs of the failed jobs say why; {_GO_ON}"
    return (
        f"{' and '.join(images)} could not be had ({logs}/{_FETCHED}{images[0]}.log says why): allow a download "
        f"(KDTHEORY_SOURCES), or name a folder with the published files (KDTHEORY_DATA); {_GO_ON}"
    )


def _write(path, text):
    """Write a text; one that is there already keeps its time, so that what reads it is not made again."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    with storage.replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _main():
    parser = argparse.ArgumentParser(description="Write claims, cube and explorer of an incomplete study.")
    parser.add_argument("results", type=Path, help="the results folder")
    parser.add_argument("--logs", type=Path, required=True, help="the folder of logs")
    parser.add_argument("--jobs", type=Path, required=True, help="JSON file of the logs of the jobs behind each group")
    parser.add_argument("--own", action="store_true", help="the study is on a user's own problem")
    arguments = parser.parse_args()
    jobs = json.loads(arguments.jobs.read_text(encoding="utf-8"))
    print(complete(arguments.results, arguments.logs, jobs, arguments.own))


if __name__ == "__main__":
    log.run(_main)
