"""Modes and flipped signs by amplitude and dimension: many modes and noise are harder, whatever the setting."""

import numpy as np
import xarray as xr
from samples.weight_growth import falling, growth

from kdtheory.theory.inefficiency import plateau_prediction

DIMS, AMPLITUDES, LAWS, MODES = [1, 2, 3, 5], [1.0, 10.0], ["shrinking", "fixed", "own"], [1, 4, 16]
PROBABILITIES = [0.0, 0.1, 0.5]
SIZES = 2 ** np.arange(10)


def difficulty(by_modes=(0.05, 0.1, 0.2), half=None, *, fall=0.1, few_flips=0.3, noise=0.002, dims=DIMS):
    """Return the group ``wide/difficulty``.

    I is as given for each number of modes, and larger by ``fall`` at the first size than at the last; with random
    signs it is ``half``, by default (d + 1)/(2d).
    """
    curve = falling(1.0, 0.0)[SIZES - 1]
    smooth = np.broadcast_to(np.array(by_modes)[:, None] + fall * curve, (len(dims), 2, 3, 3, len(SIZES)))
    axes = {"dim": dims, "amplitude": AMPLITUDES}
    random = [plateau_prediction("random_labels", dim) if half is None else half for dim in dims]
    flips = [[[0.05, few_flips, value]] * 2 for value in random]
    options = {"noise": noise, "sizes": SIZES}
    modes = growth(smooth, {**axes, "width_law": LAWS, "modes": MODES}, **options)
    signs = growth(np.array(flips), {**axes, "flip_probability": PROBABILITIES}, **options, seed=1)
    return xr.Dataset({"mode_norm": modes["weight_norm"], "flip_norm": signs["weight_norm"]})
