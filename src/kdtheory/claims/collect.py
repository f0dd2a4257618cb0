"""Collect whatever claims have been checked into claims.json and claims.md."""

import argparse
import json
from pathlib import Path

from kdtheory.claims.finding import Finding, tally
from kdtheory.claims.registry import NOT_RUN, OWN, by_module, claims, record
from kdtheory.jobs import log, markdown, storage

# Folders of the logs of jobs. Beside them are the log of what an earlier, failed run wrote, and logs of other presets.
STAGES = ("datasets", "teachers", "students", "analysis", "figures", "claims")


def collect(files, folder, logs, jobs=None, own=False):
    """Return one record for every registered claim, in the papers' order.

    Parameters
    ----------
    files : iterable of path-like
        Files that `kdtheory.claims.check` wrote, one for each module; other files beside them, and records of claims
        that are no longer registered, are left out.
    folder : path-like
        The results folder.
    logs : path-like
        The folder of logs, in which a missing claim's reason is looked for.
    jobs : dict of str to list of str, optional
        For each group of the cube, the logs of the jobs behind it, as paths below the folder of logs without their
        suffix. Only their errors are reasons; without it the errors of all jobs are.
    own : bool
        Return the records of the statements on a user's own problem in place of the papers' claims.
    """
    checked = {entry["id"]: entry for file in files for entry in storage.read(file).get("claims", [])}
    found = claims(own).items()
    return [checked.get(name) or _not_run(claim, Path(folder), Path(logs), jobs) for name, claim in found]


def table(records):
    """Return the claims as a Markdown table."""
    rows = []
    for entry in records:
        reading = "" if entry["reading"] == "as stated" else f" (Reading: {entry['reading']}.)"
        texts = (entry["paper"], entry["statement"], f"**{entry['verdict']}**", entry["reason"] + reading)
        paper, statement, verdict, seen = (" ".join(text.split()) for text in texts)
        rows.append((f"`{entry['id']}`", paper, markdown.escaped(statement), verdict, markdown.escaped(seen)))
    columns = ("claim", "paper", "statement", "verdict", "what we see")
    return "\n".join([f"{_summary(records)}.", "", *markdown.table(columns, rows), ""])


def _summary(records):
    number = sum(entry["scope"] != "own" for entry in records)
    return (f"{number} claims. " if number else "") + "; ".join(tally(records))


def _not_run(claim, folder, logs, jobs):
    module = claim.module.rpartition(".")[2]
    members = by_module(own=claim.scope == "own")[module]
    others = [group for each in members for group in each.reads if jobs is None or group in jobs]
    if missing := _absent(claim.reads, folder):
        reason = f"needs {' and '.join(missing)}, which this run did not compute"
    elif missing := _absent(others, folder):
        reason = f"is checked with other claims, which need {' and '.join(missing)}; this run did not compute it"
    else:
        reason = f"was not checked, though its data exist ({logs}/claims/{module}.log)"
    if not missing:
        relevant = {f"claims/{module}"}
    else:
        relevant = None if jobs is None else {job for group in missing for job in jobs.get(group, [])}
    reasons = [reason]
    for job, message in _errors(logs).items():
        if relevant is None or job in relevant:
            reasons.append(f"{job}: {message}")
    return record(claim, Finding(NOT_RUN, claim.kind, "; ".join(reasons)))


def _absent(groups, folder):
    """Which of some groups have no file, each once."""
    files = {group: folder / "analysis" / f"{group.split('/')[-1]}.nc" for group in groups}
    return [group for group, file in files.items() if not file.exists()]


def _errors(logs):
    """The last error of each job's log, by job."""
    errors = {}
    for file in sorted(file for stage in STAGES for file in (logs / stage).rglob("*.log")):
        if error := last_error(file):
            errors[file.relative_to(logs).with_suffix("").as_posix()] = error
    return errors


def last_error(file):
    """Return the last error that a job's log names, or None."""
    if not file.is_file():
        return None
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line.removeprefix("error:").strip() for line in lines if line.startswith("error:")]
    return errors[-1] if errors else None


def as_json(records):
    """Return the records as the text of claims.json."""
    return json.dumps(records, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _main():
    parser = argparse.ArgumentParser(description="Collect the claims.")
    parser.add_argument("files", nargs="+", help="claim files")
    parser.add_argument("--output-folder", required=True, help="results folder, for claims.json and claims.md")
    parser.add_argument("--logs", required=True, help="folder of logs")
    arguments = parser.parse_args()
    folder = Path(arguments.output_folder)
    own = any(Path(file).stem in OWN for file in arguments.files)
    records = collect(arguments.files, folder, arguments.logs, own=own)
    for name, content in {"claims.json": as_json(records), "claims.md": table(records)}.items():
        with storage.replacing(folder / name) as temporary:
            temporary.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    log.run(_main)
