"""Uniform points on [−1, 1]^d and functions of their first coordinate whose smoothness is known (our plateau sweep)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.parts import Part, codes

# In every dimension the power of each falls with the frequency k like the named power, in the shell from k to k + dk.
FUNCTIONS = {
    "jump": np.sign,  # k^-2
    "kinked": np.abs,  # k^-4
    "smooth": lambda x: np.exp(-np.square(x)),  # faster than any power but for the faces of the cube
}


@dataclass(frozen=True)
class Settings:
    """Settings of a uniform dataset (study/schemas/datasets/uniform.yaml)."""

    dim: int
    n_points: int
    repeats: int


def build(settings: Settings, draw):
    """Draw uniform points; a student of dimension d sees their first d coordinates."""
    shape = (settings.n_points, settings.dim)
    inputs = np.stack([draw(repeat).uniform(-1, 1, shape) for repeat in range(settings.repeats)])
    function = np.stack([values(inputs[..., 0]) for values in FUNCTIONS.values()])
    return xr.Dataset(
        {
            "inputs": (("repeat", "sample", "axis"), inputs),
            "part": ("sample", codes({Part.TRANSFER: settings.n_points})),
            "function": (("target", "repeat", "sample"), function),
            "sample_id": (("repeat", "sample"), np.arange(function[0].size).reshape(function[0].shape)),
        },
        coords={"target": list(FUNCTIONS)},
        attrs={"dim": settings.dim},
    )


if __name__ == "__main__":
    run_stage(build)
