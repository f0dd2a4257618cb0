"""Spreads over worlds: how much a quantity varies from one world to the next."""

import numpy as np
from numpy.typing import ArrayLike

from kdtheory.statistics.jackknife import jackknife


def log_spreads_by_world(values: ArrayLike) -> np.ndarray:
    """Return the logarithm of the standard deviation over worlds, as draws of the jackknife.

    Differences of draws of the same worlds are draws of the logarithm of a ratio of standard deviations: a comparison
    of two spreads that is paired within worlds.

    Parameters
    ----------
    values : array_like, shape (worlds, ...)
        NaN where a world was not measured.

    Returns
    -------
    ndarray, shape (worlds, ...)
        For `pooled`; NaN where the values of all worlds are equal, or those of all but one.

    Raises
    ------
    ValueError
        There are fewer than three worlds, or a value is infinite.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim == 0 or len(values) < 3 or np.isinf(values).any():
        raise ValueError(f"values of shape {values.shape} must be finite and of at least 3 worlds")
    return jackknife(_log_spread, values, measured=~np.isnan(values))


def _log_spread(values):
    measured = ~np.isnan(values)
    count = measured.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.where(measured, values, 0.0).sum(axis=0) / count
        squares = np.where(measured, (values - centre) ** 2, 0.0).sum(axis=0) / (count - 1)
        spread = 0.5 * np.log(squares)
    # Rounding leaves a trace of a spread where all values are equal.
    return np.where(squares > (1e-14 * centre) ** 2, spread, np.nan)
