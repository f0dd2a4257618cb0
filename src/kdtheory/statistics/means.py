"""Means over worlds, differences that are paired within worlds, and trends over ordered levels."""

import numpy as np
from numpy.typing import ArrayLike

from kdtheory.statistics.estimate import Estimate


def mean(samples: ArrayLike) -> Estimate:
    """Return the mean over worlds.

    Parameters
    ----------
    samples : array_like, shape (worlds, ...)
        One number for each world, which may be a statistic of it; NaN where a world was not measured.

    Returns
    -------
    Estimate, shape (...)
        Degrees of freedom are the measured worlds less one; NaN where no world was measured.

    Raises
    ------
    ValueError
        There is no axis of worlds, or a number is infinite.
    """
    samples = np.asarray(samples, dtype=float)
    if samples.ndim == 0 or np.isinf(samples).any():
        raise ValueError(f"samples of shape {samples.shape} hold {np.isinf(samples).sum()} infinite numbers")
    measured = ~np.isnan(samples)
    count = measured.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(measured, samples, 0.0).sum(axis=0) / count
        off = np.where(measured, samples - value, 0.0)
        error = np.sqrt((off**2).sum(axis=0) / (count - 1) / count)
        # Third and second central moment, with the factor that makes the skewness of few worlds less biased.
        skewness = (off**3).sum(axis=0) / count / ((off**2).sum(axis=0) / count) ** 1.5
        skewness = skewness * np.sqrt(count * (count - 1.0)) / (count - 2) / np.sqrt(count)
    skewed = np.isfinite(skewness) & (count >= 3)
    return Estimate(value, np.where(count >= 2, error, np.nan), count - 1, np.where(skewed, skewness, 0.0))


def paired_difference(first: ArrayLike, second: ArrayLike) -> Estimate:
    """Return the mean over worlds of ``first`` less ``second``.

    Parameters
    ----------
    first, second : array_like, shape (worlds, ...)
        Of the same worlds in the same order; a world in which one is NaN is left out.

    Returns
    -------
    Estimate, shape (...)

    Raises
    ------
    ValueError
        The worlds are not equally many, or a number is infinite.
    """
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if first.shape[:1] != second.shape[:1]:
        raise ValueError(f"{first.shape} and {second.shape} do not have the same worlds")
    return mean(first - second)


def independent_difference(first: Estimate, second: Estimate) -> Estimate:
    """Return ``first`` less ``second``, of different worlds, with the degrees of freedom of Welch and Satterthwaite.

    Parameters
    ----------
    first, second : Estimate, shapes that broadcast

    Returns
    -------
    Estimate, shape (...)
    """
    variances = first.standard_error**2, second.standard_error**2
    total = variances[0] + variances[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = total**2 / (variances[0] ** 2 / first.freedom + variances[1] ** 2 / second.freedom)
        skewness = first.skewness * variances[0] ** 1.5 - second.skewness * variances[1] ** 1.5
        skewness = skewness / total**1.5
    # Without any spread neither degrees of freedom nor skewness matter.
    freedom = np.where(total == 0, np.minimum(first.freedom, second.freedom), freedom)
    return Estimate(first.value - second.value, np.sqrt(total), freedom, np.where(total == 0, 0.0, skewness))


def trend_by_world(values: ArrayLike, scores: ArrayLike | None = None) -> np.ndarray:
    """Return the least-squares slope over ordered levels of each world.

    Parameters
    ----------
    values : array_like, shape (worlds, levels, ...)
        Statistics of each world, or draws of the jackknife.
    scores : array_like, shape (levels,), optional
        Places of the levels, not all equal; by default 0, 1, 2 …

    Returns
    -------
    ndarray, shape (worlds, ...)
        Change of the value per unit of the scores, for `mean`, or for `pooled` if the values are draws of the
        jackknife; NaN for a world in which a level is NaN.

    Raises
    ------
    ValueError
        There are fewer than two levels, or the scores are equal or not as many.
    """
    values = np.asarray(values, dtype=float)
    levels = values.shape[1] if values.ndim > 1 else 0
    scores = np.arange(levels, dtype=float) if scores is None else np.asarray(scores, dtype=float)
    if levels < 2 or scores.shape != (levels,) or not np.ptp(scores) > 0:
        raise ValueError(f"scores {scores.tolist()} do not order {levels} levels")
    centred = scores - scores.mean()
    return np.tensordot(values, centred / np.sum(centred**2), axes=(1, 0))
