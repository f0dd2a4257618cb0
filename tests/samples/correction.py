"""What hard labels add to the student's weights: towards the truth of early teachers, away from it of late ones."""

import numpy as np
import xarray as xr
from samples.imperfect import EPOCHS, SIZES, WORLDS

TRUTHS, RUNS = ["smooth", "sign"], 4


def correction(
    signs=(1, 1, -1, -1), *, angles=(0.9, 0.7, 0.5, 0.3), wrong=0.0, teacher_error=(0.3, 0.2, 0.01, 0.005), spread=0.1
):
    """Return the group ``wide/correction``.

    The cosine of δŵ_h and Δŵ_c is 0.3 times ``signs`` of each epoch with a relative ``spread``; the finite difference
    is off the derivative by ``wrong``.
    """
    rng = np.random.default_rng(5)
    shape = (len(TRUTHS), len(EPOCHS), len(SIZES), WORLDS, RUNS)
    values = np.array(signs)[:, None, None, None] * (1 + spread * rng.standard_normal(shape))
    values = values + spread * rng.standard_normal((*shape[:-1], 1))
    cosine = np.cos(np.array(angles)[:, None, None, None] + 0.001 * rng.standard_normal(shape))
    variables = {
        "correction": 20 * values, "correction_cosine": 0.3 * values, "derivative": 0.1 * values,
        "derivative_fd": 0.1 * values + wrong, "cosine": cosine,
    }  # fmt: skip
    dims = ("truth", "stopping_epoch", "n_train", "world", "run")
    own = np.repeat(np.array(teacher_error)[:, None], WORLDS, axis=1)
    group = xr.Dataset({name: (dims, array) for name, array in variables.items()}).assign(
        truth_norm=(("truth", "world", "run"), np.ones((len(TRUTHS), WORLDS, RUNS))),
        teacher_error=(("stopping_epoch", "world"), own),
    )
    coords = {"truth": TRUTHS, "stopping_epoch": EPOCHS, "n_train": SIZES}
    return group.assign_coords(coords | {"world": np.arange(WORLDS), "run": np.arange(RUNS)})
