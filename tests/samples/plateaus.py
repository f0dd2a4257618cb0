"""Data inefficiency of several targets at the plateaus that the kernel's spectrum predicts."""

import numpy as np
from samples.weight_growth import growth

from kdtheory.theory.inefficiency import plateau_prediction

TARGETS, DIMS, DEPTHS = ["random_labels", "jump", "smooth", "kinked", "nngp"], [3, 6], [1, 3, 5]
SIZES = 2 ** np.arange(11)


def plateaus(error=0.0, *, depth_spread=0.0, early=0.3, reverse=False, noise=0.002, worlds=20):
    """Return the group ``wide/plateaus``; depth 1 was measured in three dimensions only.

    I is off the prediction by ``error``, from the least depth to the largest by ``depth_spread`` more, and by ``early``
    more up to n = 128; with ``reverse`` the targets' order is reversed.
    """
    predicted = np.array([[plateau_prediction(target, dim) for dim in DIMS] for target in TARGETS])
    level = (predicted[::-1] if reverse else predicted)[..., None] + error + depth_spread * np.array([-0.5, 0.0, 0.5])
    # Both later octaves of the plateau are as predicted; 128 to 256 is the last but two.
    values = level[..., None] + early * (SIZES <= 256) * (SIZES > 128)
    axes = {"target": TARGETS, "dim": DIMS, "depth": DEPTHS}
    group = growth(values, axes, sizes=SIZES, noise=noise, worlds=worlds, runs=1)
    group = group.where((group["depth"] > 1) | (group["dim"] == DIMS[0]))
    return group.assign(predicted=(("target", "dim"), predicted))
