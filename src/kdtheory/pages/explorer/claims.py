"""The claims of a study as the explorer shows them: what claims.json says, and what the declarations add."""

from collections.abc import Mapping

import numpy as np

from kdtheory.claims.registry import claims
from kdtheory.figures.registry import figures
from kdtheory.statistics.estimate import Estimate

_NUMBERS = (
    "estimate", "interval", "p_value", "p_against", "error_rate", "tolerance", "worlds", "worlds_needed", "cells",
    "shown", "refuted", "informative", "tightness", "trend",
)  # fmt: skip
_TEXTS = ("id", "paper", "statement", "scope", "kind", "reading", "quantity", "test", "verdict", "reason", "figure")


def described(records: list[dict], path: str, replication: Mapping | None = None) -> list[dict]:
    """Describe the claims for the page.

    Parameters
    ----------
    records : list of dict
        Entries of claims.json.
    path : str
        Of the cube, for the lines that open it.
    replication : mapping, optional
        ``verdicts`` by claim, one for each seed.

    Returns
    -------
    list of dict
        Section, experiments and groups are those of the claim's declaration, empty where no claim of that id is
        declared. ``strip`` has value and interval of each measured cell, at 1 − 2·error rate.
    """
    declared, drawn = claims() | claims(own=True), figures() | figures(own=True)
    verdicts = (replication or {}).get("verdicts", {})
    found = []
    for record in records:
        claim = declared.get(record["id"])
        groups = list(claim.reads) if claim else []
        figure = drawn.get(record.get("figure"))
        found.append(
            {name: record.get(name) or "" for name in _TEXTS}
            | {
                "section": claim.section if claim else "",
                "groups": groups,
                "experiments": sorted({name.rpartition("/")[2] for name in groups}),
                "shows": f"{figure.shows}: {figure.question}" if figure else "",
                "assumes": record.get("assumes") or [],
                "numbers": {name: record[name] for name in _NUMBERS if record.get(name) is not None},
                "parts": [{"name": name, **_part(part)} for name, part in record.get("parts") or []],
                "cell": record.get("cell"),
                "strip": _strip(record),
                "replication": verdicts.get(record["id"], []),
                "code": _code(groups, path),
            }
        )
    return found


def _part(part):
    return {key: part[key] for key in ("verdict", "reason")}


def _strip(record):
    """Rows of (cell, value, low, high); the cell that decided alone where the others were not recorded."""
    cells = [(place, numbers) for place, numbers in enumerate(record.get("estimates") or []) if _whole(numbers)]
    level = 1 - 2 * (record.get("error_rate") or 0.025)
    if cells:
        estimates = Estimate(*np.array([numbers for _, numbers in cells], dtype=float).T)
        low, high = estimates.interval(level)
        rows = zip([place for place, _ in cells], estimates.value, low, high, strict=True)
        return [[place, *map(_short, numbers)] for place, *numbers in rows]
    if record.get("estimate") is None:
        return []
    return [[record.get("cell"), _short(record["estimate"]), *map(_short, record.get("interval") or (None, None))]]


def _whole(numbers):
    return numbers is not None and None not in numbers


def _short(value):
    """A number with four significant digits, as JSON knows it."""
    return None if value is None or not np.isfinite(value) else float(f"{value:.4g}")


def _code(groups, path):
    names = [group.rpartition("/")[2] for group in groups]
    opened = [f'{name} = cube["{group}"].to_dataset()' for name, group in zip(names, groups, strict=True)]
    return "\n".join(["from kdtheory import open_cube", "", f'cube = open_cube("{path}")', *opened])
