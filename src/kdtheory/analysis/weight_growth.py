"""How the weights of kernel students grow with the sample size, and the data inefficiency this gives (JZ20 Sec. 4)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled
from kdtheory.theory.inefficiency import candidate_inefficiency, data_inefficiency, octave_windows


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
    coefficients : xarray.DataArray, dims (…, repeat, n)
        y = L⁻¹Δz of every run.
    source : str
        The figure that shows it.

    Returns
    -------
    xarray.Dataset
        ``weight_norm(…, n_train, repeat)``, ``inefficiency(…, window)`` and ``inefficiency_se``.
    """
    norm = np.sqrt(prefix_products(coefficients, coefficients)).transpose(..., "n_train", "repeat")
    words = "norm of the student's weight change"
    return xr.Dataset({"weight_norm": labelled(norm, words, f"JZ20 Eq. 9, {source}")}).merge(
        windowed_inefficiency(norm, source)
    )


def windowed_inefficiency(norm, source):
    """Measure data inefficiency by octaves of the sample size.

    Parameters
    ----------
    norm : xarray.DataArray, dims (…, n_train, repeat)
        ‖Δŵ_n‖ for n = 1 … n_max.
    source : str
        The figure that shows it.

    Returns
    -------
    xarray.Dataset
        ``inefficiency(…, window)`` and ``inefficiency_se``, with coordinates ``window_start`` and ``window_end``.
    """
    windows = octave_windows(norm.sizes["n_train"])
    value, error = xr.apply_ufunc(
        data_inefficiency, norm, xr.DataArray(windows, dims=("window", "end")),
        input_core_dims=[["repeat", "n_train"], ["window", "end"]], output_core_dims=[["window"], ["window"]],
    )  # fmt: skip
    words = "data inefficiency, mean of the window weighted by 1/n"
    return xr.Dataset(
        {
            "inefficiency": labelled(value, words, f"JZ20 Eq. 10, {source}"),
            "inefficiency_se": labelled(error, f"jackknife standard error of the {words}", "ours"),
        },
        coords={"window_start": ("window", windows[:, 0]), "window_end": ("window", windows[:, 1])},
    )


def growth_with_candidates(students, source):
    """Measure what `growth` does, and JZ20 Eq. 10 as it is printed from candidates for the next point.

    Parameters
    ----------
    students : xarray.Dataset
        ``coefficients(…, repeat, n)`` and ``squared_step(…, n_train, repeat, candidate)``, r²/s² of each candidate.
    source : str
        The figure that shows it.

    Returns
    -------
    xarray.Dataset
        Also ``inefficiency_candidate(…, n_train)`` and ``inefficiency_candidate_se``, NaN at sizes without candidates.
    """
    group = growth(students["coefficients"], source)
    steps, sizes = students["squared_step"], students["n_train"]
    value, error = xr.apply_ufunc(
        candidate_inefficiency, group["weight_norm"].sel(n_train=sizes) ** 2, steps, sizes,
        input_core_dims=[["repeat"], ["repeat", "candidate"], []], output_core_dims=[[], []],
    )  # fmt: skip
    words = f"data inefficiency by {steps.sizes['candidate']} candidates for the next point"
    candidates = xr.Dataset(
        {
            "inefficiency_candidate": labelled(value, words, f"JZ20 Eq. 10, {source}"),
            "inefficiency_candidate_se": labelled(error, f"jackknife standard error of the {words}", "ours"),
        }
    )
    return group.merge(candidates.reindex(n_train=group["n_train"]))
