"""One-sided tests, cell by cell, that a statement is true and that it is false."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from kdtheory.statistics.estimate import Estimate


@dataclass(frozen=True)
class CellTests:
    """Tests of one statement in each of several cells.

    Parameters
    ----------
    for_it, against_it : ndarray, shape (...)
        p-values of the tests that show the statement, and that refute it; NaN where nothing was measured.
    score : ndarray, shape (...)
        Distance from the border between true and false in standard errors, positive where the estimate is as stated.
    """

    for_it: np.ndarray
    against_it: np.ndarray
    score: np.ndarray


def above(estimate: Estimate, threshold: ArrayLike) -> CellTests:
    """Return the tests of "above the threshold".

    Parameters
    ----------
    estimate : Estimate, shape (...)
    threshold : float or array_like, shape (...)

    Returns
    -------
    CellTests, shape (...)
    """
    distance = estimate.minus(threshold)
    return CellTests(distance.p_above(), distance.p_below(), _over(distance.value, distance.standard_error))


def below(estimate: Estimate, threshold: ArrayLike) -> CellTests:
    """Return the tests of "below the threshold"; parameters and result are those of `above`."""
    return above(-estimate, -np.asarray(threshold, dtype=float))


def within(estimate: Estimate, target: ArrayLike, tolerance: float) -> CellTests:
    """Return the tests of "no further from the target than the tolerance": equivalence by two one-sided tests.

    Parameters
    ----------
    estimate : Estimate, shape (...)
    target : float or array_like, shape (...)
    tolerance : float
        Positive.

    Returns
    -------
    CellTests, shape (...)

    References
    ----------
    Schuirmann (1987), A comparison of the two one-sided tests procedure and the power approach.
    """
    off = estimate.minus(target)
    return CellTests(
        np.maximum(off.p_above(-tolerance), off.p_below(tolerance)),
        np.minimum(off.p_above(tolerance), off.p_below(-tolerance)),
        _over(tolerance - np.abs(off.value), off.standard_error),
    )


def _over(distance, error):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(distance == 0, 0.0, distance / error)
