"""Distilled students of very many transfer sets, drawn through their Gram matrix alone (docs/methods.md)."""

import numpy as np
import xarray as xr

from kdtheory.jobs.log import Progress
from kdtheory.theory.angles import PolynomialAngles, angle_from_gram, bartlett_factor

# Sets drawn at once: bounds the memory, and fixes which random numbers a set gets.
_BLOCK = 5000


def gram_angles(dataset, sizes, sets, draw):
    """Draw the angles between distilled students and their teacher for a polynomial-angle task.

    Parameters
    ----------
    dataset : xarray.Dataset
        The task; its dimension, scale and κ are used, its points are not.
    sizes : list of int
        Transfer-set sizes, at most d − 1.
    sets : int
        Transfer sets to draw.
    draw : callable
        ``draw(*key)`` gives a random generator.

    Returns
    -------
    xarray.DataArray (kappa, n_train, gram_set)
        Angles in radians; sizes are nested in one set, and every κ uses the same directions and uniforms.
    """
    laws = [PolynomialAngles(kappa, dataset.attrs["scale"]) for kappa in dataset["kappa"].values]
    largest, kept = max(sizes), np.asarray(sizes) - 1
    angles = np.empty((len(laws), len(sizes), sets))
    progress = Progress(sets, "transfer sets")
    for start in range(0, sets, _BLOCK):
        count = min(_BLOCK, sets - start)
        rng = draw("gram", start)
        factor = bartlett_factor(rng, count, largest, dataset.attrs["dim"])
        uniforms = rng.random((count, largest))
        boundary_angles = np.stack([law.sample_boundary_angles(uniforms) for law in laws])
        angles[:, :, start : start + count] = np.swapaxes(angle_from_gram(boundary_angles, factor)[..., kept], 1, 2)
        progress.advance(count)
    coords = {"kappa": dataset["kappa"], "n_train": list(sizes)}
    return xr.DataArray(angles, dims=("kappa", "n_train", "gram_set"), coords=coords)
