"""Estimates with intervals: draws of statistics that are no means, agreement with a value, slopes and ranks."""

import numpy as np

from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, UNDECIDED, Outcome
from kdtheory.claims.statistics import mean_and_error


def pseudo_values(statistic, samples):
    """Return jackknife pseudo-values of a statistic of means: draws whose mean and spread are its estimate and error.

    Parameters
    ----------
    statistic : callable
        From means of shape (..., 1 or repeats) to values of shape (..., 1 or repeats).
    samples : array, shape (..., repeats)
        At least two repeats.

    Returns
    -------
    array, shape (..., repeats)
        Tukey's R·θ − (R − 1)·θ₋ᵢ.
    """
    samples = np.asarray(samples, dtype=float)
    repeats = samples.shape[-1]
    without_one = (samples.sum(axis=-1, keepdims=True) - samples) / (repeats - 1)
    return repeats * statistic(samples.mean(axis=-1, keepdims=True)) - (repeats - 1) * statistic(without_one)


def less_certain(draws, teachers):
    """Choose between teachers and runs as the independent draws: row by row those that leave the mean less certain.

    Every teacher's students learn from the same points in the same run, so that neither are replicates of the other.

    Parameters
    ----------
    draws : array, shape (rows, teachers + runs)
        Draws of the same means by teacher, then by run.
    teachers : int
        Number of the former; 0 where there is one teacher only and the draws are returned as they are.

    Returns
    -------
    array, shape (rows, teachers + runs)
        NaN in place of the draws that were not chosen.
    """
    draws = np.atleast_2d(draws)
    if teachers == 0:
        return draws
    parts = [draws[:, :teachers], draws[:, teachers:]]
    errors = [mean_and_error(part)[1] for part in parts]
    by_teacher = (errors[0] >= errors[1])[:, None]
    chosen = np.where(np.arange(draws.shape[1]) < teachers, by_teacher, ~by_teacher)
    return np.where(chosen, draws, np.nan)


def t_intervals(draws, *, error_rate):
    """Return means over the last axis with Student's intervals, as `beyond` and `close_to` take them.

    Parameters
    ----------
    draws : array, shape (..., repeats)
        NaN where nothing was measured; estimates of fewer than two draws are left out.
    error_rate : float
        Each interval covers with probability 1 − error_rate.

    Returns
    -------
    list of (float, (float, float))
    """
    from scipy.special import stdtrit

    draws = np.asarray(draws, dtype=float).reshape(-1, np.shape(draws)[-1])
    count = np.isfinite(draws).sum(axis=-1)
    mean, error = mean_and_error(draws)
    return [
        (float(m), (float(m - e * t), float(m + e * t)))
        for m, e, t, c in zip(mean, error, stdtrit(np.maximum(count - 1, 1), 1 - error_rate / 2), count, strict=True)
        if c >= 2
    ]


def close_to(estimates, values, tolerance, reason, *, reading="as stated"):
    """Decide that estimates agree with given values, each by its confidence interval.

    Parameters
    ----------
    estimates : list of (float, (float, float))
        Estimates with their intervals.
    values : float or sequence of float
        What each of them should be.
    tolerance : float
        Largest difference that "approximately" admits.

    Returns
    -------
    Outcome
        ``holds`` when every interval lies within the tolerance; ``fails`` when all lie outside, ``holds in part`` when
        some do; ``estimate`` is the one that is farthest off.
    """
    if not estimates:
        return Outcome(UNDECIDED, f"{reason}; nothing was measured often enough", reading, n_cells=0)
    ends = np.array([interval for _, interval in estimates])
    off = ends - np.broadcast_to(values, len(estimates))[:, None]
    inside = (np.abs(off) <= tolerance).all(axis=1)
    outside = (off[:, 0] > tolerance) | (off[:, 1] < -tolerance)
    worst = int(np.argmax(np.abs(off.mean(axis=1))))
    verdict = HOLDS if inside.all() else FAILS if outside.all() else IN_PART if outside.any() else UNDECIDED
    return Outcome(
        verdict,
        reason,
        reading,
        float(estimates[worst][0]),
        tuple(map(float, ends[worst])),
        n_cells=len(estimates),
        violations=int(outside.sum()),
    )


def each_above(estimates, threshold, reason, *, reading="as stated"):
    """Decide by each confidence interval whether its estimate lies above a threshold, cell by cell.

    Returns
    -------
    Outcome
        ``holds`` when every interval lies above, ``fails`` when all lie below, ``holds in part`` when some do;
        ``estimate`` is the lowest one.
    """
    if not estimates:
        return Outcome(UNDECIDED, f"{reason}; nothing was measured often enough", reading, n_cells=0)
    low, high = np.array([interval for _, interval in estimates]).T
    below = high < threshold
    verdict = HOLDS if (low > threshold).all() else FAILS if below.all() else IN_PART if below.any() else UNDECIDED
    worst = int(np.argmin(low))
    return Outcome(
        verdict,
        f"{reason}; {int((low > threshold).sum())} of {len(low)} clearly above {threshold:g}, {int(below.sum())} below",
        reading,
        float(estimates[worst][0]),
        (float(low[worst]), float(high[worst])),
        n_cells=len(low),
        violations=int(below.sum()),
    )


def poisson_slope(x, counts):
    """Return slopes b of ln E[count] = a + b·x by Poisson regression, for which a count of zero is data.

    Parameters
    ----------
    x : array, shape (points,)
    counts : array, shape (points, ...)
        Counts or their means, not negative, not all zero along the first axis.

    Returns
    -------
    array, shape (...)
        NaN where all counts are zero but those of one end, so that no finite slope is most likely.
    """
    x = np.asarray(x, dtype=float)
    counts = np.asarray(counts, dtype=float)
    x = (x - x.mean()).reshape(-1, *[1] * (counts.ndim - 1))
    # Newton from the flat line; steps are halved to two units because an overshoot of the exponent does not return.
    intercept, slope = np.log(counts.mean(axis=0)), np.zeros(counts.shape[1:])
    for _ in range(100):
        rate = np.exp(intercept + slope * x)
        gradient = (counts - rate).sum(axis=0), ((counts - rate) * x).sum(axis=0)
        total, first, second = (np.sum(rate * x**power, axis=0) for power in range(3))
        determinant = total * second - first**2
        with np.errstate(invalid="ignore", divide="ignore"):
            intercept = intercept + np.clip((second * gradient[0] - first * gradient[1]) / determinant, -2, 2)
            slope = slope + np.clip((total * gradient[1] - first * gradient[0]) / determinant, -2, 2)
    rate = np.exp(intercept + slope * x)
    settled = np.abs(((counts - rate) * x).sum(axis=0)) <= 1e-6 * np.sum(counts * np.abs(x), axis=0)
    return np.where(settled, slope, np.nan)


def log_slopes(x, values):
    """Return the slope of ln values in ln x of each draw, over the places where that draw was measured.

    Parameters
    ----------
    x : array, shape (places,)
        Positive.
    values : array, shape (..., places, draws)
        Positive, or NaN where nothing was measured.

    Returns
    -------
    array, shape (..., draws)
        Least-squares slopes; NaN for a draw that was measured at fewer than two places.
    """
    y = np.log(np.asarray(values, dtype=float))
    measured = np.isfinite(y)
    count = np.maximum(measured.sum(axis=-2, keepdims=True), 1)
    x = np.where(measured, np.log(np.asarray(x, dtype=float))[:, None], 0.0)
    x = np.where(measured, x - x.sum(axis=-2, keepdims=True) / count, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sum(x * np.where(measured, y, 0.0), axis=-2) / np.sum(x**2, axis=-2)


def rank_correlation(one, other):
    """Return Spearman's correlations along the first axis of two arrays of the same shape; ties share their rank.

    NaN where one of the two is constant.
    """
    ranks = [_ranks(np.asarray(values, dtype=float)) for values in (one, other)]
    first, second = (rank - rank.mean(axis=0) for rank in ranks)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sum(first * second, axis=0) / np.sqrt(np.sum(first**2, axis=0) * np.sum(second**2, axis=0))


def _ranks(values):
    below = (values[:, None] > values[None]).sum(axis=1)
    return below + 0.5 * (values[:, None] == values[None]).sum(axis=1)
