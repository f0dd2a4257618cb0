"""Collect whatever claims have been checked into claims.json, claims.md and a page for the report."""

import argparse
import html
import json
from pathlib import Path

from kdtheory import log, storage
from kdtheory.claims.registry import NOT_RUN, Outcome, claims, record

_COLUMNS = ("id", "paper", "statement", "verdict", "reading", "reason", "test", "error_rate", "figure")


def collect(files, folder):
    """Return one record for every registered claim, in the papers' order.

    Parameters
    ----------
    files : iterable of path-like
        Claim files.
    folder : path-like
        The results folder, in which a missing claim's reason is looked for.
    """
    checked = {content["id"]: content for content in map(storage.read, files)}
    return [
        checked.get(name) or record(claim, Outcome(NOT_RUN, _reason(claim, folder), n_cells=0))
        for name, claim in claims().items()
    ]


def table(records):
    """Return the claims as a Markdown table."""
    lines = ["| claim | paper | statement | verdict | what we see |", "|---|---|---|---|---|"]
    for entry in records:
        reading = "" if entry["reading"] == "as stated" else f" (reading: {entry['reading']})"
        cells = [entry["id"], entry["paper"], entry["statement"], f"**{entry['verdict']}**", entry["reason"] + reading]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def page(records):
    """Return the claims as a self-contained HTML page."""
    head = "".join(f"<th>{column.replace('_', ' ')}</th>" for column in _COLUMNS)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_text(entry[column]))}</td>" for column in _COLUMNS) + "</tr>"
        for entry in records
    )
    style = (
        "body{font:14px sans-serif;margin:1em}table{border-collapse:collapse}"
        "td,th{border:1px solid #ccc;padding:4px 6px;text-align:left;vertical-align:top}th{background:#eee}"
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Claims</title><style>{style}</style>"
        f"<h1>Claims</h1><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></html>\n"
    )


def _text(value):
    return "" if value is None else str(value)


def _reason(claim, folder):
    """Why a claim was not checked: the errors that the run's logs hold, where its results are missing."""
    logs = Path(folder).resolve().parent / "logs"
    errors = {}
    for file in sorted(logs.rglob("*.log")):
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("error:"):
                errors[f"{file.relative_to(logs).with_suffix('')}"] = line
    missing = f"needs {', '.join(claim.reads)}, which this run did not compute"
    return missing + "".join(f"; {job}: {message}" for job, message in errors.items())


def _main():
    parser = argparse.ArgumentParser(description="Collect the claims.")
    parser.add_argument("files", nargs="*", help="claim files")
    parser.add_argument("--partial", action="store_true", help="take whatever claim files the output folder holds")
    parser.add_argument("--output-folder", required=True, help="folder for claims.json, claims.md and claims.html")
    arguments = parser.parse_args()
    folder = Path(arguments.output_folder)
    records = collect(sorted(folder.glob("claims/*.json")) if arguments.partial else arguments.files, folder)
    contents = {
        "claims.json": json.dumps(records, indent=1, ensure_ascii=False) + "\n",
        "claims.md": table(records),
        "claims.html": page(records),
    }
    for name, content in contents.items():
        with storage.replacing(folder / name) as temporary:
            temporary.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    log.run(_main)
