"""Gaussian mixtures in several dimensions: functions of the first d coordinates of the same points (JZ20 Fig. 3)."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.gaussian_mixture import mixtures
from kdtheory.tasks.parts import Part, codes
from kdtheory.tasks.worlds import numbered, sample_ids


@dataclass(frozen=True)
class Settings:
    """Settings of a sweep of Gaussian mixtures (study/schemas/datasets/mixture_sweep.yaml)."""

    dims: list
    modes: list
    width: float
    width_laws: list
    n_points: int
    worlds: int
    runs: int
    first_world: int = 0


def build(settings: Settings, draw):
    """Draw points for each run of each world, and functions for each world and dimension."""
    worlds = range(settings.first_world, settings.first_world + settings.worlds)
    shape = (settings.n_points, max(settings.dims))
    inputs = np.stack([[draw(world, run).uniform(-1, 1, shape) for run in range(settings.runs)] for world in worlds])
    functions = [
        [mixtures(settings, partial(draw, world, dim), inputs[index, ..., :dim]) for dim in settings.dims]
        for index, world in enumerate(worlds)
    ]
    dims = ("dim", "width_law", "modes", "world", "run", "sample")
    return xr.Dataset(
        {
            "inputs": (("world", "run", "sample", "axis"), inputs),
            "part": ("sample", codes({Part.TRANSFER: settings.n_points})),
            "function": (dims, np.moveaxis(np.array(functions), 0, 3)),
            "sample_id": (("world", "run", "sample"), sample_ids(worlds, settings.runs, settings.n_points)),
        },
        coords={
            "dim": settings.dims,
            "width_law": settings.width_laws,
            "modes": settings.modes,
            **numbered(worlds, settings.runs),
        },
        attrs={"dim": max(settings.dims)},
    )


if __name__ == "__main__":
    run_stage(build)
