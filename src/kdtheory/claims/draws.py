"""The independent draws behind a claim, moved to the front as the estimators of `kdtheory.statistics` take them."""

import numpy as np

# What the runs share, so that no interval contains its spread.
ONE_TASK = "the draws are runs with one truth and one teacher"
ONE_TRUTH = "the draws are teachers of one truth"


def worlds_of(variable, *dims):
    """Return a variable with one number for each world: the mean over its runs, where it has any.

    Parameters
    ----------
    variable : xarray.DataArray
        With the dimensions ``dims`` and ``world``, and ``run`` where it has runs.
    *dims : str
        The other dimensions, in the order that is asked for.

    Returns
    -------
    ndarray of float, shape (worlds, dims...)
    """
    variable = variable.mean("run") if "run" in variable.dims else variable
    return variable.transpose("world", *dims).values.astype(float)


def runs_of(variable, *dims):
    """Return a variable with all runs of each world, shape (worlds, runs, dims...); the rest as for `worlds_of`."""
    return variable.transpose("world", "run", *dims).values.astype(float)


def fitted(by_world, x, samples, points=2):
    """Return draws of a law's parameter, or NaN where there are too few points or worlds for it.

    Parameters
    ----------
    by_world : callable
        One of `kdtheory.statistics.laws`.
    x : array, shape (points,)
    samples : array, shape (worlds, points, ...)
    points : int
        Fewest points.

    Returns
    -------
    ndarray, shape (worlds, ...)
    """
    if len(x) < points or len(samples) < 2:
        return np.full((len(samples), *samples.shape[2:]), np.nan)
    return by_world(x, samples)


def listed(names, estimate, form="{:.2f}"):
    """Return "0.50 ± 0.02 (ρ = 0), …": estimates with their standard errors, and what each is of."""
    pairs = zip(names, np.ravel(estimate.value), np.ravel(estimate.standard_error), strict=True)
    found = [(name, value, error) for name, value, error in pairs if np.isfinite(value)]
    return ", ".join(f"{form.format(value)} ± {form.format(error)} ({name})" for name, value, error in found) or "none"


def with_gaps(reason, estimate):
    """Return a reason with the number of cells that a claim expects and that were not measured, if there are any."""
    missing = int((~estimate.measured).sum())
    return f"{reason}; {missing} of {estimate.value.size} cells were not measured" if missing else reason


def ratios(values):
    """Return "ρ = 0.5" for each of a variable's soft ratios."""
    return [f"ρ = {ratio:g}" for ratio in values["soft_ratio"].values]
