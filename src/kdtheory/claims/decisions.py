"""From the tests of single cells, or from margins without randomness, to a finding on all of them."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from kdtheory.claims.finding import Finding
from kdtheory.claims.registry import FAILS, HOLDS, UNDECIDED
from kdtheory.statistics.cell_tests import CellTests
from kdtheory.statistics.estimate import Estimate
from kdtheory.statistics.multiplicity import holm, intersection_union

ERROR_RATE = 0.05
# The same for all claims: tolerances of derived values, of values read off a plot and of a law's exponent, and the
# angle in radians by which an oracle of half the points may differ.
DERIVED, READ_OFF_A_PLOT, STRAIGHT, SAME_ORACLE = 0.05, 0.1, 0.2, 0.02
_POWER = 0.8


def by_tests(
    kind: str,
    tests: CellTests,
    estimates: Estimate,
    measured: np.ndarray,
    error_rate: float,
    reason: str,
    alternatives: ArrayLike = 1,
) -> Finding:
    """Return the finding on a conjunction: shown in every cell, refuted in any after Holm, or not decided.

    Parameters
    ----------
    kind : str
    tests : CellTests, shape (...)
        At the border between true and false each of the two p-values is uniform.
    estimates : Estimate, shape (...)
    measured : array of bool, shape (...)
        The cells that take part.
    error_rate : float
    reason : str
    alternatives : array_like of int, shape (...)
        Tests of which the best one shows a cell, by Bonferroni's rule.

    Returns
    -------
    Finding
    """
    if not measured.any():
        return Finding(UNDECIDED, kind, told(reason, "no cell tells anything"), error_rate)
    alternatives = np.broadcast_to(alternatives, measured.shape)[measured]
    for_it = np.minimum(1.0, alternatives * tests.for_it[measured])
    against_it = holm(tests.against_it[measured])
    chosen, score = estimates[measured], tests.score[measured]
    shown, refuted = for_it <= error_rate, against_it <= error_rate
    verdict = HOLDS if shown.all() else FAILS if refuted.any() else UNDECIDED
    # Where p-values underflow the score still tells which cell is the least clearly as stated.
    worst = int(np.argmin(score))
    low, high = chosen[worst].interval(1 - 2 * error_rate / alternatives[worst])
    return Finding(
        verdict,
        kind,
        told(reason, f"shown in {shown.sum()} of {shown.size} cells, refuted in {refuted.sum()}"),
        error_rate,
        estimate=float(chosen.value[worst]),
        interval=(float(low), float(high)),
        p_value=intersection_union(for_it),
        p_against=float(against_it.min()),
        worlds=int(chosen.freedom.min()) + 1,
        cells=shown.size,
        shown=int(shown.sum()),
        refuted=int(refuted.sum()),
        cell=int(np.flatnonzero(measured)[worst]),
        estimates=cells_of(estimates, measured),
        worlds_needed=(
            _worlds_needed(chosen.freedom + 1, score, error_rate / alternatives) if verdict == UNDECIDED else None
        ),
    )


def cells_of(estimates: Estimate, measured: np.ndarray) -> tuple:
    """Return the numbers of the `Estimate` of each flattened cell, None where it takes no part."""
    parts = (estimates.value, estimates.standard_error, estimates.freedom, estimates.skewness)
    numbers = zip(*(part.ravel().tolist() for part in parts), strict=True)
    return tuple(cell if used else None for cell, used in zip(numbers, measured.ravel(), strict=True))


def _worlds_needed(worlds, score, error_rates):
    """Worlds at which these scores, growing like the root of their number, decide with the power asked for."""
    from scipy.special import ndtri

    wrong = score < 0
    level = error_rates / score.size if wrong.any() else error_rates
    with np.errstate(divide="ignore"):
        needed = worlds * np.square((ndtri(_POWER) - ndtri(level)) / score)
    needed = needed[wrong].min() if wrong.any() else needed.max()
    return int(np.ceil(needed)) if np.isfinite(needed) else None


def by_margins(kind: str, margins: np.ndarray, rounding: float, reason: str, verdicts: tuple) -> Finding:
    """Return the finding on a statement without randomness.

    Parameters
    ----------
    kind : str
    margins : array
        By how much each cell is as stated, negative where it is not; NaN: not measured.
    rounding : float
        How far below 0 rounding may push a margin.
    reason : str
    verdicts : tuple of str
        The verdict without a violation, and that with one or more.

    Returns
    -------
    Finding
        ``estimate`` is the smallest margin.
    """
    margins = margins[~np.isnan(margins)]
    if margins.size == 0:
        return Finding(UNDECIDED, kind, told(reason, "nothing was measured"))
    off = int((margins < -rounding).sum())
    return Finding(
        verdicts[1] if off else verdicts[0],
        kind,
        told(reason, f"violated in {off} of {margins.size} cells"),
        estimate=float(margins.min()),
        cells=margins.size,
        shown=margins.size - off,
        refuted=off,
    )


def informative_cells(bounds: np.ndarray, informative: ArrayLike | None, measured: np.ndarray) -> np.ndarray:
    """Return which measured cells can tell something: those that are given, or whose bound is below 1."""
    telling = bounds < 1 if informative is None else np.broadcast_to(np.asarray(informative, dtype=bool), bounds.shape)
    return telling & measured & ~np.isnan(bounds)


def with_tightness(found: Finding, values: np.ndarray, bounds: np.ndarray) -> Finding:
    """Return the finding with the number of informative cells and the largest ratio of value to bound in them."""
    ratio = np.divide(values, bounds, out=np.where(values > 0, np.inf, 0.0), where=bounds > 0)
    tightness = float(ratio.max()) if ratio.size else None
    more = f"{ratio.size} informative cells" + (f", largest value/bound {tightness:.3g}" if ratio.size else "")
    return replace(found, reason=told(found.reason, more), informative=ratio.size, tightness=tightness)


def told(reason: str, more: str) -> str:
    """Return a reason and what comes after it."""
    return f"{reason}; {more}" if reason else more
