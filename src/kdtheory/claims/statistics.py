"""Statistical tests of the claims: from data to an `Outcome` that is computed, never written by hand.

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
        NaN where there are fewer than one, or two, numbers.
    """
    samples = np.asarray(samples, dtype=float)
    measured = np.isfinite(samples)
    count = measured.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(measured, samples, 0.0).sum(axis=-1) / count
        squares = np.where(measured, samples - mean[..., None], 0.0) ** 2
        return mean, np.sqrt(squares.sum(axis=-1) / (count - 1) / count)


def changes(values):
    """Return the changes along the last axis from each measured entry to the next, wherever some are NaN.

    Parameters
    ----------
    values : array, shape (..., sizes)

    Returns
    -------
    array, shape (..., sizes − 1)
        At each entry but the first its change since the last measured one; NaN where one of the two is missing.
    """
    values = np.asarray(values, dtype=float)
    position = np.where(np.isfinite(values), np.arange(values.shape[-1]), 0)
    last = np.maximum.accumulate(position, axis=-1)[..., :-1]
    return values[..., 1:] - np.take_along_axis(values, last, axis=-1)


def every_cell(violated, reason, *, what="cells", estimate=None, reading="as stated"):
    """Check a deterministic statement: it holds when no cell violates it.

    Parameters
    ----------
    violated : array of bool
        One entry for each cell that was measured.
    reason : str
        What was found, with its numbers; the count of cells is added.
    what : str
        What a cell is, in the plural.
    estimate : float, optional
        The worst case.

    Returns
    -------
    Outcome
        ``holds in part`` when some cells violate it and others do not.
    """
    violated = np.asarray(violated, dtype=bool)
    count, cells = int(violated.sum()), violated.size
    verdict = UNDECIDED if cells == 0 else HOLDS if count == 0 else FAILS if count == cells else IN_PART
    return Outcome(
        verdict,
        f"{reason}; violated in {count} of {cells} {what}",
        reading,
        None if estimate is None else float(estimate),
        n_cells=cells,
        violations=count,
    )


def below_bound(mean, error, bound, reason, *, error_rate, reading="as stated"):
    """Check bounds on expectations: a bound is refuted only where mean − z·SE exceeds it.

    Parameters
    ----------
    mean, error, bound : arrays that broadcast
        Mean, its standard error and the bound in each cell; cells with a NaN are left out.
    error_rate : float
        Probability of refuting any bound when all are true, shared equally among the cells.

    Returns
    -------
    Outcome
        ``estimate`` is the largest ratio of mean to bound, ``p_value`` that of the worst cell times their number.
    """
    from scipy.special import ndtr, ndtri

    mean, error, bound = (np.ravel(values) for values in np.broadcast_arrays(mean, error, bound))
    measured = np.isfinite(mean) & np.isfinite(error) & ~np.isnan(bound)
    mean, error, bound = mean[measured], error[measured], bound[measured]
    cells = mean.size
    if cells == 0:
        return Outcome(UNDECIDED, f"{reason}; no cell was measured twice", reading, n_cells=0)
    # Rounding of a mean that equals its bound is no refutation.
    score = (mean - bound) / np.maximum(error, 1e-14)
    refuted = int(np.sum(score > -ndtri(error_rate / cells)))
    ratio = float(np.max(np.divide(mean, bound, out=np.where(mean > 0, np.inf, 0.0), where=bound > 0)))
    verdict = HOLDS if refuted == 0 else FAILS if refuted == cells else IN_PART
    reason = f"{reason}; largest mean/bound {ratio:.3g}, refuted in {refuted} of {cells} cells"
    return Outcome(verdict, reason, reading, ratio, None, min(1.0, cells * float(ndtr(-score.max()))), cells, refuted)


def rising(steps, reason, *, error_rate, ties="decide nothing", reading="as stated"):
    """Check that a mean rises at every step: a conjunction, tested by intersection and union.

    Parameters
    ----------
    steps : array, shape (pairs, repeats)
        Rise from each level to the next in paired draws, which share their random numbers over the levels; NaN where
        nothing was measured.
    error_rate : float
        ``holds`` when every pair rises at this one-sided level of a t-test; ``fails`` when some pair falls at this
        level by Holm's rule, whose first step is Bonferroni's; otherwise it is not decided.
    ties : {"decide nothing", "count as rises"}
        Whether a pair in which no draw falls counts as rising, for statements that say "never falls".

    Returns
    -------
    Outcome
        ``estimate`` is the mean step that is the least clearly a rise, with its two-sided interval.
    """
    from scipy.special import stdtr, stdtrit

    steps = np.atleast_2d(np.asarray(steps, dtype=float))
    steps = steps[np.isfinite(steps).sum(axis=-1) >= 2]
    if len(steps) == 0:
        return Outcome(UNDECIDED, f"{reason}; no pair of levels was measured twice", reading, n_cells=0)
    mean, error = mean_and_error(steps)
    freedom = np.isfinite(steps).sum(axis=-1) - 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(mean == 0, 0.0, mean / error)
    p_rise, p_fall = stdtr(freedom, -score), stdtr(freedom, score)
    rises = p_rise <= error_rate
    if ties == "count as rises":
        rises |= np.nanmin(steps, axis=-1) >= 0
    falls = p_fall <= error_rate / len(steps)
    worst = int(np.argmin(np.where(rises, np.inf, score))) if not rises.all() else int(np.argmin(score))
    width = float(stdtrit(freedom[worst], 1 - error_rate / 2) * error[worst])
    return Outcome(
        HOLDS if rises.all() else FAILS if falls.any() else UNDECIDED,
        f"{reason}; {int(rises.sum())} of {len(steps)} steps go the stated way, {int(falls.sum())} significantly "
        "against it",
        reading,
        float(mean[worst]),
        (float(mean[worst]) - width, float(mean[worst]) + width),
        float(p_rise.max()) if ties == "decide nothing" else None,
        len(steps),
        int(falls.sum()),
    )


def bootstrap(statistic, samples, *, error_rate, resamples=2000):
    """Return a statistic of means over repeats with its bootstrap interval.

    Nested sizes and shared test points correlate all other axes, so only whole repeats are drawn. The percentiles are
    those of Student's t with the usual √(n/(n − 1)), which widens the interval where repeats are few (Hesterberg 2015,
    "expanded percentile interval").

    Parameters
    ----------
    statistic : callable
        From means of shape (..., resamples) to one number each, shape (resamples,); infinite ones are in order.
    samples : array, shape (..., repeats)
        At least two repeats, no NaN.
    error_rate : float
        The interval covers with probability 1 − error_rate.

    Returns
    -------
    estimate : float
    interval : tuple of float

    Raises
    ------
    ValueError
        The samples hold a NaN, or fewer than two repeats.
    """
    from scipy.special import ndtr, stdtrit

    samples = np.asarray(samples, dtype=float)
    repeats = samples.shape[-1]
    if repeats < 2 or np.isnan(samples).any():
        raise ValueError(f"samples have {repeats} repeats and {np.isnan(samples).sum()} NaN; 2 and 0 are needed")
    counts = np.random.default_rng(0).multinomial(repeats, np.full(repeats, 1 / repeats), size=resamples)
    draws = statistic(samples @ (counts.T / repeats))
    tail = float(ndtr(np.sqrt(repeats / (repeats - 1)) * stdtrit(repeats - 1, error_rate / 2)))
    # Between a finite number and infinity no percentile can be interpolated.
    low, high = np.quantile(draws, [tail, 1 - tail], method="nearest")
    return float(statistic(samples.mean(axis=-1, keepdims=True))[0]), (float(low), float(high))


def slope(x, y):
    """Return the least-squares slopes of ``y``, shape (points, ...), against ``x``, shape (points,)."""
    centred = np.asarray(x, dtype=float) - np.mean(x)
    return np.tensordot(centred, y, axes=1) / np.sum(centred**2)


def beyond(estimates, reason, *, above=None, below=None, reading="as stated"):
    """Decide that estimates lie above, or below, a threshold, each by its confidence interval.

    Parameters
    ----------
    estimates : list of (float, (float, float))
        Estimates with their intervals.
    above, below : float or sequence of float
        The threshold, one for all or one for each; exactly one of the two is given.

    Returns
    -------
    Outcome
        ``holds`` when every interval lies on the stated side, ``fails`` when one lies on the other; ``estimate`` is the
        one that is the least clearly on the stated side.
    """
    if not estimates:
        return Outcome(UNDECIDED, f"{reason}; nothing was measured often enough", reading, n_cells=0)
    sign, thresholds = (1, above) if below is None else (-1, below)
    ends = np.array([interval for _, interval in estimates])
    near, far = np.sort(sign * (ends - np.broadcast_to(thresholds, len(estimates))[:, None]), axis=1).T
    worst = int(np.argmin(near))
    return Outcome(
        HOLDS if (near > 0).all() else FAILS if (far < 0).any() else UNDECIDED,
        reason,
        reading,
        float(estimates[worst][0]),
        tuple(map(float, ends[worst])),
        n_cells=len(estimates),
        violations=int((far < 0).sum()),
    )


def cluster_means(samples, clusters):
    """Return means over the last axis within clusters, which are the independent draws.

    Parameters
    ----------
    samples : array, shape (..., repeats)
    clusters : array, shape (repeats,)
        Label of the cluster of each repeat.

    Returns
    -------
    array, shape (..., clusters)
    """
    clusters = np.asarray(clusters)
    return np.stack([samples[..., clusters == label].mean(axis=-1) for label in np.unique(clusters)], axis=-1)
