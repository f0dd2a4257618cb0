"""Statistical tests of the claims. Each gives an `Outcome` that is computed from the data, never written by hand.

SciPy is imported inside the functions: the workflow reads every claim's declaration each time it starts.
"""

import numpy as np

from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, UNDECIDED, Outcome


def mean_and_error(samples):
    """Return mean and standard error over the last axis, ignoring NaN.

    Parameters
    ----------
    samples : array, shape (..., repeats)

    Returns
    -------
    mean, error : arrays, shape (...)
    """
    samples = np.asarray(samples, dtype=float)
    count = np.isfinite(samples).sum(axis=-1)
    return np.nanmean(samples, axis=-1), np.nanstd(samples, axis=-1, ddof=1) / np.sqrt(count)


def every_cell(violated, reason, *, estimate=None, reading="as stated"):
    """Check a deterministic statement: it holds when no cell violates it.

    Parameters
    ----------
    violated : array of bool
        One entry for each cell that was measured.
    reason : str
        What was found, with its numbers; the count of cells is added.
    estimate : float, optional
        The worst case.
    """
    violated = np.asarray(violated, dtype=bool)
    count, cells = int(violated.sum()), violated.size
    if cells == 0:
        return Outcome(UNDECIDED, "no cell was measured", reading, n_cells=0)
    verdict = HOLDS if count == 0 else FAILS if count == cells else IN_PART
    reason = f"{reason}; violated in {count} of {cells} cells"
    return Outcome(verdict, reason, reading, _number(estimate), n_cells=cells, violations=count)


def below_bound(mean, error, bound, reason, *, error_rate, reading="as stated"):
    """Check bounds on expectations: a bound is refuted only where mean − z·SE exceeds it.

    Parameters
    ----------
    mean, error, bound : arrays of one shape
        Mean, its standard error and the bound in each cell; cells with a NaN are left out.
    error_rate : float
        Probability of refuting any bound when all are true, shared equally among the cells.

    Returns
    -------
    Outcome
        ``estimate`` is the largest ratio of mean to bound (over bounds that are not 0).
    """
    from scipy import stats

    mean, error, bound = (np.ravel(values) for values in np.broadcast_arrays(mean, error, bound))
    measured = np.isfinite(mean) & np.isfinite(bound)
    mean, error, bound = mean[measured], np.nan_to_num(error[measured]), bound[measured]
    # Rounding of a mean that equals its bound is no refutation.
    error = np.maximum(error, 1e-14)
    score = (mean - bound) / error
    p_value = min(1.0, mean.size * float(stats.norm.sf(score.max())))
    refuted = int(np.sum(score > stats.norm.isf(error_rate / mean.size)))
    ratio = float(np.max(np.divide(mean, bound, out=np.zeros_like(mean), where=bound > 0)))
    verdict = HOLDS if refuted == 0 else FAILS if refuted == mean.size else IN_PART
    reason = f"{reason}; largest ratio of mean to bound {ratio:.3g}, refuted in {refuted} of {mean.size} cells"
    return Outcome(verdict, reason, reading, ratio, None, p_value, mean.size, refuted)


def increasing(samples, reason, *, error_rate, reading="as stated"):
    """Check that a mean increases from level to level: a conjunction, tested by intersection and union.

    Parameters
    ----------
    samples : array, shape (levels, repeats)
        Paired draws: a repeat shares its random numbers over the levels.
    error_rate : float
        ``holds`` when every adjacent pair increases at this one-sided level; ``fails`` when any pair decreases at
        this level by Holm's rule; otherwise it is not decided.

    Returns
    -------
    Outcome
        ``estimate`` is the smallest adjacent increase, ``interval`` its confidence interval.
    """
    from scipy import stats

    steps = np.diff(np.asarray(samples, dtype=float), axis=0)
    mean, error = mean_and_error(steps)
    error = np.maximum(error, 1e-300)
    freedom = np.isfinite(steps).sum(axis=1) - 1
    rises = stats.t.sf(mean / error, freedom)
    falls = np.sort(stats.t.cdf(mean / error, freedom))
    any_falls = bool(falls[0] <= error_rate / len(falls))
    verdict = HOLDS if np.all(rises <= error_rate) else FAILS if any_falls else UNDECIDED
    worst = int(np.argmin(mean / error))
    width = stats.t.isf(error_rate / 2, freedom[worst]) * error[worst]
    reason = f"{reason}; {int(np.sum(rises <= error_rate))} of {len(mean)} adjacent pairs rise significantly"
    return Outcome(
        verdict, reason, reading, float(mean[worst]), (float(mean[worst] - width), float(mean[worst] + width)),
        float(rises.max()), len(mean), int(np.sum(falls <= error_rate / len(falls))),
    )  # fmt: skip


def bootstrap(statistic, samples, *, error_rate, resamples=2000):
    """Return a statistic of whole repeats with its percentile-bootstrap interval.

    Parameters
    ----------
    statistic : callable
        ``statistic(samples) -> float`` for an array of shape (..., repeats).
    samples : array, shape (..., repeats)
        Nested sizes and shared test points correlate the other axes, so only whole repeats are drawn.
    error_rate : float
        The interval covers with probability 1 − error_rate.

    Returns
    -------
    estimate : float
    interval : tuple of float
    """
    samples = np.asarray(samples, dtype=float)
    rng = np.random.default_rng(0)
    repeats = samples.shape[-1]
    draws = [statistic(samples[..., rng.integers(repeats, size=repeats)]) for _ in range(resamples)]
    low, high = np.nanquantile(draws, [error_rate / 2, 1 - error_rate / 2])
    return float(statistic(samples)), (float(low), float(high))


def in_direction(estimate, interval, reason, *, reading="as stated", above=None, below=None):
    """Decide a one-sided statement about an estimate by its interval.

    Parameters
    ----------
    above, below : float, optional
        The statement says that the estimate lies above, or below, this value (exactly one is given).
    """
    low, high = interval
    inside, outside = (low > above, high <= above) if above is not None else (high < below, low >= below)
    verdict = HOLDS if inside else FAILS if outside else UNDECIDED
    return Outcome(verdict, reason, reading, float(estimate), (float(low), float(high)), None, 1, int(outside))


def _number(value):
    return None if value is None else float(value)
