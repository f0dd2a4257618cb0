"""Numbers by world, power laws of means over worlds, and the intervals that error bars show."""

import numpy as np

from kdtheory.statistics.inefficiency import inefficiency_draws
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import mean_slopes_by_world
from kdtheory.statistics.means import mean


def half_width(estimate):
    """Return half of the 95 % interval of an estimate, for a number with "±".

    Parameters
    ----------
    estimate : kdtheory.statistics.estimate.Estimate
        From `kdtheory.statistics.jackknife.pooled`, whose intervals are symmetric.

    Returns
    -------
    ndarray
        NaN where there are fewer than two worlds.
    """
    low, high = estimate.interval()
    return (high - low) / 2


def interval(values, estimate=mean, geometric=False):
    """Return the ends of the 95 % interval of a mean over worlds, as seaborn's ``errorbar`` takes them.

    It is the interval that the claims test: Student's t, after Hall's removal of skewness for plain means.

    Parameters
    ----------
    values : array_like, shape (worlds,)
        At least two.
    estimate : callable
        `kdtheory.statistics.means.mean`, or `kdtheory.statistics.jackknife.pooled` where the values are draws of it.
    geometric : bool
        Whether the mean is geometric: the interval is that of the mean logarithm.
    """
    values = np.asarray(values, float)
    ends = estimate(np.log(values) if geometric else values).interval()
    return tuple(float(end) for end in (np.exp(ends) if geometric else ends))


def mean_and_bars(values, over="world", estimate=mean):
    """Return the mean over a dimension and the lengths of its error bars, those of `interval`, ignoring NaN.

    Parameters
    ----------
    values : xarray.DataArray
    over : str
        The dimension of worlds.
    estimate : callable
        As for `interval`.

    Returns
    -------
    mean : xarray.DataArray
        Without that dimension.
    bars : ndarray, shape (2, ...)
        Downwards and upwards, as ``Axes.errorbar`` takes them, (2, 1) of a single mean; 0 with fewer than two worlds.
    """
    found = estimate(values.transpose(over, ...).values)
    low, high = found.interval()
    template = values.isel({over: 0}).drop_vars([name for name, each in values.coords.items() if over in each.dims])
    bars = np.nan_to_num([found.value - low, high - found.value])
    return template.copy(data=found.value), bars.reshape(2, *(found.value.shape or (1,)))


def by_world(values):
    """Return values and their dimension of replicates: worlds, with the mean over their runs, or the runs of one world.

    Runs of one world share its teacher and its task, so that they are no replicates of a statement about either.
    """
    if values.sizes["world"] > 1:
        return values.mean("run"), "world"
    return values.isel(world=0, drop=True), "run"


def log_slope(values):
    """Fit the power law of the mean over the worlds that were measured at every place.

    Parameters
    ----------
    values : xarray.DataArray
        Two dimensions, one of them ``world``; NaN where nothing was measured.

    Returns
    -------
    slope, half_width : float
        Slope of ln E[values] in the logarithm of the other dimension, and the half width of its 95 % jackknife
        interval, as in the claims; NaN with fewer than two places or worlds.
    """
    (along,) = [dim for dim in values.dims if dim != "world"]
    x, samples = np.log(values[along].values), values.transpose("world", along).values
    if len(x) < 2 or len(samples) < 2:
        return np.nan, np.nan
    found = pooled(mean_slopes_by_world(x, samples))
    return float(found.value), float(half_width(found))


def in_words(estimate):
    """Return an estimate of one number with the half width of its 95 % interval, as `slope_in_words`."""
    return slope_in_words((float(estimate.value), float(half_width(estimate))))


def slope_in_words(found):
    """Return a slope with its half width for a legend: "−0.50 ± 0.02"."""
    slope, error = found
    if not np.isfinite(slope):
        return "no slope"
    return f"{slope:.2f} ± {error:.2f}".replace("-", "−")


def inefficiency(norm, windows):
    """Return data inefficiency I(n), Eq. 10, by windows of the sample size.

    Parameters
    ----------
    norm : xarray.DataArray
        ‖Δŵ_n‖ with the dimensions ``n_train``, ``world`` and ``run``, and others.
    windows : array_like of int, shape (windows, 2)
        First and last sample size of each.

    Returns
    -------
    xarray.DataArray, dims (world, n_train, …)
        Draws for `kdtheory.statistics.jackknife.pooled`; ``n_train`` is the middle of each window in ln n.
    """
    windows = np.asarray(windows)
    sizes = np.unique(windows)
    chosen = norm.sel(n_train=sizes).transpose("world", "run", "n_train", ...)
    draws = inefficiency_draws(chosen.values, sizes, windows)
    template = chosen.isel(run=0, n_train=[0] * len(windows), drop=True)
    return template.copy(data=draws).assign_coords(n_train=np.sqrt(windows.prod(axis=1)))


def inefficiency_by_octave(group):
    """Return `inefficiency` of a group's ``weight_norm`` in the windows that its ``inefficiency`` has."""
    windows = np.stack([group["window_start"].values, group["window_end"].values], axis=1)
    return inefficiency(group["weight_norm"], windows)


def last_inefficiency(norm, octaves=3):
    """Return I(n) over the last octaves of the sample size.

    Parameters
    ----------
    norm : xarray.DataArray
        As for `inefficiency`.
    octaves : int
        How many, where the sizes reach so far down.

    Returns
    -------
    inefficiency : xarray.DataArray, dims (world, …)
    first, last : int
        The window.
    """
    sizes = np.sort(norm["n_train"].values)
    window = int(max(sizes[0], sizes[-1] >> octaves)), int(sizes[-1])
    return inefficiency(norm, [window]).isel(n_train=0, drop=True), *window
