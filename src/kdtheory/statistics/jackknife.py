"""Leave-one-world-out: from a statistic of all worlds to one number for each world."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from kdtheory.statistics.estimate import Estimate
from kdtheory.statistics.means import mean


def jackknife(statistic: Callable, samples: ArrayLike, *, measured: ArrayLike | None = None) -> np.ndarray:
    """Return draws of a statistic of all worlds, one for each world.

    The draws are θ + (W − 1)·(θ̄₋ − θ₋ᵢ), with θ₋ᵢ the statistic without world i and θ̄₋ the mean of these: their mean
    is θ itself and the standard error of their mean is the jackknife's. Differences and other linear combinations of
    draws are draws of the combined statistics, so that comparisons are paired within worlds.

    Parameters
    ----------
    statistic : callable
        From samples, shape (fewer worlds, ...), to values of shape (cells...). It ignores the NaN of worlds that were
        not measured, and returns NaN where it is not defined.
    samples : array_like, shape (worlds, ...)
    measured : array_like of bool, shape (worlds, cells...), optional
        Which worlds take part in which cell; by default all do.

    Returns
    -------
    ndarray, shape (worlds, cells...)
        For `pooled`. NaN for a world that was not measured, and for all worlds of a cell in which the statistic, or the
        statistic without one of its worlds, is not defined.

    Raises
    ------
    ValueError
        There are fewer than two worlds.
    """
    samples = np.asarray(samples, dtype=float)
    worlds = len(samples) if samples.ndim else 0
    if worlds < 2:
        raise ValueError(f"samples hold {worlds} worlds, at least 2 are needed")
    whole = np.asarray(statistic(samples), dtype=float)
    without = np.stack([statistic(np.delete(samples, world, axis=0)) for world in range(worlds)])
    measured = np.ones(without.shape, dtype=bool) if measured is None else np.asarray(measured, dtype=bool)
    count = measured.sum(axis=0)
    defined = np.isfinite(whole) & (np.isfinite(without) | ~measured).all(axis=0) & (count >= 2)
    centre = np.where(measured & defined, without, 0.0).sum(axis=0) / np.maximum(count, 1)
    with np.errstate(invalid="ignore"):
        draws = whole + (count - 1) * (centre - without)
    return np.where(measured & defined, draws, np.nan)


def pooled(draws: ArrayLike) -> Estimate:
    """Return the estimate of a statistic of all worlds from its draws.

    Their skewness, unlike that of `mean`, is not used: draws are linear in the worlds and the statistic is not, so that
    the two are skewed differently.

    Parameters
    ----------
    draws : array_like, shape (worlds, ...)
        From `jackknife`, or linear combinations of such.

    Returns
    -------
    Estimate, shape (...)
        The jackknife's standard error, with the degrees of freedom of the measured worlds less one.
    """
    return replace(mean(draws), skewness=0.0)
