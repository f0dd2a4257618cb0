"""The one-dimensional example: a grid on [−1, 1] and a ground truth with several boundaries (JZ20 Fig. 4 left)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.boundary_function import draw_boundary_function, with_truth


@dataclass(frozen=True)
class Settings:
    """Settings of a line dataset (study/schemas/datasets/line.yaml)."""

    modes: int
    width: float
    flat_share: float
    n_points: int


def build(settings: Settings, draw):
    """Draw a one-dimensional ground truth and tabulate it on a grid."""
    function = draw_boundary_function(
        draw("truth"), dim=1, modes=settings.modes, width=settings.width, flat_share=settings.flat_share
    )
    grid = np.linspace(-1, 1, settings.n_points)
    return with_truth(xr.Dataset({"inputs": (("repeat", "sample", "axis"), grid[None, :, None])}), function)


if __name__ == "__main__":
    run_stage(build)
