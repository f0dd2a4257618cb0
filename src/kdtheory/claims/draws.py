"""The independent draws behind a claim, moved to the front as the estimators of `kdtheory.statistics` take them."""

import numpy as np

# The teachers where a group has several, each with runs of its own students, and otherwise the runs.
_TEACHERS, _RUNS = "teacher", "repeat"

# What the runs share, so that no interval contains its spread.
ONE_TASK = "the draws are runs with one truth and one teacher"
ONE_TRUTH = "the draws are teachers of one truth"


def worlds_of(variable, *dims):
    """Return a variable with one number for each independent draw: the mean over its runs, where it has any.

    Parameters
    ----------
    variable : xarray.DataArray
        With the dimensions ``dims`` and those of the draws.
    *dims : str
        The other dimensions, in the order that is asked for.

    Returns
    -------
    ndarray of float, shape (worlds, dims...)
    """
    worlds = _RUNS
    if _TEACHERS in variable.dims:
        worlds, variable = _TEACHERS, variable.mean(_RUNS) if _RUNS in variable.dims else variable
    return variable.transpose(worlds, *dims).values.astype(float)


def runs_of(variable, *dims):
    """Return a variable with all runs of each draw, shape (worlds, runs, dims...); the rest as for `worlds_of`.

    Runs without teachers are draws of one run each.
    """
    if _TEACHERS not in variable.dims:
        return worlds_of(variable, *dims)[:, None]
    return variable.transpose(_TEACHERS, _RUNS, *dims).values.astype(float)


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
