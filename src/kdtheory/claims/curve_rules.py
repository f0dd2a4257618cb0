"""The verdict rules for the shape of curves: that they follow a law of one exponent, that they are not monotone."""

import numpy as np

from kdtheory.claims.decisions import ERROR_RATE, STRAIGHT, by_tests, cells_of, told
from kdtheory.claims.finding import LAW, ORDER, Finding
from kdtheory.claims.registry import FAILS, HOLDS, UNDECIDED
from kdtheory.statistics import cell_tests
from kdtheory.statistics.estimate import Estimate


def law(
    changes: Estimate,
    slopes: Estimate,
    *,
    falling: bool = True,
    tolerance: float = STRAIGHT,
    error_rate: float = ERROR_RATE,
    reason: str = "",
) -> Finding:
    """Check that curves follow a law of one exponent: its local value changes little over the range.

    Parameters
    ----------
    changes : Estimate, shape (...)
        Δ/|b|, from `kdtheory.statistics.laws`.
    slopes : Estimate, shape (...)
        b, whose sign is part of the statement.
    falling : bool
        Whether the law falls or rises.
    tolerance : float
        Largest relative change that counts as none.
    error_rate, reason
        As for `kdtheory.claims.rules.order`.

    Returns
    -------
    Finding
        ``holds`` when every interval of Δ/|b| lies within the tolerance and every slope is as stated. ``estimate`` is
        a relative change of the exponent.
    """
    straight = cell_tests.within(changes, 0.0, tolerance)
    turned = cell_tests.above(-slopes if falling else slopes, 0.0)
    # A flat curve has no relative change, so that the two borders never meet and neither test needs half the rate.
    tests = cell_tests.CellTests(
        np.maximum(straight.for_it, turned.for_it),
        np.minimum(straight.against_it, turned.against_it),
        np.minimum(straight.score, turned.score),
    )
    return by_tests(LAW, tests, changes, changes.measured & slopes.measured, error_rate, reason)


def not_monotone(steps: Estimate, *, error_rate: float = ERROR_RATE, reason: str = "") -> Finding:
    """Check that a curve over ordered levels both rises and falls.

    Parameters
    ----------
    steps : Estimate, shape (pairs,) or (pairs, places)
        Rise from each level to the next, paired within worlds; with places, one place where the curve does both is
        enough. A place where nothing was measured takes no part.
    error_rate, reason
        As for `kdtheory.claims.rules.order`.

    Returns
    -------
    Finding
        ``holds`` when at some place a rise and a fall are shown, Bonferroni over steps and places; ``fails`` when at
        every place all steps are shown to go one way. ``estimate`` is the lesser of the two turns where they are the
        clearest, its interval that of the Bonferroni test.
    """
    # Pairs by places; without places there is one.
    steps = steps if steps.value.ndim == 2 else steps[:, None]
    if not steps.measured.any():
        return Finding(UNDECIDED, ORDER, told(reason, "no step was measured in two worlds"), error_rate)
    all_steps, places = steps, np.flatnonzero(steps.measured.any(axis=0))
    steps = steps[:, places]
    rises, falls = (np.where(steps.measured, p_values, 1.0) for p_values in (steps.p_above(), steps.p_below()))
    tests = int(steps.measured.sum())
    turns = np.minimum(1.0, tests * np.maximum(rises.min(axis=0), falls.min(axis=0)))
    one_way = np.minimum(rises.max(axis=0), falls.max(axis=0))
    place, shown = int(turns.argmin()), int((turns <= error_rate).sum())
    lesser = rises if rises[:, place].min() > falls[:, place].min() else falls
    cell = int(lesser[:, place].argmin()), place
    turn = steps[cell]
    verdict = HOLDS if shown else FAILS if one_way.max() <= error_rate else UNDECIDED
    low, high = turn.interval(1 - 2 * error_rate / tests)
    return Finding(
        verdict,
        ORDER,
        told(reason, f"a rise and a fall at {shown} of {turns.size} places"),
        error_rate,
        estimate=float(turn.value),
        interval=(float(low), float(high)),
        p_value=float(turns.min()),
        p_against=float(one_way.max()),
        worlds=int(steps.freedom[steps.measured].min()) + 1,
        cells=turns.size,
        shown=shown,
        refuted=turns.size if verdict == FAILS else 0,
        cell=int(np.ravel_multi_index((cell[0], places[place]), all_steps.value.shape)),
        estimates=cells_of(all_steps, all_steps.measured),
    )
