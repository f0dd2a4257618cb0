"""Transfer risks of students of images that fall like n^−b, fastest at ρ = 1."""

import numpy as np
import xarray as xr
from samples.image_distillation import EPOCHS, KERNEL, RATIOS, RUNS, SIZES, TEST_IMAGES, WORLDS, jitter


def transfer(student, rates=(0.2, 0.25, 0.3, 0.5), *, worlds=WORLDS, bent=0.0, zeros=False, agreement=0.97):
    """Return the group ``images/<student>_transfer``, of ResNets at one stopping epoch.

    ``bent`` is the change of each exponent over the range of n, relative to the exponent.
    """
    x = np.log(np.array(SIZES) / 1000)[:, None, None]
    rates = np.array(rates)[:, None, None, None]
    logarithms = -rates * (x - x[0]) + bent * rates / (2 * np.ptp(x)) * x**2
    noise = 1 + jitter(len(EPOCHS), len(RATIOS), len(SIZES), worlds, RUNS, size=0.01, seed=9)
    risk = np.round(0.5 * np.exp(logarithms) * noise * TEST_IMAGES) / TEST_IMAGES
    if zeros:
        risk[:, -1, -1, :, 1:] = 0.0
    dims = ("stopping_epoch", "soft_ratio", "n_train", "world", "run")
    coords = {
        "stopping_epoch": EPOCHS, "soft_ratio": RATIOS, "n_train": SIZES, "world": range(worlds), "run": range(RUNS),
    }  # fmt: skip
    group = xr.Dataset({"risk": (dims, risk)}, coords=coords)
    group = group.assign(test_points=xr.full_like(group["world"], TEST_IMAGES))
    if student == KERNEL:
        return group
    agreement = agreement + 0.01 * (group["risk"] - group["risk"].mean())
    return group.assign(agreement=agreement, steps=xr.full_like(agreement, 90)).isel(stopping_epoch=-1, drop=True)
