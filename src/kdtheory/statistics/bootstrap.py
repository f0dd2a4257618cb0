"""Percentile intervals of resampled worlds, where the tails hold enough resamples."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

_FEWEST_IN_A_TAIL = 100


def bootstrap_interval(
    statistic: Callable,
    samples: ArrayLike,
    *,
    level: float = 0.95,
    comparisons: int = 1,
    resamples: int = 20_000,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return a statistic's percentile interval over whole worlds, drawn with replacement.

    The percentiles are those of Student's t with the usual √(W/(W − 1)), which widens the interval where worlds are
    few (Hesterberg 2015, "expanded percentile interval").

    Parameters
    ----------
    statistic : callable
        From means over worlds, shape (resamples, ...), to values of shape (resamples, cells...).
    samples : array_like, shape (worlds, ...)
        Two worlds or more, no NaN.
    level : float
        Probability with which all of the ``comparisons`` intervals cover together (Bonferroni).
    comparisons : int
        Number of intervals that are asked for together.
    resamples, seed : int

    Returns
    -------
    low, high : ndarray, shape (cells...)

    Raises
    ------
    ValueError
        Fewer than 100 resamples would lie in each tail, or the samples hold a NaN or fewer than two worlds.
    """
    from scipy.special import ndtr, stdtrit

    samples = np.asarray(samples, dtype=float)
    worlds = len(samples) if samples.ndim else 0
    if worlds < 2 or np.isnan(samples).any():
        raise ValueError(f"samples have {worlds} worlds and {np.isnan(samples).sum()} NaN; 2 and 0 are needed")
    stretch = np.sqrt(worlds / (worlds - 1))
    tail = float(ndtr(stretch * stdtrit(worlds - 1, (1 - level) / 2 / comparisons)))
    if tail * resamples < _FEWEST_IN_A_TAIL:
        raise ValueError(
            f"{tail * resamples:.1f} of {resamples} resamples would lie in each tail, "
            f"{_FEWEST_IN_A_TAIL} are needed; use the jackknife or {int(np.ceil(_FEWEST_IN_A_TAIL / tail))} resamples"
        )
    counts = np.random.default_rng(seed).multinomial(worlds, np.full(worlds, 1 / worlds), size=resamples)
    draws = statistic(np.tensordot(counts / worlds, samples, axes=1))
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0, method="nearest")
    return low, high
