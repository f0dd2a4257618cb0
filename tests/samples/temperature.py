"""Students trained to the end at several temperatures: in Eq. 2 a higher one acts like more hard labels."""

import numpy as np
import xarray as xr
from samples.weight_growth import growth

SCALES, RATIOS, TEMPERATURES, WORLDS, RUNS = ["raw", "t_squared"], [0.5, 0.9], [0.5, 1.0, 2.0, 5.0], 6, 4
SIZES, IMPERFECT_SIZES, EPOCHS = [16, 32, 64, 128, 256, 512], [128, 512], [2, 32]


def temperature(*, risk=(0.01, 0.01), exponent=(0.05, 0.05), error=(0.02, 0.02), spread=0.0005):
    """Return the group ``wide/temperature``.

    With each temperature, from 0.5 on, the transfer risk rises by ``risk``, I(n) by ``exponent``, and the test error
    falls by ``error``, one number for each convention of the loss. ``spread`` is that over worlds.
    """
    rng = np.random.default_rng(6)
    level = np.arange(len(TEMPERATURES))

    def rising(step, start, shape):
        steps = np.array(step)[:, None, None] * level + start
        steps = np.broadcast_to(steps, (2, len(RATIOS), len(TEMPERATURES)))
        steps = steps.reshape(*steps.shape, *[1] * len(shape))
        return steps + spread * rng.standard_normal((*steps.shape[:3], *shape))

    cells = ("loss_scale", "soft_ratio", "temperature")
    coords = {"loss_scale": SCALES, "soft_ratio": RATIOS, "temperature": TEMPERATURES}
    norms = growth(rising(exponent, 0.1, ()), coords, spread=0.001, noise=0.001, worlds=WORLDS, runs=RUNS, sizes=SIZES)
    errors = rising(-np.array(error), 0.3, (len(EPOCHS), len(IMPERFECT_SIZES), WORLDS))
    return xr.Dataset(
        {
            "weight_norm": norms["weight_norm"],
            "risk": ((*cells, "n_train", "world", "run"), rising(risk, 0.1, (len(SIZES), WORLDS, RUNS))),
            "test_error": ((*cells, "stopping_epoch", "imperfect_n_train", "world"), errors),
            "teacher_error": (("stopping_epoch", "world"), np.repeat([[0.3], [0.02]], WORLDS, axis=1)),
            "test_points": 200,
        },
        coords={**coords, "n_train": SIZES, "imperfect_n_train": IMPERFECT_SIZES, "stopping_epoch": EPOCHS},
    )
