"""What teachers of one input know at each epoch, and effective logits that are a cut-off."""

import numpy as np
import xarray as xr

from kdtheory.theory.stationarity import label_smoothing_logit, threshold_logit

WORLDS, EPOCHS, RATIOS = 6, [1, 4, 16, 64], [0.05, 0.5, 1.0]


def example(
    scale=(1, 2, 4, 8), slope=(1.0, 1.5, 2.0, 2.5), boundaries=(1, 3, 5, 5), *, deviation=0.0, spread=0.01
):  # fmt: skip
    """Return the group ``wide/example`` with the teachers' statistics by epoch and their relative ``spread``.

    ``deviation`` is that of effective logits from the cut-off, relative to them.
    """
    rng = np.random.default_rng(6)
    x, ratios = np.linspace(-1, 1, 41), np.array(RATIOS)
    truth = np.sin(9 * x)
    logits = np.log(1 + np.array(EPOCHS))[:, None] * truth
    threshold = threshold_logit(ratios, 5.0)
    cutoff = np.sign(logits[-1]) * np.maximum(threshold[:, None], np.abs(logits[-1]))

    def by_world(values):
        factors = np.exp(spread * rng.standard_normal((len(values), WORLDS)))
        return np.array(values)[:, None] * factors

    shape = ("stopping_epoch", "world")
    counts = np.repeat(np.array(boundaries)[:, None], WORLDS, axis=1)
    return xr.Dataset(
        {
            "boundary": ("x", (truth > 0).astype(int)),
            "truth": ("x", truth),
            "teacher_logit": (("stopping_epoch", "x"), logits),
            "effective_logit": (("soft_ratio", "x"), cutoff),
            "cutoff": (("soft_ratio", "x"), cutoff),
            "label_smoothing": (("soft_ratio", "x"), [label_smoothing_logit(r) * np.sign(truth) for r in RATIOS]),
            "threshold": ("soft_ratio", threshold),
            "cutoff_deviation": (("soft_ratio", "world"), by_world([deviation] * len(RATIOS))),
            "logit_scale": (shape, by_world(scale)),
            "logit_slope": (shape, by_world(slope)),
            "boundary_error": (shape, by_world((0.2, 0.1, 0.05, 0.01))),
            "sign_changes": (shape, counts),
            "true_sign_changes": ("world", np.full(WORLDS, 5)),
        },
        coords={"stopping_epoch": EPOCHS, "world": np.arange(WORLDS), "x": x, "soft_ratio": RATIOS},
    )
