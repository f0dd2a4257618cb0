"""Small groups of finite width in which each statement is true, or false, by construction."""

import numpy as np
import xarray as xr
from unit.claims.jz20_worlds import later

WIDTHS, SIZES, RATIOS, RUNS = [64, 128, 256, 512, 1024, 2048], [32, 128], [0.5, 1.0], 6
STEPS = [0, *(2 ** np.arange(8))]


@later
def finite_width(kernel=-0.5, linearized=-0.5, sgd=-0.3, network=-0.5, drift=-0.5, level=0.5, off=0.0):
    """Power laws in width; half of the runs have the largest width. ``off`` is what the network's risk is off."""
    rng, width = np.random.default_rng(11), np.array(WIDTHS, dtype=float)
    few = (np.arange(RUNS) >= RUNS // 2) & (width[:, None] == WIDTHS[-1])

    def law(power, *shape, steps=False):
        here = (width / WIDTHS[0]).reshape(-1, *[1] * len(shape)) ** power * np.exp(
            0.03 * rng.standard_normal((6, *shape))
        )
        here = np.where(few.reshape(6, *[1] * (len(shape) - 1), RUNS), np.nan, here)
        return here[..., None] * np.log2(np.array(STEPS) + 2) / np.log2(STEPS[-1] + 2) if steps else here

    cells = ("width", "n_train", "soft_ratio", "repeat")
    risk = np.round(200 * (0.1 + 0.02 * rng.random((2, 2, RUNS)))) / 200 + np.zeros((3, 6, 1, 1, 1))
    risk[2] += off
    risk = np.where(few[:, None, None], np.nan, risk)
    drifts = 0.5 * level * law(drift, 2, 2, RUNS, steps=True)
    drifts[..., 0] = 0.0
    variables = {
        "kernel_distance": (("width", "repeat"), 0.5 * law(kernel, RUNS)),
        "logit_distance_linearized": (cells, 0.4 * law(linearized, 2, 2, RUNS)),
        "logit_distance_sgd": (cells, 0.6 * law(sgd, 2, 2, RUNS)),
        "logit_distance_network": ((*cells, "step"), 0.5 * law(network, 2, 2, RUNS, steps=True)),
        "target_distance": ((*cells, "step"), 1.2 - law(0.0, 2, 2, RUNS, steps=True)),
        "kernel_drift": ((*cells, "step"), np.where(few[:, None, None, :, None], np.nan, drifts)),
        "risk": (("student", *cells), risk),
    }
    coords = {"width": WIDTHS, "n_train": SIZES, "soft_ratio": RATIOS, "step": STEPS}
    coords |= {"student": ["kernel", "linearized", "network"], "repeat": range(RUNS)}
    return xr.Dataset(variables, coords=coords).assign(test_points=200)


_TRUE = (finite_width(),)
CASES = {
    "ext-width-kernel": (_TRUE, (finite_width(kernel=-1.0),)),
    "ext-width-linearized": (_TRUE, (finite_width(linearized=-0.1),)),
    "ext-width-sgd": (_TRUE, (finite_width(sgd=0.2),)),
    "ext-width-network": (_TRUE, (finite_width(network=0.2),)),
    "ext-width-risk": (_TRUE, (finite_width(off=0.1),)),
    "jz20-sec2-kernel-constant": (_TRUE, (finite_width(level=5.0),)),
    "jz20-sec2-kernel-constant-width": (_TRUE, (finite_width(drift=0.3),)),
}
