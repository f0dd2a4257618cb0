"""What the data say of a statement, how the findings on its parts combine, and how many may be wrong."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, UNDECIDED

IDENTITY, BOUND, ORDER, VALUE, LAW, RATE = "identity", "bound", "order", "value", "law", "rate"
KINDS = (IDENTITY, BOUND, ORDER, VALUE, LAW, RATE)
# Verdicts on identities, which are no evidence for a paper, and on students whose oracle was not reached.
EQUAL, NOT_EQUAL, NO_ORACLE = "equal to rounding", "not equal", "no oracle"


@dataclass(frozen=True)
class Finding:
    """The verdict on a statement, with the numbers behind it.

    Parameters
    ----------
    verdict : str
    kind : str
        One of `KINDS`: which rule gave the verdict.
    reason : str
        What decided it, with the numbers.
    error_rate : float
        Largest probability of a false ``holds``, and of a false ``fails``, of which one at most can happen; 0 where
        nothing is random.
    estimate : float or None
        The cell that is the least clearly as stated; None where nothing was measured.
    interval : tuple of float or None
        Of that cell, (low, high), two-sided at 1 − 2·error rate: each end is the limit of one one-sided test.
    p_value : float or None
        Of "false in some cell" against "true in every cell"; None where nothing is random.
    p_against : float or None
        The smallest of the p-values against a cell, adjusted by Holm's rule.
    worlds : int or None
        Fewest worlds behind a cell.
    cells, shown, refuted : int
        Cells that were measured, in how many the statement was shown, in how many it was refuted after Holm.
    informative : int or None
        For a bound, how many cells can tell something.
    tightness : float or None
        For a bound, the largest ratio of value to bound in an informative cell.
    trend : float or None
        Beside an order, the one-sided p-value of a trend over the levels.
    worlds_needed : int or None
        Where not decided, worlds with which these estimates would be decided with probability 0.8, by extrapolation.
    cell : int or None
        Which of the flattened cells ``estimate`` is.
    estimates : tuple of (tuple of float or None)
        The numbers of the `Estimate` of every cell, None where it was not measured, so that runs at other seeds can
        be compared cell by cell.
    parts : tuple of (str, Finding)
        The declared parts, where the statement has any.
    """

    verdict: str
    kind: str
    reason: str
    error_rate: float = 0.0
    estimate: float | None = None
    interval: tuple | None = None
    p_value: float | None = None
    p_against: float | None = None
    worlds: int | None = None
    cells: int = 0
    shown: int = 0
    refuted: int = 0
    informative: int | None = None
    tightness: float | None = None
    trend: float | None = None
    worlds_needed: int | None = None
    cell: int | None = None
    estimates: tuple = ()
    parts: tuple = ()

    @property
    def share(self) -> float:
        """The share of the cells in which the statement was shown; NaN where none was measured."""
        return self.shown / self.cells if self.cells else math.nan


def in_parts(declared: tuple[str, ...], findings: Mapping[str, Finding]) -> Finding:
    """Combine the findings on the parts of a statement that were declared before the data were seen.

    Parameters
    ----------
    declared : tuple of str
        Names of the parts, two or more, from the claim's declaration.
    findings : dict of str to Finding
        One for each of them.

    Returns
    -------
    Finding
        ``holds`` when every part holds, ``fails`` when every part fails, ``holds in part`` when some hold and all
        others fail; otherwise not decided. Identities count as what they are equal to. The error rates add up. Numbers
        are those of the part that is the least clearly as stated.

    Raises
    ------
    ValueError
        The findings are not those of the declared parts, or there are fewer than two.
    """
    if len(declared) < 2 or set(declared) != set(findings):
        raise ValueError(f"parts {sorted(findings)} were found, {list(declared)} are declared, two at least")
    parts = [(name, findings[name]) for name in declared]
    holds = [part.verdict in (HOLDS, EQUAL) for _, part in parts]
    fails = [part.verdict in (FAILS, NOT_EQUAL) for _, part in parts]
    decided = all(one or other for one, other in zip(holds, fails, strict=True))
    verdict = HOLDS if all(holds) else FAILS if all(fails) else IN_PART if decided else UNDECIDED
    rank = {FAILS: 0, NOT_EQUAL: 0, HOLDS: 3, EQUAL: 3}
    _, least = min(parts, key=lambda part: (rank.get(part[1].verdict, 1), -(part[1].p_value or 0.0)))
    sizes = [part.worlds for _, part in parts if part.worlds is not None]
    needs = [part.worlds_needed for _, part in parts if part.worlds_needed is not None]
    return replace(
        least,
        verdict=verdict,
        reason="; ".join(f"{name}: {part.verdict}, {part.reason}" for name, part in parts),
        error_rate=expected_errors(part for _, part in parts),
        worlds=min(sizes, default=None),
        cells=sum(part.cells for _, part in parts),
        shown=sum(part.shown for _, part in parts),
        refuted=sum(part.refuted for _, part in parts),
        worlds_needed=max(needs, default=None) if verdict == UNDECIDED else None,
        parts=tuple(parts),
    )


def expected_errors(findings: Iterable[Finding]) -> float:
    """Return the sum of the error rates: how many false verdicts to expect at most."""
    return math.fsum(finding.error_rate for finding in findings)


def tally(records: list[dict]) -> list[str]:
    """Return how the verdicts are distributed: by scope, and identities, which are no evidence, apart.

    Parameters
    ----------
    records : list of dict
        Entries of claims.json.

    Returns
    -------
    list of str
        One text for each scope that occurs, and one for the identities.
    """
    words = {
        "paper": "as printed",
        "reading": "readings of the papers",
        "ours": "our own statements",
        "own": "statements on your problem, without verdicts",
    }
    groups = {words[scope]: [] for scope in words}
    identities = []
    for entry in records:
        (identities if entry["kind"] == IDENTITY else groups[words[entry["scope"]]]).append(entry["verdict"])
    groups["identities, which check the code"] = identities
    return [
        f"{len(verdicts)} {name}: "
        + ", ".join(f"{count} {verdict}" for verdict, count in Counter(verdicts).most_common())
        for name, verdicts in groups.items()
        if verdicts
    ]
