"""Groups of weight norms, with the data inefficiency by octaves that the analysis derives from them."""

import numpy as np
import xarray as xr

RUNS, LARGEST = 8, 512
_CANDIDATE_SIZES = (16, 64, LARGEST)


def growth(exponents, axes, *, noise=0.002, runs=RUNS, sizes=None, seed=0):
    """Return a group whose norms are n^I in every run, with noise in the exponents of each run and octave.

    Exponents have the shape of ``axes``, a dict of dimensions and their values, or that and one of ``sizes``: then
    they are I at each size and norms are what it adds up to.
    """
    sizes = np.arange(1, LARGEST + 1) if sizes is None else np.asarray(sizes)
    exponents = np.asarray(exponents, dtype=float)
    if exponents.ndim == len(axes):
        exponents = np.broadcast_to(exponents[..., None], (*exponents.shape, len(sizes)))
    steps = np.diff(np.log(sizes), prepend=np.log(sizes[0]))
    rng = np.random.default_rng(seed)
    octave = np.floor(np.log2(sizes) - 1e-9).astype(int) + 1
    spread = noise * rng.standard_normal((*exponents.shape[:-1], octave.max() + 1, runs))[..., octave, :]
    logarithms = np.cumsum((exponents[..., None] + spread) * steps[:, None], axis=-2)
    return with_inefficiency(
        xr.Dataset({"weight_norm": ((*axes, "n_train", "repeat"), np.exp(logarithms))}, {**axes, "n_train": sizes})
    )


def with_inefficiency(group):
    """Return a group of norms with I(n) by octaves, as the analysis has it."""
    sizes = group["n_train"].values
    starts = np.array([size for size in sizes if 2 * size in sizes and np.log2(size).is_integer()])
    means = np.log(group["weight_norm"].mean("repeat"))
    dims = tuple(dim for dim in means.dims if dim != "n_train")
    first, last = (means.transpose(*dims, "n_train").sel(n_train=ends).values for ends in (starts, 2 * starts))
    values = (last - first) / [np.sum(1 / np.arange(start, 2 * start)) for start in starts]
    return group.assign(
        inefficiency=((*dims, "window"), values), inefficiency_se=((*dims, "window"), np.full_like(values, 0.01))
    ).assign_coords(window_start=("window", starts), window_end=("window", 2 * starts))


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
