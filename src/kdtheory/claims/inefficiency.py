"""Data inefficiency (JZ20 Eq. 10) of the weight norms of a cube group, one draw for each independent replicate.

Where there are several teachers, they are the replicates and E is over the runs of each teacher. With one teacher, or
none, the runs are the replicates and draws are those of the jackknife.
"""

import numpy as np

from kdtheory.statistics.inefficiency import inefficiency_by_world
from kdtheory.statistics.jackknife import jackknife

# Below this size students know too little for the shape of I(n) to mean anything.
FIRST_SIZE = 16
# Where plateaus are looked for: three octaves, fixed before the data.
PLATEAU = (128, 1024)


def octaves(norm):
    """Return the octaves (n, 2n) of sample sizes from `FIRST_SIZE` on for which norms were measured."""
    sizes = set(norm["n_train"].values.tolist())
    starts = [FIRST_SIZE << power for power in range(20)]
    return [(start, 2 * start) for start in starts if {start, 2 * start} <= sizes]


def plateau(norm):
    """Return the window of sample sizes of a plateau: `PLATEAU`, or the last three octaves of a smaller study."""
    last = min(PLATEAU[1], octaves(norm)[-1][1])
    return max(FIRST_SIZE, last // (PLATEAU[1] // PLATEAU[0])), last


def inefficiency_draws(norm, windows):
    """Return draws of the 1/n-weighted mean of I(n) over windows of sample sizes.

    Parameters
    ----------
    norm : xarray.DataArray, dims (cells…, n_train, repeat), perhaps with ``teacher``
        ‖Δŵ_n‖₂.
    windows : list of (int, int)
        First and last sample size of each.

    Returns
    -------
    array, shape (replicates, windows, cells…)
        For `kdtheory.statistics.jackknife.pooled`; differences of draws are paired within replicates.
    """
    sizes = sorted({size for window in windows for size in window})
    chosen = norm.sel(n_train=sizes)
    if "teacher" in norm.dims:
        values = chosen.transpose("teacher", "repeat", "n_train", ...).values
        return inefficiency_by_world(values, sizes, windows)
    runs = chosen.transpose("repeat", "n_train", ...).values
    if len(runs) < 2:
        return np.full((len(runs), len(windows), *runs.shape[2:]), np.nan)
    # One run is no sample of a world, so that the logarithm's bias is that of all runs together.
    first, last = np.searchsorted(sizes, windows).T
    weights = np.array([np.sum(1 / np.arange(*window)) for window in windows])

    def statistic(runs):
        measured = ~np.isnan(runs)
        with np.errstate(invalid="ignore"):
            logarithms = np.log(np.where(measured, runs, 0.0).sum(axis=0) / measured.sum(axis=0))
        grown = logarithms[last] - logarithms[first]
        return grown / weights.reshape(-1, *[1] * (grown.ndim - 1))

    return jackknife(statistic, runs)


def replicates(norm):
    """Return the words for the replicates."""
    if "teacher" in norm.dims:
        return f"{norm.sizes['teacher']} teachers, {norm.sizes['repeat']} runs of each"
    return f"{norm.sizes['repeat']} runs"


def listed(names, draws, form="{:.2f}"):
    """Return "0.50 (ρ = 0), 0.31 (ρ = 0.5)" from words and draws, (replicates, names)."""
    return ", ".join(f"{form.format(mean)} ({name})" for name, mean in zip(names, draws.mean(axis=0), strict=True))


def span(window):
    """Return "128…1024"."""
    return f"{window[0]}…{window[1]}"
