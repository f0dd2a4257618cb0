"""Transfer risks of students of images that fall like n^−b, fastest at ρ = 1."""

import numpy as np
import xarray as xr
from samples.image_distillation import DRAWS, EPOCHS, KERNEL, RATIOS, SIZES, TEST_IMAGES, jitter


def transfer(student, rates=(0.2, 0.25, 0.3, 0.5), *, draws=DRAWS, bent=0.0, zeros=False):
    """Return the group ``images/<student>_transfer`` of kernel students of ``draws`` teachers, or ``draws`` ResNets.

    ``bent`` is the change of each exponent over the range of n, relative to the exponent.
    """
    teachers, runs = (draws, 3) if student == KERNEL else (1, draws)
    x = np.log(np.array(SIZES) / 1000)[:, None]
    rates = np.array(rates)[:, None, None]
    logarithms = -rates * (x - x[0]) + bent * rates / (2 * np.ptp(x)) * x**2
    noise = 1 + jitter(teachers, len(EPOCHS), len(RATIOS), len(SIZES), runs, size=0.01, seed=9)
    risk = np.round(0.5 * np.exp(logarithms) * noise * TEST_IMAGES) / TEST_IMAGES
    if zeros:
        risk[..., -1, -1, 1:] = 0.0
    dims = ("teacher", "stopping_epoch", "soft_ratio", "n_train", "repeat")
    coords = {"teacher": range(teachers), "stopping_epoch": EPOCHS, "soft_ratio": RATIOS, "n_train": SIZES}
    group = xr.Dataset({"risk": (dims, risk)}, coords=coords).assign(test_points=TEST_IMAGES)
    return group if student == KERNEL else group.isel(teacher=0, stopping_epoch=-1, drop=True)
