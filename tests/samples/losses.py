"""Losses beside Eq. 2: each is easier to fit, its students err no more, and it corrects the teacher."""

import numpy as np
from samples.weight_growth import of_norms

LOSSES, LABELS = ["mixed", "confidence", "disagreement", "hinge", "perceptron"], ["teacher", "truth"]
EPOCHS, RATIOS, SIZES = [1, 16], [0.5, 0.9, 1.0], [16, 32, 64, 128, 256, 512]
WORLDS, RUNS = 6, 2


def losses(*, easier=0.1, excess=0.0, corrected=0.02, soft_norm=1.0, spread=0.0002, noise=0.002):
    """Return the group ``wide/losses``.

    I of Eq. 2 is 0.3 below ρ = 1, all else is lower by ``easier``. Students of the other losses err by ``excess`` more
    than those of Eq. 2; purely soft ones of imperfect teachers by ``corrected`` more than these. ``soft_norm`` scales
    norms at ρ = 1.
    """
    rng = np.random.default_rng(5)
    kinds = len(LOSSES) + 1, len(LABELS), len(EPOCHS), len(SIZES), WORLDS, RUNS
    exponent = 0.3 + noise * rng.standard_normal((*kinds[:3], 1, WORLDS, 1))
    exponent[1:] -= easier
    error = 0.1 + spread * rng.standard_normal(kinds)
    error[1:] += excess
    error[-1, 1] += corrected
    # What acts on mistakes alone changes nothing for a perfect teacher.
    exponent[2:, 0], error[2:, 0] = exponent[-1, 0], error[-1, 0]
    norms = np.array(SIZES)[:, None, None] ** exponent * (1 + 0.001 * rng.standard_normal((WORLDS, RUNS)))
    norms[-1] *= soft_norm
    axes = {"loss": LOSSES, "labels": LABELS, "stopping_epoch": EPOCHS, "soft_ratio": RATIOS, "n_train": SIZES}
    group = of_norms(_by_ratio(norms), axes)
    dims, error = group["weight_norm"].dims, _by_ratio(error)
    own = 0.1 + 0.001 * rng.standard_normal((len(EPOCHS), WORLDS))
    return group.assign(
        test_error=(dims, error), risk=(dims, error), teacher_error=(("stopping_epoch", "world"), own), test_points=200
    )


def _by_ratio(values):
    """Values (loss, label, epoch, ratio, …) of those of the losses and, last, of purely soft labels."""
    soft = np.broadcast_to(values[-1:], (len(LOSSES), *values.shape[1:]))
    return np.stack([values[:-1]] * (len(RATIOS) - 1) + [soft], axis=3)
