"""The angle laws of a dataset file."""

import numpy as np

from kdtheory.theory.angles import MarginAngles, PolynomialAngles


def angle_laws(dataset):
    """Return the laws of the angle between inputs and teacher: one for each κ of a polynomial dataset, else one."""
    if "kappa" in dataset.coords:
        return [PolynomialAngles(kappa, dataset.attrs["scale"]) for kappa in dataset["kappa"].values]
    return [MarginAngles(np.deg2rad(dataset.attrs["limit_degrees"]))]
