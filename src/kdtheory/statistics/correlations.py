"""Correlations over items, such as sizes, soft ratios or learners, that every world shares."""

import numpy as np
from numpy.typing import ArrayLike

from kdtheory.statistics.estimate import Estimate
from kdtheory.statistics.jackknife import jackknife

# A correlation of ±1 has no finite transform.
_NEARLY_ONE = 1 - 1e-12


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


def with_spread_over_items(correlations: Estimate, items: int) -> Estimate:
    """Return Fisher's z of correlations over items that are a sample themselves, not the only ones of interest.

    The variance 1/(items − 3) of z over other items of the kind is added to that over worlds. It is exact for large
    samples of normal pairs; simulated coverage of nominal 95 % is 93 to 97 % from 7 items on (tests).

    Parameters
    ----------
    correlations : Estimate, shape (...)
        Of means over worlds, from `correlations_of_means_by_world`.
    items : int
        How many items they are over, 4 or more.

    Returns
    -------
    Estimate, shape (...)
        artanh of the correlation; the degrees of freedom are those of the worlds.

    Raises
    ------
    ValueError
        There are fewer than 4 items.

    References
    ----------
    Fisher (1921), On the probable error of a coefficient of correlation.
    """
    if items < 4:
        raise ValueError(f"items is {items}, must be 4 or more")
    value = np.clip(correlations.value, -_NEARLY_ONE, _NEARLY_ONE)
    error = correlations.standard_error / (1 - value**2)
    return Estimate(np.arctanh(value), np.sqrt(error**2 + 1 / (items - 3)), correlations.freedom)


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
