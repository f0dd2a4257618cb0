"""What a claim declares of itself, what checking it gives, and how it is found.

The workflow reads every declaration each time it starts, so claim modules import nothing heavier than NumPy.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Any

HOLDS, IN_PART, FAILS = "holds", "holds in part", "fails"
UNDECIDED, NOT_RUN = "not decided at this scale", "not run"

PAPERS = {"pl19": "PL19", "jz20": "JZ20", "ext": "ours"}
# Statements of a study on a user's own problem, which are no claims (`kdtheory.claims.own`).
OWN = {"own": "your problem"}
# How a claim's wording relates to the paper: as printed, one reading of it, or a statement that no paper makes.
SCOPES = ("paper", "reading", "ours")
# At ρ = 0 the root of JZ20 Eq. 3 is infinite. A claim that assumes the option below has this student there.
_STAND_IN, _HARD_LOGIT = "at ρ = 0 the student of the logits ±hard_logit", "hard_logit"


@dataclass(frozen=True)
class Claim:
    """Declaration of a claim, and the function that checks it; the parameters are those of `claim`."""

    id: str
    section: str
    statement: str
    quantity: str
    test: str
    error_rate: float | None
    figure: str
    reads: tuple
    check: Callable
    kind: str | None = None
    scope: str = "paper"
    reading: str = "as stated"
    parts: tuple = ()
    tolerance: float | None = None
    assumes: tuple = ()

    @property
    def paper(self) -> str:
        """The paper that states it."""
        return (PAPERS | OWN)[self.id.split("-")[0]]

    @property
    def module(self) -> str:
        """Dotted name of the module that checks it."""
        return self.check.__module__


_registered = {}


def claim(
    id: str,
    *,
    section: str,
    statement: str,
    quantity: str,
    test: str,
    figure: str,
    reads: tuple[str, ...],
    error_rate: float | None = None,
    **declared: Any,
) -> Callable[[Callable], Callable]:
    """Register the decorated function, ``check(*groups) -> Finding``, as the claim ``id``.

    Parameters
    ----------
    id : str
        Paper, theorem or figure, and subject: "pl19-thm1-convergence".
    section : str
        Section or appendix of the paper that states it, which orders the table: "4.1", "A".
    statement : str
        The paper's statement in our words.
    quantity : str
        What is measured.
    test : str
        The statistical test, or "every cell" for a deterministic statement.
    figure : str
        The figure in which to see it.
    reads : tuple of str
        Groups of the cube, in the order of the function's parameters.
    error_rate : float, optional
        Probability of a false ``fails`` (or, for a trend or an ordering, of a false ``holds``); None where nothing is
        random.
    **declared
        ``kind``: which class of verdict rules applies (`kdtheory.claims.finding.KINDS`); ``scope``: one of `SCOPES`
        ("ours" for ids that begin with ext); ``reading``: which reading of the statement was taken, where the wording
        leaves a choice, with the stand-in for hard labels where ``assumes`` names its logit; ``parts``: names of the
        parts that have verdicts of their own; ``tolerance``: of a value or a law; ``assumes``: assumed options, as
        dotted keys, that could change the verdict. All are fixed before the data.

    Raises
    ------
    ValueError
        Another function has registered the id, or the scope is none of `SCOPES`.
    """
    if declared.get("scope", "paper") not in SCOPES:
        raise ValueError(f"claim {id!r}: scope is {declared['scope']!r}; allowed are {', '.join(SCOPES)}")

    if any(key.rpartition(".")[2] == _HARD_LOGIT for key in declared.get("assumes", ())):
        declared["reading"] = f"{declared.get('reading', Claim.reading)}; {_STAND_IN}"

    def register(check):
        if id in _registered and _registered[id].module != check.__module__:
            raise ValueError(f"claim {id!r} is registered by {_registered[id].module} and by {check.__module__}")
        _registered[id] = Claim(id, section, statement, quantity, test, error_rate, figure, reads, check, **declared)
        return check

    return register


def claims(own: bool = False) -> dict[str, Claim]:
    """Return all claims by id, in the order of the papers and their sections.

    They are found by name: every module of this package that is named after a paper registers its own.

    Parameters
    ----------
    own : bool
        Return the statements of a study on a user's own problem in their place.
    """
    if own:
        return {each.id: each for each in import_module("kdtheory.claims.own").STATEMENTS}
    for file in sorted(Path(__file__).parent.glob("*_*.py")):
        if file.stem.split("_")[0] in PAPERS:
            import_module(f"kdtheory.claims.{file.stem}")
    papers = list(PAPERS.values())
    # The module too: whoever imported one of them before must not change the order.
    ordered = sorted(_registered.values(), key=lambda claim: (papers.index(claim.paper), claim.section, claim.module))
    return {claim.id: claim for claim in ordered}


def by_module(own: bool = False) -> dict[str, list[Claim]]:
    """Return all claims, or own statements, as lists by the module that checks them, its name without the package's."""
    found = {}
    for claim in claims(own).values():
        found.setdefault(claim.module.rpartition(".")[2], []).append(claim)
    return found


def record(claim: Claim, found: Any) -> dict[str, Any]:
    """Return a claim and what was found as one entry of claims.json; numbers that are not finite become None."""
    entry = {
        "id": claim.id,
        "paper": claim.paper,
        "statement": claim.statement,
        "scope": claim.scope,
        "reading": claim.reading,
        "quantity": claim.quantity,
        "test": claim.test,
        "error_rate": claim.error_rate,
        "tolerance": claim.tolerance,
        "assumes": list(claim.assumes),
        "figure": claim.figure,
    }
    return {**entry, **_plain(found)}


def _plain(value):
    """Return a finding as JSON knows it, which has no infinity, no NaN and no tuples."""
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
