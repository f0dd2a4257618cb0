"""Learners of hard labels that are alike, and a student of soft labels that is better and learns faster."""

import numpy as np
import xarray as xr
from samples.weight_growth import growth

LABELS, LOGITS, STEPS, ORACLES = ["teacher", "truth"], [1.0, 5.0, 20.0], [16, 1024], [1024, 2048]
SIZES, WORLDS, TEST_POINTS = [16, 32, 64, 128, 256, 512, 1024], 6, 20000
_LEARNERS = {"stand_in": ("hard_logit", LOGITS), "descent": ("step", STEPS), "margin": None, "soft": None}


def hard_labels(*, soft=(0.05, 1.0), hard=(0.1, 0.6), off=0.0, angles=(0.2, 0.6), drift=0.0, plateau=0.5):
    """Return the group ``wide/hard_labels``.

    Errors are level·(n/16)^(−rate) with level and rate of ``soft`` and ``hard``, and larger by ``off`` for students of
    ±a. Angles to the oracle are those of ``angles`` at every n, that of soft labels off by ``drift`` for half an
    oracle. I(n) is ``plateau``.
    """
    rng = np.random.default_rng(7)
    sizes, variables = np.array(SIZES), {}
    for name, more in _LEARNERS.items():
        level, power = soft if name == "soft" else hard
        error = level * (sizes / 16.0) ** -power + off * (name == "stand_in")
        dims, shape = ((more[0],), (len(more[1]),)) if more else ((), ())
        noise = np.exp(0.02 * rng.standard_normal((len(LABELS), *shape, len(SIZES), WORLDS)))
        variables[f"error_{name}"] = (("labels", *dims, "n_train", "world"), error[:, None] * noise)
        angle = angles[0] if name == "soft" else angles[1]
        shape = (len(LABELS), *shape, len(ORACLES), len(SIZES), WORLDS)
        angle = angle + 0.001 * rng.standard_normal(shape)
        if name == "soft":
            angle[..., 0, :, :] += drift
        variables[f"angle_{name}"] = (("labels", *dims, "oracle_size", "n_train", "world"), angle)
    cells = {"labels": LABELS, "hard_logit": LOGITS}
    norms = growth(
        np.full((len(LABELS), len(LOGITS)), plateau), cells, spread=0.002, worlds=WORLDS, runs=1, sizes=SIZES
    )
    return xr.Dataset(
        {"weight_norm": norms["weight_norm"], **variables, "test_points": TEST_POINTS},
        coords={
            **cells,
            "step": STEPS,
            "oracle_size": ORACLES,
            "n_train": SIZES,
            "world": np.arange(WORLDS),
            "run": [0],
        },
    )
