"""Numbers by world, power laws of means over worlds, and the intervals that error bars show."""

from dataclasses import replace

import numpy as np

from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import mean_slopes_by_world


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


def by_world(values):
    """Return values with one number for each world: means over runs, where there are any."""
    return values.mean("run") if "run" in values.dims else values


def by_teacher(values):
    """Return values and their dimension of replicates: teachers where there are several, else runs.

    Runs of one teacher share its mistakes, so that they are no replicates of a statement about teachers.
    """
    if values.sizes.get("teacher", 1) > 1:
        return values.mean("repeat"), "teacher"
    return (values.isel(teacher=0, drop=True) if "teacher" in values.dims else values), "repeat"


def log_slope(values, over="world"):
    """Fit the power law of a mean over worlds.

    Parameters
    ----------
    values : xarray.DataArray
        Two dimensions, one of them ``over``; places with a NaN are left out.
    over : str
        The dimension of worlds, at least two.

    Returns
    -------
    slope, half_width : float
        Slope of ln E[values] in the logarithm of the other dimension by least squares over the places where the mean
        is positive without any one world, and the half width of its 95 % jackknife interval; NaN where fewer
        than two places are left.
    """
    (along,) = [dim for dim in values.dims if dim != over]
    values = values.transpose(over, along).dropna(along)
    runs = values.sizes[over]
    without = (values.sum(over) - values) / max(runs - 1, 1)
    values = values[:, (without > 0).all(over).values]
    if values.sizes[along] < 2:
        return np.nan, np.nan
    slope = pooled(mean_slopes_by_world(np.log(values[along].values), values.values))
    return float(slope.value), float(half_width(slope))


def complete_log_slope(values):
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
