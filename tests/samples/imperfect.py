"""Students of imperfect teachers: some hard labels help, more with many points; early teachers are worse than they."""

import numpy as np
import xarray as xr

WORLDS, EPOCHS = 6, [1, 4, 16, 64]
RATIOS, SIZES = [0.0, 0.5, 0.9, 0.95, 1.0], [32, 512, 1024]


def imperfect(
    *, lower=(0.0, 0.0, 0.02, 0.025, 0.0), by_size=(0.5, 1.0, 1.2), soft=(0.04, 0.03, 0.02, 0.01),
    teacher_error=(0.3, 0.2, 0.01, 0.005), spread=0.0005,
):  # fmt: skip
    """Return the group ``wide/imperfect``.

    The test error is 0.15, less ``lower`` of each soft ratio times ``by_size``, and at ρ = 1 ``soft`` of each epoch
    more. ``spread`` is that over worlds.
    """
    rng = np.random.default_rng(4)
    shape = (len(EPOCHS), len(RATIOS), len(SIZES), WORLDS, 1)
    error = 0.15 - (np.array(lower)[:, None] * by_size)[..., None, None] + spread * rng.standard_normal(shape)
    error = error + spread * rng.standard_normal((1, *shape[1:]))
    # Students of hard labels do not see the teacher.
    error[:, 0] = error[:1, 0]
    error[:, -1] += np.array(soft)[:, None, None, None]
    own = np.array(teacher_error)[:, None] * np.exp(0.01 * rng.standard_normal((len(EPOCHS), WORLDS)))
    cells = ("stopping_epoch", "soft_ratio", "n_train", "world", "run")
    return xr.Dataset(
        {
            "test_error": (cells, error),
            "risk": (cells, error),
            "weight_norm": (cells, 1 + error),
            "teacher_error": (("stopping_epoch", "world"), own),
            "test_points": 200,
        },
        coords={
            "stopping_epoch": EPOCHS, "soft_ratio": RATIOS, "n_train": SIZES, "world": np.arange(WORLDS), "run": [0],
        },
    )  # fmt: skip
