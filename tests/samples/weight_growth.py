"""Groups of weight norms, with the data inefficiency by octaves that the analysis derives from them."""

import numpy as np
import xarray as xr

from kdtheory.statistics.inefficiency import inefficiency_draws
from kdtheory.statistics.jackknife import pooled

WORLDS, RUNS, LARGEST = 6, 4, 512
_CANDIDATE_SIZES = (16, 64, LARGEST)


def growth(exponents, axes, *, spread=0.0, noise=0.002, worlds=WORLDS, runs=RUNS, sizes=None, seed=0):
    """Return a group whose norms are n^I in every run.

    Exponents have the shape of ``axes``, a dict of dimensions and their values, or that and one of ``sizes``: then
    they are I at each size and norms are what it adds up to. Each world's exponents are off by ``spread`` in each cell
    and by ``noise`` in each octave of it; its runs are off by a tenth of ``noise`` more.
    """
    sizes = np.arange(1, LARGEST + 1) if sizes is None else np.asarray(sizes)
    exponents = np.asarray(exponents, dtype=float)
    if exponents.ndim == len(axes):
        exponents = np.broadcast_to(exponents[..., None], (*exponents.shape, len(sizes)))
    steps = np.diff(np.log(sizes), prepend=np.log(sizes[0]))
    rng = np.random.default_rng(seed)
    cells, octave = exponents.shape[:-1], np.floor(np.log2(sizes) - 1e-9).astype(int) + 1
    off = spread * rng.standard_normal((*cells, 1, worlds, 1))
    off = off + noise * rng.standard_normal((*cells, octave.max() + 1, worlds, 1))
    off = off + 0.1 * noise * rng.standard_normal((*cells, octave.max() + 1, worlds, runs))
    logarithms = np.cumsum((exponents[..., None, None] + off[..., octave, :, :]) * steps[:, None, None], axis=-3)
    return with_inefficiency(of_norms(np.exp(logarithms), {**axes, "n_train": sizes}))


def of_norms(norms, axes):
    """Return a group of norms with the dimensions of a dict, worlds and runs."""
    *_, worlds, runs = norms.shape
    axes = {**axes, "world": np.arange(worlds), "run": np.arange(runs)}
    return xr.Dataset({"weight_norm": (tuple(axes), norms)}, axes)


def with_inefficiency(group):
    """Return a group of norms with I(n) by octaves, as the analysis has it."""
    sizes = group["n_train"].values
    starts = np.array([size for size in sizes if 2 * size in sizes and np.log2(size).is_integer()])
    windows = np.stack([starts, 2 * starts], axis=1)
    norm = group["weight_norm"].transpose("world", "run", "n_train", ...)
    draws = inefficiency_draws(norm.values, sizes, windows)
    found = pooled(np.moveaxis(draws, 1, -1))
    dims = (*norm.dims[3:], "window")
    return group.assign(inefficiency=(dims, found.value), inefficiency_se=(dims, found.standard_error)).assign_coords(
        window_start=("window", starts), window_end=("window", 2 * starts)
    )


def with_candidates(group):
    """Return a group with Eq. 10 itself at a few sizes, equal to I of the octave that ends there."""
    ends = group["window_end"].values
    dims = group["inefficiency"].dims[:-1]
    values = np.full((*group["inefficiency"].shape[:-1], group.sizes["n_train"]), np.nan)
    for size in _CANDIDATE_SIZES:
        values[..., size - 1] = group["inefficiency"].values[..., list(ends).index(size)]
    return group.assign(
        inefficiency_candidate=((*dims, "n_train"), values),
        inefficiency_candidate_se=((*dims, "n_train"), 0.01 * values),
    )


def falling(first, last, size=LARGEST):
    """Return I at each size n = 1 … ``size``, that falls or rises along ln n from one number to another."""
    return np.linspace(first, last, 201)[np.round(200 * np.log(np.arange(1, size + 1)) / np.log(size)).astype(int)]
