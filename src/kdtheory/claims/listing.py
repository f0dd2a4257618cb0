"""The claims as text (``kdtheory claims``): those declared, or what a study found of them."""

import argparse
import difflib
import json
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, NOT_RUN, PAPERS, UNDECIDED, Claim, claims
from kdtheory.jobs import terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``kdtheory claims``."""
    parser.description = (
        "List the papers' claims: with PATH what a study found of them, without it what each declares (statement, "
        "test, groups of the cube that it reads). One claim alone is shown whole."
    )
    parser.add_argument("path", nargs="?", type=Path, metavar="PATH", help="claims.json, or the folder that holds it: "
                        "the results of a study, or docs/ of the repository")  # fmt: skip
    parser.add_argument("--paper", choices=PAPERS, help="only this paper's; ext are our own")
    parser.add_argument(
        "--verdict", choices=(HOLDS, IN_PART, FAILS, UNDECIDED, NOT_RUN), help="only those with this verdict"
    )
    parser.add_argument("--id", metavar="PATTERN", help="only those whose id is like this: jz20-thm1-bound, '*-thm1-*'")


def run(arguments: argparse.Namespace) -> int:
    """Print a list of claims, or one whole."""
    if arguments.path is None and arguments.verdict:
        raise argparse.ArgumentError(None, "--verdict needs the PATH of a study's claims")
    records = found(arguments.path) if arguments.path else [_declared(claim) for claim in claims().values()]
    ids = [record["id"] for record in records]
    if arguments.id:
        records = [record for record in records if fnmatchcase(record["id"], arguments.id)]
        if not records:
            raise ValueError(f"no claim has an id like {arguments.id!r}{_similar(arguments.id, ids)}")
    if arguments.paper:
        records = [record for record in records if record["id"].split("-")[0] == arguments.paper]
    if arguments.verdict:
        records = [record for record in records if record["verdict"] == arguments.verdict]
    lines = _whole(records[0]) if arguments.id and len(records) == 1 else _list(records)
    print("\n".join(lines))
    return 0


def found(path: Path) -> list[dict]:
    """Return the records of a claims.json, or of that in a folder; an error names what is missing."""
    file = path / "claims.json" if path.is_dir() else path
    if not file.is_file():
        raise FileNotFoundError(
            f"{file}: no such file; a run of the study writes results/claims.json (of another preset than default: "
            "results/<preset>/claims.json), the repository has docs/claims.json"
        )
    needed = {"id", "statement", "verdict", "reason"}
    try:
        records = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file}: is no JSON ({error}); name a claims.json") from error
    if not (isinstance(records, list) and all(isinstance(each, dict) and needed <= each.keys() for each in records)):
        raise ValueError(f"{file}: is no list of claims; name a claims.json")
    return records


def _declared(claim: Claim):
    return {
        "id": claim.id,
        "paper": f"{claim.paper}, section {claim.section}",
        "statement": claim.statement,
        "scope": claim.scope,
        "reading": claim.reading,
        "quantity": claim.quantity,
        "test": claim.test,
        "error_rate": claim.error_rate,
        "reads": claim.reads,
        "figure": claim.figure,
        "module": claim.module,
    }


def _list(records):
    counts = Counter(record["verdict"] for record in records if "verdict" in record)
    summary = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
    counted = f"{len(records)} claims: {summary}" if summary else f"{len(records)} claims"
    lines = [*terminal.paragraph(counted, terminal.width()), ""]
    for record in records:
        if "verdict" in record:
            heading, facts = f"{record['id']}: {record['verdict']}", [record["reason"]]
        else:
            heading = record["id"]
            facts = [f"test: {record['test']}", f"reads: {', '.join(record['reads'])}"]
        lines += terminal.entry(heading, record["statement"], *facts, limit=terminal.width())
    return lines


def _whole(record):
    facts = []
    for name, value in record.items():
        if name != "id" and value is not None:
            text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            facts.append(f"{name.replace('_', ' ')}: {text}")
    return terminal.entry(record["id"], *facts, limit=terminal.width())


def _similar(pattern, ids):
    close = difflib.get_close_matches(pattern, ids, n=3)
    return f"; did you mean {' or '.join(close)}?" if close else ""
