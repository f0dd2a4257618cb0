"""Correlations over items, such as sizes, soft ratios or learners, that every world shares."""

import numpy as np
from numpy.typing import ArrayLike

from kdtheory.statistics.jackknife import jackknife


def rank_correlations_by_world(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """Return Spearman's correlation over items within each world; ties share their mean rank.

    Parameters
    ----------
    first, second : array_like, shape (worlds, items, ...)
        Three items or more; NaN where nothing was measured.

    Returns
    -------
    ndarray, shape (worlds, ...)
        For `mean`. NaN for a world in which an item is missing, or all are equal in one of the two.

    Raises
    ------
    ValueError
        The shapes differ, or there are fewer than 3 items.
    """
    first, second = _checked(first, second)
    missing = (np.isnan(first) | np.isnan(second)).any(axis=1)
    return np.where(missing, np.nan, _pearson(_ranks(first), _ranks(second)))


def correlations_of_means_by_world(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """Return Pearson's correlation over items of the two means over worlds, each world left out in turn.

    It speaks of these items only: they are no sample, and the interval contains nothing of the choice of them. The
    correlation is drawn towards 0 where the errors of the means are no smaller than the spread over items.

    Parameters
    ----------
    first, second : array_like, shape (worlds, items, ...)
        Three items or more. A world with a NaN takes no part in the cell.

    Returns
    -------
    ndarray, shape (worlds, ...)
        Draws for `pooled`, whose mean is the correlation of the means over all worlds.

    Raises
    ------
    ValueError
        The shapes differ, or there are fewer than 3 items or 2 worlds.
    """
    both = np.stack(_checked(first, second), axis=1)
    complete = ~np.isnan(both).any(axis=(1, 2))

    def correlation(samples):
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.where(np.isnan(samples), 0.0, samples).sum(axis=0) / (~np.isnan(samples)).sum(axis=0)
        return _pearson(means[0][None], means[1][None])[0]

    return jackknife(correlation, np.where(complete[:, None, None], both, np.nan), measured=complete)


def _checked(first, second):
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if first.shape != second.shape or first.ndim < 2 or first.shape[1] < 3:
        raise ValueError(f"{first.shape} and {second.shape} must be the same (worlds, items, ...) with 3 items or more")
    return first, second


def _pearson(first, second):
    """Correlation along axis 1; NaN where one of the two is constant."""
    first, second = (values - values.mean(axis=1, keepdims=True) for values in (first, second))
    with np.errstate(invalid="ignore", divide="ignore"):
        norms = np.sqrt(np.sum(first**2, axis=1) * np.sum(second**2, axis=1))
        return np.where(norms > 0, np.sum(first * second, axis=1) / norms, np.nan)


def _ranks(values):
    below = (values[:, :, None] > values[:, None]).sum(axis=2)
    return below + 0.5 * (values[:, :, None] == values[:, None]).sum(axis=2)
