"""The verdict rules for statements in which nothing is random."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from kdtheory.claims.decisions import by_margins, informative_cells, with_tightness
from kdtheory.claims.finding import BOUND, EQUAL, IDENTITY, NOT_EQUAL, ORDER, Finding
from kdtheory.claims.registry import FAILS, HOLDS, UNDECIDED

_ROUNDING = 1e-12


def identity(deviations: ArrayLike, *, rounding: float = _ROUNDING, reason: str = "") -> Finding:
    """Check what is true by algebra or by definition: it is the code that is checked.

    Parameters
    ----------
    deviations : array_like
        By how much each cell is off; 1 for a broken statement without a size. NaN: not measured.
    rounding : float
        Largest deviation that rounding explains.
    reason : str
        What was found, with its numbers; the tally is added.

    Returns
    -------
    Finding
        ``equal to rounding`` or ``not equal``; not decided where nothing was measured. ``estimate`` is the largest
        deviation.
    """
    deviations = np.abs(np.asarray(deviations, dtype=float))
    found = by_margins(IDENTITY, -deviations, rounding, reason, (EQUAL, NOT_EQUAL))
    return replace(found, estimate=None if found.estimate is None else abs(found.estimate))


def always(margins: ArrayLike, *, rounding: float = _ROUNDING, reason: str = "") -> Finding:
    """Check a statement without randomness that may be false: an "always", "every" or order over a grid of cells.

    Parameters
    ----------
    margins : array_like
        By how much each cell is as stated, negative where it is not; NaN: not measured.
    rounding, reason
        As for `identity`.

    Returns
    -------
    Finding
        ``holds`` without a violation, ``fails`` with one or more. ``estimate`` is the smallest margin.
    """
    return by_margins(ORDER, np.asarray(margins, dtype=float), rounding, reason, (HOLDS, FAILS))


def exact_bound(
    values: ArrayLike,
    bounds: ArrayLike,
    *,
    informative: ArrayLike | None = None,
    rounding: float = _ROUNDING,
    reason: str = "",
) -> Finding:
    """Check a bound that is stated of every single cell, not of a mean.

    Parameters
    ----------
    values, bounds : array_like, that broadcast
        NaN: not measured.
    informative : array_like of bool, optional
        Cells that can tell something; by default those with a bound below 1, for values that are probabilities.
    rounding, reason
        As for `identity`.

    Returns
    -------
    Finding
        ``fails`` with any violation, ``holds`` without one if any cell is informative. ``estimate`` is the largest
        value less bound.
    """
    values, bounds = np.broadcast_arrays(np.asarray(values, dtype=float), np.asarray(bounds, dtype=float))
    telling = informative_cells(bounds, informative, ~np.isnan(values))
    # A bound of infinity is kept by every value, without telling anything.
    found = by_margins(BOUND, bounds - values, rounding, reason, (HOLDS, FAILS))
    verdict = UNDECIDED if found.verdict == HOLDS and not telling.any() else found.verdict
    estimate = None if found.estimate is None else -found.estimate
    return with_tightness(replace(found, verdict=verdict, estimate=estimate), values[telling], bounds[telling])
