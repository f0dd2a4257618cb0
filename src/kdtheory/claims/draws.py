"""The independent draws behind a claim, moved to the front as the estimators of `kdtheory.statistics` take them.

Worlds are the draws: each has its own truth, teacher and points. What varies within a world is averaged first.
"""

import numpy as np

from kdtheory.statistics.worlds import over_runs

_WORLDS, _RUNS = "world", "run"
# How the test of a claim ends whose worlds are the draws.
ARE_WORLDS = "; worlds, each with a truth and a teacher of its own, are the draws"


def worlds_of(variable, *dims):
    """Return a variable with one number for each world: the mean over its runs, where it has any.

    Parameters
    ----------
    variable : xarray.DataArray
        With the dimensions ``dims``, ``world`` and perhaps ``run``.
    *dims : str
        The other dimensions, in the order that is asked for.

    Returns
    -------
    ndarray of float, shape (worlds, dims...)
    """
    return over_runs(variable).transpose(_WORLDS, *dims).values.astype(float)


def runs_of(variable, *dims):
    """Return a variable with all runs of each world, shape (worlds, runs, dims...); the rest as for `worlds_of`."""
    return variable.transpose(_WORLDS, _RUNS, *dims).values.astype(float)


def of_same_worlds(*variables):
    """Return variables of several groups in the worlds that all of them have, for comparisons within worlds."""
    worlds = variables[0][_WORLDS].values
    for variable in variables[1:]:
        worlds = np.intersect1d(worlds, variable[_WORLDS].values)
    return tuple(variable.sel({_WORLDS: worlds}) for variable in variables)


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
    """Return "0.50 ± 0.02 (ρ = 0), …": estimates with their standard errors, and what each is of.

    A value that has no standard error, since one world alone has it, is marked as such.
    """
    found = zip(names, np.ravel(estimate.value), np.ravel(estimate.standard_error), strict=True)
    return ", ".join(_with_error(*each, form) for each in found if np.isfinite(each[1])) or "none"


def _with_error(name, value, error, form):
    if not np.isfinite(error):
        return f"{form.format(value)} ({name}; no error: one world)"
    return f"{form.format(value)} ± {form.format(error)} ({name})"


def with_gaps(reason, estimate):
    """Return a reason with the number of cells that a claim expects and that were not measured, if there are any."""
    missing = int((~estimate.measured).sum())
    return f"{reason}; {missing} of {estimate.value.size} cells were not measured" if missing else reason


def ratios(values):
    """Return "ρ = 0.5" for each of a variable's soft ratios."""
    return [f"ρ = {ratio:g}" for ratio in values["soft_ratio"].values]
