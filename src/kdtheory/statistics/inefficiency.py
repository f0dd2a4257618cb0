"""Data inefficiency: JZ20 Definition 1, with E over the runs of each world, or over worlds where each has one run.

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


def inefficiency_draws(norms: ArrayLike, sizes: ArrayLike, windows: ArrayLike) -> np.ndarray:
    """Return one draw for each world of the mean of I(n) over windows of the sample size, weighted by 1/n.

    Where worlds have two runs or more, the draws are their own I(n), `inefficiency_by_world`. One run is no sample of
    its world: then E is over worlds and the draws are the jackknife's.

    Parameters
    ----------
    norms, sizes, windows : array_like
        As for `inefficiency_by_world`, but one run is enough.

    Returns
    -------
    ndarray, shape (worlds, windows, ...)
        For `kdtheory.statistics.jackknife.pooled`; differences of draws are paired within worlds. NaN where nothing was
        measured, and for one run of one world.

    Raises
    ------
    ValueError
        As `inefficiency_by_world`.
    """
    norms = np.asarray(norms, dtype=float)
    if norms.ndim < 3 or norms.shape[1] != 1:
        return inefficiency_by_world(norms, sizes, windows)
    first, last, weights = _ends(norms, sizes, windows)
    return _over_worlds(norms[:, 0, first], norms[:, 0, last], 1 / weights)


def literal_inefficiency_draws(squared_norms: ArrayLike, squared_steps: ArrayLike, n_train: ArrayLike) -> np.ndarray:
    """Return one draw for each world of Eq. 10 at one sample size, with many candidates for the next point.

    Where worlds have two runs or more, the draws are `literal_inefficiency_by_world`; with one run, E is over worlds
    and candidates and the draws are the jackknife's.

    Parameters
    ----------
    squared_norms, squared_steps, n_train : array_like
        As for `literal_inefficiency_by_world`, but one run is enough.

    Returns
    -------
    ndarray, shape (worlds, ...)
        For `kdtheory.statistics.jackknife.pooled`.

    Raises
    ------
    ValueError
        As `literal_inefficiency_by_world`.
    """
    before, after = _literal_norms(squared_norms, squared_steps, n_train)
    if before.shape[1] != 1:
        return literal_inefficiency_by_world(squared_norms, squared_steps, n_train)
    return _over_worlds(before[:, 0], after[:, 0], np.asarray(n_train))


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
    norms = np.asarray(norms, dtype=float)
    first, last, weights = _ends(norms, sizes, windows)
    logarithms = log_expectation(norms)
    return (logarithms[:, last] - logarithms[:, first]) / weights


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
    before, after = _literal_norms(squared_norms, squared_steps, n_train)
    return np.asarray(n_train) * (log_expectation(after) - log_expectation(before))


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


def _ends(norms, sizes, windows):
    """Where windows begin and end among the sizes, and Σ 1/n of each, shaped like (windows, ...) of the norms."""
    sizes, windows = np.asarray(sizes), np.asarray(windows)
    if norms.ndim < 3 or norms.shape[2:3] != sizes.shape or not ((np.diff(sizes) > 0).all() and sizes[0] >= 1):
        raise ValueError(f"norms {norms.shape} must be (worlds, runs, sizes, ...) with increasing sizes, not {sizes}")
    if windows.ndim != 2 or windows.shape[1] != 2 or not (windows[:, 0] < windows[:, 1]).all():
        raise ValueError(f"windows must be pairs of increasing sizes, not {windows.tolist()}")
    if not np.isin(windows, sizes).all():
        raise ValueError(f"windows {windows.tolist()} must begin and end at the sizes {sizes.tolist()}")
    first, last = np.searchsorted(sizes, windows).T
    weights = np.array([np.sum(1 / np.arange(*window)) for window in windows])
    return first, last, weights.reshape(-1, *[1] * (norms.ndim - 3))


def _literal_norms(squared_norms, squared_steps, n_train):
    """‖Δŵ_n‖ and its mean over candidates after one more point, both (worlds, runs, ...)."""
    squared_norms, squared_steps = np.asarray(squared_norms, dtype=float), np.asarray(squared_steps, dtype=float)
    if squared_norms.ndim < 2 or squared_steps.shape[:-1] != squared_norms.shape:
        raise ValueError(f"steps {squared_steps.shape} must be the norms' shape {squared_norms.shape} and candidates")
    if (squared_steps < 0).any() or (squared_norms <= 0).any() or not (np.asarray(n_train) >= 1).all():
        raise ValueError("squared norms must be positive, squared steps not negative and sample sizes at least 1")
    return np.sqrt(squared_norms), np.sqrt(squared_norms[..., None] + squared_steps).mean(axis=-1)


def _over_worlds(before, after, scale):
    """Jackknife draws of scale·(ln E after − ln E before) with E over worlds, of arrays (worlds, cells...)."""
    ends = np.stack([before, after], axis=1)
    if not ((ends > 0) & (ends < np.inf) | np.isnan(ends)).all():
        raise ValueError("norms must be positive and finite, or NaN")
    if len(ends) < 2:
        return np.full(before.shape, np.nan)
    measured = ~np.isnan(ends).any(axis=1)
    ends = np.where(measured[:, None], ends, np.nan)

    def statistic(ends):
        with np.errstate(invalid="ignore", divide="ignore"):
            return scale * np.log(np.nansum(ends[:, 1], axis=0) / np.nansum(ends[:, 0], axis=0))

    return jackknife(statistic, ends, measured=measured)


def _moments(samples, measured, axis):
    """Number, mean and variance of what was measured along an axis."""
    count = measured.sum(axis=axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        m = np.where(measured, samples, 0.0).sum(axis=axis) / count
        squares = np.where(measured, samples - np.expand_dims(m, axis), 0.0) ** 2
        return count, m, squares.sum(axis=axis) / (count - 1)
