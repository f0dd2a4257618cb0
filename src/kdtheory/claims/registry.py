"""What a claim declares of itself, what checking it gives, and how it is found and run."""

import argparse
import sys
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

from kdtheory import log, storage

HOLDS, IN_PART, FAILS = "holds", "holds in part", "fails"
UNDECIDED, NOT_RUN = "not decided at this scale", "not run"

PAPERS = {"pl19": "PL19", "jz20": "JZ20", "ext": "ours"}


@dataclass(frozen=True)
class Claim:
    """Declaration of a claim, and the function that checks it."""

    id: str
    statement: str
    quantity: str
    test: str
    error_rate: float | None
    figure: str
    reads: tuple
    module: str
    check: object

    @property
    def paper(self):
        """The paper that states it."""
        return PAPERS[self.id.split("-")[0]]


@dataclass(frozen=True)
class Outcome:
    """What the data say of a claim.

    Parameters
    ----------
    verdict : str
        One of the five verdicts, computed from the data.
    reason : str
        One sentence with the numbers that decided it.
    reading : str
        Under which reading of the statement, where the wording leaves a choice.
    estimate : float or None
        The quantity's value, or its worst case over the cells.
    interval : tuple of float or None
        Confidence interval of the estimate, at 1 − error rate.
    p_value : float or None
        None for deterministic statements.
    n_cells, violations : int
        Cells that were checked, and in how many the statement is violated.
    """

    verdict: str
    reason: str
    reading: str = "as stated"
    estimate: float | None = None
    interval: tuple | None = None
    p_value: float | None = None
    n_cells: int = 1
    violations: int = 0


_registered = {}


def claim(id, *, statement, quantity, test, figure, reads, error_rate=None):
    """Register the decorated function, ``check(*groups) -> Outcome``, as the claim ``id``.

    Parameters
    ----------
    id : str
        Paper, theorem or figure, and subject: "pl19-thm1-convergence".
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
        Probability of a false ``fails`` (or, for an ordering, of a false ``holds``); None where nothing is random.
    """

    def register(check):
        module = import_module(check.__module__).__spec__.name if check.__module__ == "__main__" else check.__module__
        _registered[id] = Claim(id, statement, quantity, test, error_rate, figure, reads, module, check)
        return check

    return register


def claims():
    """Return all claims by id, in the order of the papers."""
    for file in sorted(Path(__file__).parent.glob("*_*.py")):
        if file.stem.split("_")[0] in PAPERS:
            import_module(f"kdtheory.claims.{file.stem}")
    return dict(_registered)


def record(claim, outcome):
    """Return a claim and its outcome as one entry of claims.json."""
    declared = {key: value for key, value in vars(claim).items() if key not in ("reads", "module", "check")}
    return {**declared, "paper": claim.paper, **asdict(outcome)}


def run_claims():
    """Check one claim of the calling module from the command line."""
    log.run(partial(_main, sys.argv[1:]))


def _main(arguments):
    parser = argparse.ArgumentParser(description="Check one claim.")
    parser.add_argument("claim", choices=sorted(_registered), help="the claim's id")
    parser.add_argument("groups", nargs="+", help="files of the groups that it reads, in its order")
    parser.add_argument("--output", required=True, help="JSON file to write")
    options = parser.parse_args(arguments)
    checked = _registered[options.claim]
    outcome = checked.check(*map(storage.read, options.groups))
    storage.write_json(record(checked, outcome), options.output)
