"""Students of mixed labels: I(n) is ½ with hard labels alone and falls with the soft ratio, and with n at ρ = 1."""

import numpy as np
from samples.weight_growth import falling, growth

RATIOS = [0.0, 0.3, 0.5, 0.9, 1.0]


def mixing(exponents=(0.5, 0.4, 0.35, 0.3, 0.1), *, worlds=0.002, soft_fall=0.1, hard_fall=0.0, noise=0.002):
    """Return the group ``wide/mixing``.

    I is as given on average over ln n; at ρ = 1 and at ρ = 0 it is larger by ``soft_fall`` and ``hard_fall`` at the
    first size than at the last. ``worlds`` is the spread over worlds, ``noise`` that over their octaves.
    """
    values = np.repeat(np.array(exponents)[:, None], len(falling(0, 0)), axis=-1)
    values[-1] += soft_fall * falling(0.5, -0.5)
    values[0] += hard_fall * falling(0.5, -0.5)
    group = growth(values, {"soft_ratio": RATIOS}, spread=worlds, noise=noise)
    return group.assign_coords(stopping_epoch=64)
