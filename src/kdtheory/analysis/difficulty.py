"""Measurement ``wide/difficulty``: I(n) of modes and flipped signs by amplitude and dimension (JZ20 Fig. 3)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.weight_growth import prefix_products


def measure(experiment):
    """Measure weight norms at the sizes of octaves, of all functions and of flipped ones."""
    students = experiment.student("main")
    words = "norm of the student's weight change, {}"
    return xr.Dataset(
        {
            f"{name}_norm": labelled(_norms(students[f"{name}_coefficients"]), words.format(what), f"JZ20 Fig. 3 {at}")
            for name, what, at in (("mode", "Gaussian modes", "left"), ("flip", "flipped signs", "right"))
        }
    )


def _norms(coefficients):
    """‖Δŵ_n‖(dim, amplitude, …, n_train, world, run) at the powers of two."""
    squares = prefix_products(coefficients, coefficients)
    sizes = 2 ** np.arange(int(squares.sizes["n_train"]).bit_length())
    return np.sqrt(squares.sel(n_train=sizes)).transpose("dim", "amplitude", ..., "n_train", "world", "run")


if __name__ == "__main__":
    run_measure(measure)
