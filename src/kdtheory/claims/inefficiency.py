"""Data inefficiency (JZ20 Eq. 10) of the weight norms of a cube group, one draw for each world.

E is over the runs of a world, or over the worlds where each has one run.
"""

from dataclasses import replace

import numpy as np

from kdtheory.claims.decisions import told
from kdtheory.claims.draws import fitted, runs_of
from kdtheory.claims.registry import HOLDS, UNDECIDED
from kdtheory.statistics import inefficiency as statistics
from kdtheory.statistics.laws import mean_slopes_by_world

# Below this size students know too little for the shape of I(n) to mean anything.
FIRST_SIZE = 16
# Where plateaus are looked for: three octaves, fixed before the data.
PLATEAU = (128, 1024)
# With rarer flipped signs few points decide, and norms of single runs vary much.
RARE_FLIPS = 0.01
# What a declaration says of the draws.
WORLDS = "; worlds are the draws; no `holds` where fewer than 20 runs have norms that vary by more than 30 %"


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
    norm : xarray.DataArray, dims (cells…, n_train, world, run)
        ‖Δŵ_n‖₂.
    windows : list of (int, int)
        First and last sample size of each.

    Returns
    -------
    array, shape (worlds, windows, cells…)
        For `kdtheory.statistics.jackknife.pooled`; differences of draws are paired within worlds. NaN where I(n) is
        descriptive only, since the norms that E is over are few and vary much.
    """
    sizes = sorted({size for window in windows for size in window})
    cells = [dim for dim in norm.dims if dim not in ("world", "run", "n_train")]
    norms = runs_of(norm.sel(n_train=sizes), "n_train", *cells)
    draws = statistics.inefficiency_draws(norms, sizes, windows)
    # With one run E is over the worlds.
    wild = statistics.is_descriptive(norms if norms.shape[1] > 1 else norms.swapaxes(0, 1))
    ends = np.searchsorted(sizes, windows)
    return np.where(wild[ends].any(axis=1), np.nan, draws)


def unless_descriptive(found, draws):
    """Return a finding that does not hold unless I is known in every cell, from draws (worlds, cells…)."""
    unknown = np.isnan(draws).all(axis=0)
    if found.verdict != HOLDS or not unknown.any():
        return found
    more = f"I is descriptive in {int(unknown.sum())} of {unknown.size} cells"
    return replace(found, verdict=UNDECIDED, reason=told(found.reason, more))


def decline(norm):
    """Return draws of the exponent b of I(n) ~ n^−b, and the sizes it is of.

    Parameters
    ----------
    norm : xarray.DataArray, dims (cells…, n_train, world, run)
        I(n) is taken between adjacent sample sizes; NaN with fewer than two such windows, or where one is descriptive.

    Returns
    -------
    array, shape (worlds, cells…)
    """
    sizes = norm["n_train"].values
    cells = [norm.sizes[dim] for dim in norm.dims if dim not in ("world", "run", "n_train")]
    if len(sizes) < 3:
        return np.full((norm.sizes["world"], *cells), np.nan)
    draws = inefficiency_draws(norm, np.stack([sizes[:-1], sizes[1:]], axis=1))
    return -fitted(mean_slopes_by_world, octave_middles(sizes), draws)


def octave_middles(sizes):
    """Return the middles of adjacent sizes on a logarithmic scale, as logarithms."""
    logarithms = np.log(sizes)
    return (logarithms[1:] + logarithms[:-1]) / 2


def listed(names, draws, form="{:.2f}"):
    """Return "0.50 (ρ = 0), descriptive (ρ = 0.5)" from words and draws, (worlds, names)."""
    means = [form.format(mean) if np.isfinite(mean) else "descriptive" for mean in draws.mean(axis=0)]
    return ", ".join(f"{mean} ({name})" for name, mean in zip(names, means, strict=True))


def span(window):
    """Return "128…1024"."""
    return f"{window[0]}…{window[1]}"
