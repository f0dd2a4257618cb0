"""Gaussian mixtures with q modes, a control of difficulty: z(x) = Σ_{j≤q} A_j exp(−‖x − x_j‖²/σ_q²) (JZ20 Fig. 3)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.boundary_function import gaussian_sum
from kdtheory.tasks.parts import Part, codes

# How the width σ_q of the bumps depends on their number q.
WIDTH_LAWS = {"shrinking": lambda modes: modes**-0.5, "fixed": lambda modes: 1.0}


@dataclass(frozen=True)
class Settings:
    """Settings of a Gaussian-mixture dataset (study/schemas/datasets/gaussian_mixture.yaml)."""

    dim: int
    modes: list
    width: float
    width_laws: list
    n_points: int
    n_candidates: int
    repeats: int


def build(settings: Settings, draw):
    """Draw new points and functions for each run; q modes are the first q of one list."""
    size = settings.n_points + settings.n_candidates
    inputs = np.empty((settings.repeats, size, settings.dim))
    function = np.empty((len(settings.width_laws), len(settings.modes), settings.repeats, size))
    for repeat in range(settings.repeats):
        transfer, candidates, functions = (draw(repeat, purpose) for purpose in ("transfer", "candidates", "function"))
        inputs[repeat] = np.concatenate(
            [
                transfer.uniform(-1, 1, (settings.n_points, settings.dim)),
                candidates.uniform(-1, 1, (settings.n_candidates, settings.dim)),
            ]
        )
        # One mode after another, so that more modes leave the first ones as they are.
        modes = [
            (functions.uniform(-1, 1, settings.dim), functions.standard_normal()) for _ in range(max(settings.modes))
        ]
        centres, amplitudes = (np.array(values) for values in zip(*modes, strict=True))
        for law, name in enumerate(settings.width_laws):
            for index, count in enumerate(settings.modes):
                width = settings.width * WIDTH_LAWS[name](count)
                function[law, index, repeat] = gaussian_sum(inputs[repeat], centres[:count], amplitudes[:count], width)
    return xr.Dataset(
        {
            "inputs": (("repeat", "sample", "axis"), inputs),
            "part": ("sample", codes({Part.TRANSFER: settings.n_points, Part.TEST: settings.n_candidates})),
            "function": (("width_law", "modes", "repeat", "sample"), function),
            "sample_id": (("repeat", "sample"), np.arange(settings.repeats * size).reshape(settings.repeats, size)),
        },
        coords={"width_law": settings.width_laws, "modes": settings.modes},
        attrs={"dim": settings.dim},
    )


if __name__ == "__main__":
    run_stage(build)
