"""Weight norms of students of teachers that were stopped at several epochs, whose I(n) falls like n^−b."""

import numpy as np
from samples.weight_growth import RUNS, WORLDS, of_norms, with_inefficiency

LARGEST = 1024
EPOCHS = [1, 4, 16, 64]


def stopping(declines=(0.8, 0.6, 0.4, 0.2), *, noise=0.002):
    """Return the group ``wide/stopping`` with an exponent b for each epoch: the smaller it is, the larger I."""
    rng = np.random.default_rng(3)
    n = np.arange(1, LARGEST + 1)[:, None, None]
    decline = np.asarray(declines)[:, None, None, None] + noise * rng.standard_normal((len(EPOCHS), 1, WORLDS, 1))
    values = np.exp(-2.0 * n**-decline) * (1 + 1e-5 * rng.standard_normal((len(EPOCHS), LARGEST, WORLDS, RUNS)))
    group = with_inefficiency(of_norms(values, {"stopping_epoch": EPOCHS, "n_train": n.ravel()}))
    return group.assign_coords(soft_ratio=1.0)
