"""How the weights of kernel students grow with the sample size, and the data inefficiency this gives (JZ20 Sec. 4)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled
from kdtheory.statistics.inefficiency import inefficiency_draws, literal_inefficiency_draws
from kdtheory.statistics.jackknife import pooled
from kdtheory.theory.inefficiency import octave_windows


def prefix_products(one, other):
    """Return ⟨a, b⟩ = aᵀΘ_n⁻¹b of two weight changes for every prefix of the training set.

    Parameters
    ----------
    one, other : xarray.DataArray
        Coefficients y = L⁻¹Δz with a dimension ``n``; the other dimensions broadcast by name.

    Returns
    -------
    xarray.DataArray
        With the dimension ``n_train`` = 1, 2, … in place of ``n``.
    """
    products = (one.drop_vars("n", errors="ignore") * other.drop_vars("n", errors="ignore")).cumsum("n")
    return products.rename(n="n_train").assign_coords(n_train=np.arange(1, products.sizes["n"] + 1))


def growth(coefficients, source):
    """Measure ‖Δŵ_n‖ for every n and data inefficiency by windows.

    Parameters
    ----------
    coefficients : xarray.DataArray, dims (…, world, run, n)
        y = L⁻¹Δz of every run.
    source : str
        The figure that shows it.

    Returns
    -------
    xarray.Dataset
        ``weight_norm(…, n_train, world, run)``, ``inefficiency(…, window)`` and ``inefficiency_se``.
    """
    norm = np.sqrt(prefix_products(coefficients, coefficients)).transpose(..., "n_train", "world", "run")
    words = "norm of the student's weight change"
    return xr.Dataset({"weight_norm": labelled(norm, words, f"JZ20 Eq. 9, {source}")}).merge(
        windowed_inefficiency(norm, source)
    )


def windowed_inefficiency(norm, source):
    """Measure data inefficiency by octaves of the sample size.

    Parameters
    ----------
    norm : xarray.DataArray, dims (…, n_train, world, run)
        ‖Δŵ_n‖ for n = 1 … n_max.
    source : str
        The figure that shows it.

    Returns
    -------
    xarray.Dataset
        ``inefficiency(…, window)`` and ``inefficiency_se``, with coordinates ``window_start`` and ``window_end``.
    """
    windows = octave_windows(norm.sizes["n_train"])
    sizes = np.unique(windows)
    chosen = norm.sel(n_train=sizes).transpose("world", "run", "n_train", ...)
    estimate = pooled(inefficiency_draws(chosen.values, sizes, windows))
    words = "data inefficiency, mean of the window weighted by 1/n"
    group = _labelled_estimate("inefficiency", estimate, ("window", *chosen.dims[3:]), words, source)
    group = group.assign_coords({dim: norm[dim] for dim in chosen.dims[3:] if dim in norm.coords})
    return group.transpose(..., "window").assign_coords(
        window_start=("window", windows[:, 0]), window_end=("window", windows[:, 1])
    )


def growth_with_candidates(students, source):
    """Measure what `growth` does, and JZ20 Eq. 10 as it is printed from candidates for the next point.

    Parameters
    ----------
    students : xarray.Dataset
        ``coefficients(…, world, run, n)`` and ``squared_step(…, n_train, world, run, candidate)``, r²/s² of each
        candidate.
    source : str
        The figure that shows it.

    Returns
    -------
    xarray.Dataset
        Also ``inefficiency_candidate(…, n_train)`` and ``inefficiency_candidate_se``, NaN at sizes without candidates.
    """
    group = growth(students["coefficients"], source)
    norms = group["weight_norm"].sel(n_train=students["n_train"]).transpose("world", "run", ..., "n_train")
    steps = students["squared_step"].transpose(*norms.dims, "candidate")
    estimate = pooled(literal_inefficiency_draws(norms.values**2, steps.values, students["n_train"].values))
    words = f"data inefficiency by {steps.sizes['candidate']} candidates for the next point"
    candidates = _labelled_estimate("inefficiency_candidate", estimate, norms.dims[2:], words, source)
    candidates = candidates.assign_coords({dim: norms[dim] for dim in norms.dims[2:]})
    return group.merge(candidates.reindex(n_train=group["n_train"]))


def _labelled_estimate(name, estimate, dims, words, source):
    """The value of an estimate and its standard error, as ``name`` and ``name_se``."""
    value, error = xr.DataArray(estimate.value, dims=dims), xr.DataArray(estimate.standard_error, dims=dims)
    return xr.Dataset(
        {
            name: labelled(value, words, f"JZ20 Eq. 10, {source}"),
            f"{name}_se": labelled(error, f"standard error over worlds of the {words}", "ours"),
        }
    )
