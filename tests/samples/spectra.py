"""Spectra of students: high frequencies are learned later, come with later epochs, and with hard labels."""

import numpy as np
import xarray as xr

OCTAVES = 2 ** np.arange(10)
RATIOS, EPOCHS, WORLDS = [0.0, 0.5, 0.9, 1.0], [1, 4, 16], 6


def spectra(
    *, exponent=1.0, deviation=1e-12, by_epoch=(0.0, 0.3, 0.6), by_ratio=(1.0, 0.5, 0.2, 0.0), jump=-0.5,
    frequency=0.5, unlearned=0, noise=0.01,
):  # fmt: skip
    """Return the group ``wide/spectra``.

    Learning times are those of the squared loss to the power ``exponent``, frequencies i to the power ``frequency``.
    The energy of octaves falls like i^(``jump``) at ρ = 0, elsewhere like i^(−3/2). To these exponents come
    ``by_ratio`` and ``by_epoch``. In the first ``unlearned`` worlds one octave is not learned.
    """
    rng = np.random.default_rng(6)
    cells = len(RATIOS), len(EPOCHS), len(OCTAVES), WORLDS, 1
    rising = OCTAVES[:, None, None] ** frequency * np.exp(noise * rng.standard_normal(cells[2:]))
    eigenvalue = 100.0 * OCTAVES[:, None, None] ** -1.5 * np.exp(noise * rng.standard_normal(cells[2:]))
    squared = np.broadcast_to(1 / eigenvalue, cells) * np.exp(noise * rng.standard_normal(cells))
    times = 50 * squared**exponent * np.exp(noise * rng.standard_normal(cells))
    times[0] = np.nan
    times[1, -1, -1, :unlearned] = np.nan
    power = -1.5 + np.array(by_ratio)[:, None] + np.array(by_epoch)
    power[0] = jump
    energy = OCTAVES[:, None, None] ** power[..., None, None, None]
    energy = energy * np.exp(noise * rng.standard_normal(cells[1:]))
    dims = ("soft_ratio", "stopping_epoch", "octave", "world", "run")
    return xr.Dataset(
        {
            "eigenvalue": (dims[2:], eigenvalue),
            "frequency": (dims[2:], rising),
            "squared_deviation": (dims[2:], np.full(cells[2:], deviation)),
            "energy": (dims, energy / energy.sum(axis=2, keepdims=True)),
            "learning_time": (dims, times),
            "squared_time": (dims, squared),
        },
        coords={
            "soft_ratio": RATIOS, "stopping_epoch": EPOCHS, "octave": OCTAVES, "world": np.arange(WORLDS), "run": [0],
        },
    )  # fmt: skip
