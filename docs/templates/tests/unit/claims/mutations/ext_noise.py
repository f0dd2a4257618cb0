from functools import partial

import numpy as np
import xarray as xr

from kdtheory.claims.registry import FAILS, UNDECIDED


def noise(excess):
    """A group in which the noise adds ``excess`` to the risk of every size, with a spread of 0.01 between sets."""
    values = 0.2 + 0.01 * np.random.default_rng(0).standard_normal((1, 2, 3, 20))
    values[:, 1] += excess
    return xr.Dataset({"risk": (("dim", "noise", "n_train", "world"), values)}, {"noise": [0.0, 0.5]})


TABLE = {
    "ext-noise-risk": (
        partial(noise, 0.05),
        {"lower risk with noise": (FAILS, partial(noise, -0.05)), "hardly any": (UNDECIDED, partial(noise, 0.002))},
    ),
}
