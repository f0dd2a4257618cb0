"""Targets of several Gaussian modes, under three laws of their widths: I(n) falls, and is larger with more modes."""

import numpy as np
from samples.weight_growth import LARGEST, falling, growth, with_candidates

MODES = [1, 4, 16]


def modes(
    shrinking=(0.05, 0.1, 0.2), fixed=(0.05, 0.1, 0.2), own=(0.05, 0.1, 0.2), *, fall=0.1, noise=0.002
):  # fmt: skip
    """Return the group ``wide/modes``; I is as given at the last size, and larger by ``fall`` at the first."""
    levels = np.array([shrinking, fixed, own])[..., None]
    curve = falling(1.0, 0.0, LARGEST)
    axes = {"width_law": ["shrinking", "fixed", "own"], "modes": MODES}
    return with_candidates(growth(levels + fall * curve, axes, noise=noise))
