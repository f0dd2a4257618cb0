"""Numbers by world, power laws of means over worlds, and the intervals that error bars show."""

from dataclasses import replace

import numpy as np

from kdtheory.statistics.inefficiency import inefficiency_draws
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import mean_slopes_by_world
from kdtheory.statistics.means import mean


def half_width(estimate):
    """Return the half width of the symmetric 95 % interval (Student's t) of an estimate, which an error bar shows.

    Parameters
    ----------
    estimate : kdtheory.statistics.estimate.Estimate

    Returns
    -------
    ndarray
        NaN where there are fewer than two worlds.
    """
    return replace(estimate.minus(estimate.value), skewness=0.0).upper(0.975)


def interval(values):
    """Return the ends of the 95 % interval (Student's t) of a mean, as seaborn's ``errorbar`` takes them.

    Parameters
    ----------
    values : array_like, shape (worlds,)
    """
    estimate = mean(np.asarray(values, float))
    return float(estimate.value - half_width(estimate)), float(estimate.value + half_width(estimate))


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


def last_inefficiency(norm, octaves=3):
    """Return I(n), the data inefficiency, over the last octaves of the sample size.

    Parameters
    ----------
    norm : xarray.DataArray
        ‖Δŵ_n‖ with the dimensions ``n_train``, ``world`` and ``run``, and others.
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
    chosen = norm.sel(n_train=list(window)).transpose("world", "run", "n_train", ...)
    draws = inefficiency_draws(chosen.values, window, [window])[:, 0]
    return chosen.isel(run=0, n_train=0, drop=True).copy(data=draws), *window
