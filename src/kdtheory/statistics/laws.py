"""Exponents of power laws and of exponential laws, and how far a curve is from such a law.

The mean of a quantity over worlds is y(x), x the logarithm of a size (power law) or the size itself (exponential law).
Under a law the local exponent d ln y/dx is a constant b. With a quadratic term in x it changes by Δ over the range.
"""

import numpy as np
from numpy.typing import ArrayLike

from kdtheory.statistics.jackknife import jackknife

_ITERATIONS = 60
_LARGEST_STEP = 2.0
_SETTLED = 1e-8


def count_slopes_by_world(x: ArrayLike, counts: ArrayLike, exposure: ArrayLike | None = None) -> np.ndarray:
    """Return slopes of the logarithm of expected counts, by Poisson quasi-likelihood pooled over worlds.

    Counts of zero are data. The error is that of leaving out worlds, never the model's.

    Parameters
    ----------
    x : array_like, shape (points,)
        Not all equal.
    counts : array_like, shape (worlds, points, ...)
        Numbers of errors, summed over the runs of a world, or any quantity that is not negative. A world with a NaN
        takes no part in the cell.
    exposure : array_like, shape (points,), optional
        Number of trials behind the counts at each point, where it differs between points.

    Returns
    -------
    ndarray, shape (worlds, ...)
        Draws for `pooled`, whose mean is the pooled fit; NaN where only one point has a positive count, with all worlds
        or without one of them.

    Raises
    ------
    ValueError
        Shapes do not fit, there are fewer than 2 points or worlds, or a count is negative or infinite.
    """
    return _slopes(x, counts, _poisson(x, counts, exposure))


def count_changes_by_world(x: ArrayLike, counts: ArrayLike, exposure: ArrayLike | None = None) -> np.ndarray:
    """Return Δ/|b|, the change of the exponent of expected counts over the range of x, relative to the exponent.

    Δ is that of the Poisson quasi-likelihood with a quadratic term, b that of `count_slopes_by_world`. Parameters,
    result and errors are as there, with 3 points in place of 2 and two points with a positive count in place of one.
    """
    return _changes(x, counts, _poisson(x, counts, exposure))


def mean_slopes_by_world(x: ArrayLike, values: ArrayLike) -> np.ndarray:
    """Return least-squares slopes of the logarithm of means over worlds.

    Parameters
    ----------
    x : array_like, shape (points,)
        Not all equal.
    values : array_like, shape (worlds, points, ...)
        A world with a NaN takes no part in the cell. Means over worlds are positive; single values need not be.

    Returns
    -------
    ndarray, shape (worlds, ...)
        Draws for `pooled`, whose mean is the fit to all worlds; NaN where a mean is not positive, with all worlds or
        without one of them.

    Raises
    ------
    ValueError
        Shapes do not fit, there are fewer than 2 points or worlds, or a value is infinite.
    """
    return _slopes(x, values, _least_squares)


def mean_changes_by_world(x: ArrayLike, values: ArrayLike) -> np.ndarray:
    """Return Δ/|b|, the change of the exponent of means over worlds over the range of x, relative to the exponent.

    Δ is that of the least-squares parabola of the logarithm, b that of `mean_slopes_by_world`. Parameters, result and
    errors are as there, with 3 points in place of 2.
    """
    return _changes(x, values, _least_squares)


def _slopes(x, samples, fit):
    place, half_range, samples = _checked(x, samples, points=2)
    return _over_worlds(lambda chosen: fit(place, chosen, 1)[1] / half_range, samples)


def _changes(x, samples, fit):
    place, _, samples = _checked(x, samples, points=3)

    def change(chosen):
        # Over −1 … 1 the derivative of c·place² changes by 4c; the range of x cancels from the ratio.
        with np.errstate(divide="ignore", invalid="ignore"):
            return 4 * fit(place, chosen, 2)[2] / np.abs(fit(place, chosen, 1)[1])

    return _over_worlds(change, samples)


def _checked(x, samples, points):
    """Places of x on −1 … 1, half its range, and samples as floats."""
    x, samples = np.asarray(x, dtype=float), np.asarray(samples, dtype=float)
    if samples.ndim < 2 or x.shape != samples.shape[1:2]:
        raise ValueError(f"samples {samples.shape} must be (worlds, points, ...) with x of {x.shape} points")
    if len(np.unique(x)) < points or np.isinf(samples).any():
        raise ValueError(f"{points} different x and finite samples are needed, not {x.tolist()}")
    half_range = np.ptp(x) / 2
    return (x - x.min()) / half_range - 1, half_range, samples


def _over_worlds(statistic, samples):
    complete = ~np.isnan(samples).any(axis=1)
    return jackknife(statistic, np.where(complete[:, None], samples, np.nan), measured=complete)


def _least_squares(place, samples, degree):
    """Coefficients of ln of the mean over worlds, (degree + 1, ...)."""
    measured = ~np.isnan(samples)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(measured, samples, 0.0).sum(axis=0) / measured.sum(axis=0)
        y = np.log(np.where(means > 0, means, np.nan))
    return np.tensordot(np.linalg.pinv(np.vander(place, degree + 1, increasing=True)), y, axes=1)


def _poisson(x, counts, exposure):
    """The fit of ln E[counts] with the logarithm of the exposure as offset."""
    if (np.asarray(counts, dtype=float) < 0).any():
        raise ValueError("counts must not be negative")
    with np.errstate(invalid="ignore", divide="ignore"):
        offset = np.log(np.ones(np.shape(x)) if exposure is None else np.asarray(exposure, dtype=float))
    if offset.shape != np.shape(x) or not np.isfinite(offset).all():
        raise ValueError(f"exposure must hold a positive number for each of {np.size(x)} points")

    def fit(place, samples, degree):
        total = np.where(np.isnan(samples), 0.0, samples).sum(axis=0)
        cells = total.reshape(len(place), -1).T
        return _newton(np.vander(place, degree + 1, increasing=True), cells, offset).T.reshape(-1, *total.shape[1:])

    return fit


def _newton(basis, counts, offset):
    """Maximise Σ counts·η − exp η, η = basis·coefficients + offset, in each cell, (cells, coefficients)."""
    found = np.full((len(counts), basis.shape[1]), np.nan)
    # With as many positive points as coefficients the likelihood has a finite maximum, which is the only one.
    usable = (counts > 0).sum(axis=1) >= basis.shape[1]
    counts = counts[usable]
    now = np.zeros((len(counts), basis.shape[1]))
    now[:, 0] = np.log(counts.sum(axis=1) / np.exp(offset).sum())
    for _ in range(_ITERATIONS):
        rate = np.exp(now @ basis.T + offset)
        gradient = (counts - rate) @ basis
        if (np.abs(gradient) <= _SETTLED * counts.sum(axis=1, keepdims=True)).all():
            break
        step = np.linalg.solve(np.einsum("cp,pi,pj->cij", rate, basis, basis), gradient[..., None])[..., 0]
        # An overshoot of the exponent does not return, hence the limit.
        largest = np.abs(step).max(axis=1, keepdims=True)
        now = now + step * np.minimum(1.0, _LARGEST_STEP / np.maximum(largest, _LARGEST_STEP / 2))
    settled = (np.abs(gradient) <= 1e3 * _SETTLED * counts.sum(axis=1, keepdims=True)).all(axis=1)
    found[usable] = np.where(settled[:, None], now, np.nan)
    return found
