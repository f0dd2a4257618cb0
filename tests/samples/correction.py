"""What hard labels add to the student's weights: towards the truth of early teachers, away from it of late ones."""

import numpy as np
import xarray as xr
from samples.imperfect import EPOCHS, RUNS, SIZES, TEACHERS

TRUTHS = ["smooth", "sign"]


def correction(
    signs=(1, 1, -1, -1), *, angles=(0.9, 0.7, 0.5, 0.3), wrong=0.0, teacher_error=(0.3, 0.2, 0.01, 0.005), spread=0.1
):
    """Return the group ``wide/correction``.

    The cosine of δŵ_h and Δŵ_c is 0.3 times ``signs`` of each epoch with a relative ``spread``; the finite difference
    is off the derivative by ``wrong``.
    """
    rng = np.random.default_rng(5)
    shape = (len(TRUTHS), TEACHERS, len(EPOCHS), len(SIZES), RUNS)
    values = np.array(signs)[:, None, None] * (1 + spread * rng.standard_normal(shape))
    values = values + spread * rng.standard_normal((*shape[:-1], 1))
    cosine = np.cos(np.array(angles)[:, None, None] + 0.001 * rng.standard_normal(shape))
    variables = {
        "correction": 20 * values, "correction_cosine": 0.3 * values, "derivative": 0.1 * values,
        "derivative_fd": 0.1 * values + wrong, "cosine": cosine,
    }  # fmt: skip
    dims = ("truth", "teacher", "stopping_epoch", "n_train", "repeat")
    own = np.broadcast_to(teacher_error, (TEACHERS, len(EPOCHS)))
    return xr.Dataset(
        {**{name: (dims, array) for name, array in variables.items()}, "teacher_error": (dims[1:3], own)},
        coords={"truth": TRUTHS, "teacher": np.arange(TEACHERS), "stopping_epoch": EPOCHS, "n_train": SIZES},
    )
