"""Uniform points on [−1, 1]^d and functions of their first coordinate whose smoothness is known (our plateau sweep)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.parts import Part, codes
from kdtheory.tasks.worlds import numbered, sample_ids

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
    worlds: int
    runs: int
    first_world: int = 0


def build(settings: Settings, draw):
    """Draw uniform points for each run of each world; a student of dimension d sees their first d coordinates."""
    worlds = range(settings.first_world, settings.first_world + settings.worlds)
    shape = (settings.n_points, settings.dim)
    inputs = np.stack([[draw(world, run).uniform(-1, 1, shape) for run in range(settings.runs)] for world in worlds])
    function = np.stack([values(inputs[..., 0]) for values in FUNCTIONS.values()])
    return xr.Dataset(
        {
            "inputs": (("world", "run", "sample", "axis"), inputs),
            "part": ("sample", codes({Part.TRANSFER: settings.n_points})),
            "function": (("target", "world", "run", "sample"), function),
            "sample_id": (("world", "run", "sample"), sample_ids(worlds, settings.runs, settings.n_points)),
        },
        coords={"target": list(FUNCTIONS), **numbered(worlds, settings.runs)},
        attrs={"dim": settings.dim},
    )


if __name__ == "__main__":
    run_stage(build)
