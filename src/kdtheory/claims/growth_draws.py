"""Independent draws of data inefficiency (JZ20 Eq. 10) and of its decay, from the norms of weight changes."""

from itertools import pairwise

import numpy as np

from kdtheory.claims.estimates import pseudo_values
from kdtheory.claims.statistics import slope

# Below this size students know too little for the shape of I(n) to mean anything.
FIRST_SIZE = 16


def octaves(norm):
    """Return the octaves (n, 2n) of sample sizes from `FIRST_SIZE` on for which norms were measured."""
    sizes = set(norm["n_train"].values.tolist())
    starts = [FIRST_SIZE << power for power in range(20)]
    return [(start, 2 * start) for start in starts if {start, 2 * start} <= sizes]


def late(norm):
    """Return the last two octaves in one, (n, 4n): where a plateau is looked for."""
    found = octaves(norm)
    return (found[-2][0], found[-1][1]) if len(found) > 1 else found[-1]


def inefficiency_draws(norm, window):
    """Return draws of the 1/n-weighted mean of I(n) over a window of sample sizes.

    Parameters
    ----------
    norm : xarray.DataArray, dims (…, n_train, repeat), perhaps with ``teacher``
        ‖Δŵ_n‖ of runs, or of runs of each of several teachers.
    window : tuple of int
        First and last sample size.

    Returns
    -------
    array, shape (…, draws)
        One jackknife pseudo-value for each run; where there are several teachers, one draw for each of them stands
        before those, for `less_certain` to choose. E stands before the logarithm in all.
    """
    return _draws(norm, list(window), lambda norms: windowed_inefficiency(window, norms)[..., 0, :])


def teachers_of(norm):
    """Return the number of draws that are teachers."""
    return norm.sizes.get("teacher", 0)


def decay_draws(norm):
    """Return draws of the exponent b of I(n) ~ n^−b over the octaves; parameters and result as above."""
    sizes = sorted({size for window in octaves(norm) for size in window})
    return _draws(norm, sizes, lambda norms: decay(sizes, norms))


def windowed_inefficiency(sizes, norms):
    """Return the mean of I(n) between adjacent sizes, (…, sizes − 1, draws), from mean norms (…, sizes, draws)."""
    harmonic = np.array([np.sum(1 / np.arange(*ends)) for ends in pairwise(sizes)])
    return np.diff(np.log(norms), axis=-2) / harmonic[:, None]


def decay(sizes, norms):
    """Return the exponent b of I(n) ~ n^−b, (…, draws), from mean norms (…, sizes, draws)."""
    logarithms = np.log(sizes)
    inefficiency = windowed_inefficiency(sizes, norms)
    return -slope((logarithms[1:] + logarithms[:-1]) / 2, np.moveaxis(np.log(inefficiency), -2, 0))


def who_is_drawn(norm):
    """Return the words for the draws."""
    if "teacher" in norm.dims:
        return f"{norm.sizes['teacher']} teachers, {norm.sizes['repeat']} runs of each"
    return f"{norm.sizes['repeat']} runs"


def listed(names, draws, form="{:.2f}"):
    """Return "0.50 (ρ = 0), 0.31 (ρ = 0.5)" from words and draws, (names, draws)."""
    return ", ".join(f"{form.format(mean)} ({name})" for name, mean in zip(names, draws.mean(axis=-1), strict=True))


def _draws(norm, sizes, statistic):
    chosen = norm.sel(n_train=sizes)
    if "teacher" not in norm.dims:
        return pseudo_values(statistic, chosen.transpose(..., "n_train", "repeat").values)
    by_teacher = statistic(chosen.mean("repeat").transpose(..., "n_train", "teacher").values)
    samples = chosen.transpose("teacher", ..., "n_train", "repeat").values
    by_run = pseudo_values(lambda norms: statistic(norms).mean(axis=0), samples)
    return np.concatenate([by_teacher, by_run], axis=-1)
