"""Small groups of finite width in which each statement is true, or false, by construction."""

import numpy as np
import xarray as xr

WIDTHS, SIZES, RATIOS, WORLDS = [64, 128, 256, 512, 1024, 2048], [32, 128], [0.5, 1.0], 6
STEPS = [0, *(2 ** np.arange(8))]


def finite_width(kernel=-0.5, linearized=-0.5, sgd=-0.3, network=-0.5, drift=-0.5, level=0.1, off=0.0):
    """Power laws in width; the widest network is trained in half of the worlds, for an eighth of the steps.

    ``level`` is the change of the kernel at width 256, ``off`` what the trained network's risk is off.
    """
    rng = np.random.default_rng(11)
    width = np.array(WIDTHS, dtype=float) / 256
    trained = np.ones((len(WIDTHS), 1, 1, WORLDS, len(STEPS)), dtype=bool)
    trained[-1, ..., WORLDS // 2 :, :] = trained[-1, ..., -3:] = False

    def law(power, *shape):
        return width.reshape(-1, *[1] * len(shape)) ** power * np.exp(0.03 * rng.standard_normal((6, *shape)))

    def path(values):
        return np.where(trained, values[..., None] * np.log2(np.array(STEPS) + 1) / np.log2(STEPS[-1] + 1), np.nan)

    cells = ("width", "n_train", "soft_ratio", "world")
    risk = np.round(200 * (0.1 + 0.02 * rng.random((2, 2, WORLDS)))) / 200 + np.zeros((3, 6, 1, 1, 1))
    risk[2] = np.where(trained[..., 0], risk[2] + off, np.nan)
    distance = law(network, 2, 2, WORLDS)
    variables = {
        "kernel_distance": (("width", "world"), 0.2 * law(kernel, WORLDS)),
        "logit_distance_linearized": (cells, 0.2 * law(linearized, 2, 2, WORLDS)),
        "logit_distance_sgd": (cells, 0.3 * law(sgd, 2, 2, WORLDS)),
        "logit_distance_network": ((*cells, "step"), 1.1 - path(0.2 * distance / distance)),
        "logit_distance_path": ((*cells, "step"), path(0.2 * distance)),
        "target_distance": ((*cells, "step"), 1.1 - path(law(0.0, 2, 2, WORLDS))),
        "kernel_drift": ((*cells, "step"), path(0.9 * level * law(drift, 2, 2, WORLDS))),
        "risk": (("student", *cells), risk),
    }
    coords = {"width": WIDTHS, "n_train": SIZES, "soft_ratio": RATIOS, "step": STEPS}
    coords |= {"student": ["kernel", "linearized", "network"], "world": range(WORLDS)}
    return xr.Dataset(variables, coords=coords).assign(test_points=200)
