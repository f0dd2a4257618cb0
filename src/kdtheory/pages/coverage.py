"""What the two papers state, and what answers each statement here: the table of docs/coverage.md."""

from collections import Counter

import yaml

from kdtheory.claims.registry import Claim
from kdtheory.jobs.markdown import escaped, table
from kdtheory.jobs.provenance import REPOSITORY

STATEMENTS = REPOSITORY / "docs" / "statements.yaml"

_COLUMNS = ("", "place", "the paper states", "claims and their verdicts", "setting")
_SETTINGS = {"paper": "as printed", "reading": "one reading", "ours": "ours"}


def statements() -> dict[str, list[dict]]:
    """Return the statements of each paper, in its order.

    Returns
    -------
    dict
        Paper → list of entries with ``place``, ``states``, and ``claims`` (ids), ``figure`` (a name) or ``open`` (why
        nothing here answers the statement).
    """
    return yaml.safe_load(STATEMENTS.read_text(encoding="utf-8"))


def section(listed: dict[str, list[dict]], declared: dict[str, Claim], records: list[dict]) -> str:
    """Return the tables of statements, one for each paper, after a line of counts.

    Parameters
    ----------
    listed : dict
        The statements, as `statements` returns them.
    declared : dict of str to Claim
        All claims by id.
    records : list of dict
        Those of docs/claims.json, which have the verdicts.
    """
    verdicts = {record["id"]: record["verdict"] for record in records}
    lines, number = [], 0
    for paper in listed:
        settings = [_setting(entry, declared) for entry in listed[paper]]
        counts = Counter(nearest for nearest, _ in settings)
        words = ", ".join(f"{count} {setting}" for setting, count in counts.most_common())
        lines += [f"## {paper}", "", f"{len(listed[paper])} statements: {words}.", ""]
        rows = []
        for entry, setting in zip(listed[paper], settings, strict=True):
            number += 1
            answers = _answers(entry, verdicts)
            rows.append((str(number), entry["place"], escaped(entry["states"]), answers, _words(*setting)))
        lines += [*table(_COLUMNS, rows), ""]
    return "\n".join(lines)


def _answers(entry, verdicts):
    answers = [f"`{name}`: **{verdicts.get(name, 'not kept yet')}**" for name in entry.get("claims", ())]
    if "figure" in entry:
        answers.append(f"[{entry['figure']}](images/{entry['figure']}.png)")
    return "; ".join(answers) or escaped(entry["open"])


def _setting(entry, declared):
    """How near the nearest claim is to the print, and the assumed options of all claims."""
    members = [declared[name] for name in entry.get("claims", ())]
    scopes = [scope for scope in _SETTINGS if scope in {claim.scope for claim in members}]
    nearest = _SETTINGS[scopes[0]] if scopes else "figure" if "figure" in entry else "open"
    return nearest, sorted({option for claim in members for option in claim.assumes})


def _words(nearest, assumed):
    options = ", ".join(f"`{option.rpartition('.')[2]}`" for option in assumed)
    return f"{nearest}; assumed: {options}" if assumed else nearest
