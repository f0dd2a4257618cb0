"""Data inefficiency of each world: JZ20 Definition 1, with E over the runs of a world.

    I(n) = n·[ln E‖Δŵ_{n+1}‖ − ln E‖Δŵ_n‖]                                                        (10)

The logarithm of a mean over R runs is biased by −CV²/(2R). The bias differs between sample sizes, so that more
worlds do not remove it from I(n); `log_expectation` does, to the next order.
"""

import numpy as np
from numpy.typing import ArrayLike

from kdtheory.statistics.jackknife import jackknife

_LARGEST_VARIATION = 0.3
_MANY_RUNS = 20


def log_expectation(samples: ArrayLike, axis: int = 1) -> np.ndarray:
    """Return estimates of ln E of positive numbers, ln m + s²/(2Rm²), free of the first-order bias of ln m.

    Parameters
    ----------
    samples : array_like
        Positive, or NaN where a run was not measured.
    axis : int
        The axis of runs, m their mean, s² their variance with R − 1 and R their number.

    Returns
    -------
    ndarray
        Without the axis of runs; NaN where fewer than two runs were measured.

    Raises
    ------
    ValueError
        A number is not positive and finite.
    """
    samples = np.asarray(samples, dtype=float)
    measured = ~np.isnan(samples)
    if not ((samples > 0) & (samples < np.inf) | ~measured).all():
        raise ValueError("samples must be positive and finite, or NaN")
    count, m, variance = _moments(samples, measured, axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count >= 2, np.log(m) + variance / (2 * count * m**2), np.nan)


def inefficiency_by_world(norms: ArrayLike, sizes: ArrayLike, windows: ArrayLike) -> np.ndarray:
    """Return the mean of I(n) over windows of the sample size, weighted by 1/n, in each world.

    Σ_{n=a}^{b−1} I(n)/n telescopes to ln E‖Δŵ_b‖ − ln E‖Δŵ_a‖, and the weights sum to Σ_{n=a}^{b−1} 1/n.

    Parameters
    ----------
    norms : array_like, shape (worlds, runs, sizes, ...)
        ‖Δŵ_n‖₂ > 0; NaN where a run was not measured. Two runs or more.
    sizes : array_like of int, shape (sizes,)
        Sample sizes n ≥ 1, increasing.
    windows : array_like of int, shape (windows, 2)
        First and last sample size of each window, out of ``sizes``.

    Returns
    -------
    ndarray, shape (worlds, windows, ...)
        For `mean`, `paired_difference` and `trend_by_world`. See `is_descriptive` before anything is concluded from it.

    Raises
    ------
    ValueError
        Shapes do not fit, a window is no pair of the sizes, or a norm is not positive and finite.
    """
    norms, sizes, windows = np.asarray(norms, dtype=float), np.asarray(sizes), np.asarray(windows)
    if norms.ndim < 3 or norms.shape[2:3] != sizes.shape or not ((np.diff(sizes) > 0).all() and sizes[0] >= 1):
        raise ValueError(f"norms {norms.shape} must be (worlds, runs, sizes, ...) with increasing sizes, not {sizes}")
    if windows.ndim != 2 or windows.shape[1] != 2 or not (windows[:, 0] < windows[:, 1]).all():
        raise ValueError(f"windows must be pairs of increasing sizes, not {windows.tolist()}")
    if not np.isin(windows, sizes).all():
        raise ValueError(f"windows {windows.tolist()} must begin and end at the sizes {sizes.tolist()}")
    return _growth(log_expectation(norms), sizes, windows)


def inefficiency_draws(norms: ArrayLike, sizes: ArrayLike, windows: ArrayLike) -> np.ndarray:
    """Return draws of the mean of I(n) over windows of the sample size, whatever the number of runs of a world.

    Parameters
    ----------
    norms, sizes, windows
        As for `inefficiency_by_world`, with one run or more.

    Returns
    -------
    ndarray, shape (worlds, windows, ...)
        For `pooled`; differences of draws are paired within worlds. With two runs or more those of
        `inefficiency_by_world`. One run is no sample of its world: then E is over the worlds, and the draws are those
        of the jackknife, or NaN of a single world.

    Raises
    ------
    ValueError
        As for `inefficiency_by_world`.
    """
    by_world = inefficiency_by_world(norms, sizes, windows)
    norms, sizes, windows = np.asarray(norms, dtype=float), np.asarray(sizes), np.asarray(windows)
    if norms.shape[1] > 1 or len(norms) < 2:
        return by_world

    def statistic(chosen):
        measured = ~np.isnan(chosen)
        with np.errstate(invalid="ignore"):
            logarithms = np.log(np.where(measured, chosen, 0.0).sum(axis=0) / measured.sum(axis=0))
        return _growth(logarithms[None], sizes, windows)[0]

    return jackknife(statistic, norms[:, 0])


def literal_inefficiency_by_world(squared_norms: ArrayLike, squared_steps: ArrayLike, n_train: ArrayLike) -> np.ndarray:
    """Return Eq. 10 at one sample size in each world, with many candidates for the next point.

    A candidate x adds to ‖Δŵ_n‖² the square r²/s² of its residual in units of its own kernel standard deviation:
    r = Δz(x) − k_xᵀΘ_n⁻¹Δz, s² = Θ(x, x) − k_xᵀΘ_n⁻¹k_x. E‖Δŵ_{n+1}‖ is the mean over runs and candidates of
    √(‖Δŵ_n‖² + r²/s²), the root inside the mean.

    Parameters
    ----------
    squared_norms : array_like, shape (worlds, runs, ...)
        ‖Δŵ_n‖₂² > 0; NaN where a run was not measured.
    squared_steps : array_like, shape (worlds, runs, ..., candidates)
        r²/s² ≥ 0.
    n_train : array_like of int, shape (...)
        The sample size n ≥ 1.

    Returns
    -------
    ndarray, shape (worlds, ...)

    Raises
    ------
    ValueError
        Shapes do not fit, or values are out of range.
    """
    squared_norms, squared_steps = np.asarray(squared_norms, dtype=float), np.asarray(squared_steps, dtype=float)
    if squared_norms.ndim < 2 or squared_steps.shape[:-1] != squared_norms.shape:
        raise ValueError(f"steps {squared_steps.shape} must be the norms' shape {squared_norms.shape} and candidates")
    if (squared_steps < 0).any() or (squared_norms <= 0).any() or not (np.asarray(n_train) >= 1).all():
        raise ValueError("squared norms must be positive, squared steps not negative and sample sizes at least 1")
    after = np.sqrt(squared_norms[..., None] + squared_steps).mean(axis=-1)
    return np.asarray(n_train) * (log_expectation(after) - log_expectation(np.sqrt(squared_norms)))


def coefficient_of_variation(norms: ArrayLike) -> np.ndarray:
    """Return the coefficient of variation within worlds, the root of the mean over worlds of s²/m².

    Parameters
    ----------
    norms : array_like, shape (worlds, runs, ...)

    Returns
    -------
    ndarray, shape (...)
        NaN where no world has two runs.
    """
    norms = np.asarray(norms, dtype=float)
    _, m, variance = _moments(norms, ~np.isnan(norms), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = variance / m**2
        measured = np.isfinite(squares)
        return np.sqrt(
            np.where(measured, squares, 0.0).sum(axis=0) / np.where(measured.any(0), measured.sum(0), np.nan)
        )


def is_descriptive(norms: ArrayLike) -> np.ndarray:
    """Return whether I(n) is descriptive only: runs vary too much for the logarithm's bias to be removed.

    Parameters
    ----------
    norms : array_like, shape (worlds, runs, ...)

    Returns
    -------
    ndarray of bool, shape (...)
        Whether the coefficient of variation exceeds 0.3 and a measured world has fewer than 20 runs.
    """
    runs = (~np.isnan(np.asarray(norms, dtype=float))).sum(axis=1)
    fewest = np.where(runs > 0, runs, _MANY_RUNS).min(axis=0)
    return (coefficient_of_variation(norms) > _LARGEST_VARIATION) & (fewest < _MANY_RUNS)


def _growth(logarithms, sizes, windows):
    """I(n) over windows, (worlds, windows, ...), from ln E of norms, (worlds, sizes, ...)."""
    first, last = np.searchsorted(sizes, windows).T
    weights = np.array([np.sum(1 / np.arange(*window)) for window in windows])
    grown = logarithms[:, last] - logarithms[:, first]
    return grown / weights.reshape(-1, *[1] * (grown.ndim - 2))


def _moments(samples, measured, axis):
    """Number, mean and variance of what was measured along an axis."""
    count = measured.sum(axis=axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        m = np.where(measured, samples, 0.0).sum(axis=axis) / count
        squares = np.where(measured, samples - np.expand_dims(m, axis), 0.0) ** 2
        return count, m, squares.sum(axis=axis) / (count - 1)
