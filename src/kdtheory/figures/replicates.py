"""What the independent replicates of a mean are, and power laws with intervals over them."""

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
        NaN where there are fewer than two replicates.
    """
    return replace(estimate.minus(estimate.value), skewness=0.0).upper(0.975)


def by_teacher(values):
    """Return values and their dimension of replicates: teachers where there are several, else runs.

    Runs of one teacher share its mistakes, so that they are no replicates of a statement about teachers.
    """
    if values.sizes.get("teacher", 1) > 1:
        return values.mean("repeat"), "teacher"
    return (values.isel(teacher=0, drop=True) if "teacher" in values.dims else values), "repeat"


def by_world(values):
    """Return values and their dimension of replicates: worlds, with the mean over their runs, or the runs of one world.

    Runs of one world share its teacher and its task, so that they are no replicates of a statement about either.
    """
    if values.sizes["world"] > 1:
        return values.mean("run"), "world"
    return values.isel(world=0, drop=True), "run"


def log_slope(values, over="repeat"):
    """Fit the power law of a mean over replicates.

    Parameters
    ----------
    values : xarray.DataArray
        Two dimensions, one of them ``over``; places with a NaN are left out.
    over : str
        The dimension of replicates, at least two.

    Returns
    -------
    slope, half_width : float
        Slope of ln E[values] in the logarithm of the other dimension by least squares over the places where the mean
        is positive without any one replicate, and the half width of its 95 % jackknife interval; NaN where fewer
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
    """Fit the power law of the mean over the runs that were measured at every place.

    Parameters
    ----------
    values : xarray.DataArray
        Two dimensions, one of them ``repeat``; NaN where nothing was measured.

    Returns
    -------
    slope, half_width : float
        Slope of ln E[values] in the logarithm of the other dimension, and the half width of its 95 % jackknife
        interval, as in the claims; NaN with fewer than two places or runs.
    """
    (along,) = [dim for dim in values.dims if dim != "repeat"]
    x, samples = np.log(values[along].values), values.transpose("repeat", along).values
    if len(x) < 2 or len(samples) < 2:
        return np.nan, np.nan
    found = pooled(mean_slopes_by_world(x, samples))
    return float(found.value), float(half_width(found))


def slope_in_words(found):
    """Return a slope with its half width for a legend: "−0.50 ± 0.02"."""
    slope, error = found
    if not np.isfinite(slope):
        return "no slope"
    return f"{slope:.2f} ± {error:.2f}".replace("-", "−")
