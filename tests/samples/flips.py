"""A target with flipped signs: I(n) is larger with more of them, and constant where they are random."""

import numpy as np
from samples.weight_growth import falling, growth, with_candidates

PROBABILITIES = [0.0, 0.1, 0.5]


def flips(exponents=(0.1, 0.3, 0.8), *, fall=0.0, noise=0.002):
    """Return the group ``wide/flips``; I is larger by ``fall`` at the first size than at the last."""
    values = np.array(exponents)[:, None] + fall * falling(0.5, -0.5)
    return with_candidates(growth(values, {"flip_probability": PROBABILITIES}, noise=noise))
