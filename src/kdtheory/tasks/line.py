"""The one-dimensional example: a grid on [−1, 1] and ground truths with several boundaries (JZ20 Fig. 4 left)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.boundary_function import draw_boundary_function, with_truth
from kdtheory.tasks.worlds import numbered


@dataclass(frozen=True)
class Settings:
    """Settings of a line dataset (study/schemas/datasets/line.yaml)."""

    modes: int
    width: float
    flat_share: float
    n_points: int
    worlds: int
    first_world: int = 0


def build(settings: Settings, draw):
    """Draw a one-dimensional ground truth for each world and tabulate it on a grid, the world's only run."""
    worlds = range(settings.first_world, settings.first_world + settings.worlds)
    grid = np.linspace(-1, 1, settings.n_points)
    inputs = np.broadcast_to(grid[:, None], (len(worlds), 1, settings.n_points, 1))
    dataset = xr.Dataset({"inputs": (("world", "run", "sample", "axis"), inputs.copy())}, coords=numbered(worlds, 1))
    truth = {"dim": 1, "modes": settings.modes, "width": settings.width, "flat_share": settings.flat_share}
    return with_truth(dataset, [draw_boundary_function(draw(world, "truth"), **truth) for world in worlds])


if __name__ == "__main__":
    run_stage(build)
