"""Shares of errors among independent points: exact intervals, and the exact test of paired decisions."""

import numpy as np
from numpy.typing import ArrayLike


def binomial_interval(count: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact two-sided interval of a probability.

    Parameters
    ----------
    count, trials : array_like of int, shapes that broadcast
        Successes, 0 … ``trials``; trials of at least 1.
    level : float
        Least coverage, in (0, 1).

    Returns
    -------
    low, high : ndarray, broadcast shape

    Raises
    ------
    ValueError
        A count or a level is out of range.

    References
    ----------
    Clopper & Pearson (1934).
    """
    from scipy.special import betaincinv

    count, trials = np.broadcast_arrays(np.asarray(count, dtype=float), np.asarray(trials, dtype=float))
    if not ((count >= 0) & (count <= trials) & (trials >= 1)).all() or not 0 < level < 1:
        raise ValueError(f"counts must lie in 0 … trials and level in (0, 1), not {level}")
    tail = (1 - level) / 2
    missed = trials - count
    low = np.where(count > 0, betaincinv(np.maximum(count, 1), missed + 1, tail), 0.0)
    high = np.where(missed > 0, betaincinv(count + 1, np.maximum(missed, 1), 1 - tail), 1.0)
    return low, high


def paired_p_value(only_first: ArrayLike, only_second: ArrayLike) -> np.ndarray:
    """Return the exact two-sided p-value that two deciders err equally often, from the points where one alone errs.

    Parameters
    ----------
    only_first, only_second : array_like of int, shapes that broadcast
        Points where the first one errs and the second one does not, and the reverse.

    Returns
    -------
    ndarray, broadcast shape
        1 where both are 0.

    References
    ----------
    McNemar (1947), with the binomial distribution in place of its normal limit.
    """
    from scipy.special import bdtr

    fewer, total = np.minimum(only_first, only_second), np.add(only_first, only_second)
    return np.minimum(1.0, 2 * bdtr(fewer, np.maximum(total, 1), 0.5) * (total > 0) + (total == 0))
