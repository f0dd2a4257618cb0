"""Standard normal inputs with a uniformly random teacher direction."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage


@dataclass(frozen=True)
class Settings:
    """Settings of a Gaussian dataset (study/schemas/datasets/gaussian.yaml)."""

    dim: int
    n_points: int
    worlds: int
    first_world: int = 0


def build(settings: Settings, draw):
    """Draw Gaussian transfer sets and, for each, a teacher direction."""
    worlds = np.arange(settings.first_world, settings.first_world + settings.worlds)
    inputs = np.empty((settings.worlds, settings.n_points, settings.dim))
    directions = np.empty((settings.worlds, settings.dim))
    for index, world in enumerate(worlds):
        rng = draw(world)
        inputs[index] = rng.standard_normal((settings.n_points, settings.dim))
        gaussian = rng.standard_normal(settings.dim)
        directions[index] = gaussian / np.linalg.norm(gaussian)
    logits = np.einsum("rnd,rd->rn", inputs, directions)
    return xr.Dataset(
        {
            "inputs": (("world", "sample", "axis"), inputs),
            "label": (("world", "sample"), (logits > 0).astype(np.int8)),
            "sample_id": (("world", "sample"), worlds[:, None] * settings.n_points + np.arange(settings.n_points)),
            "teacher_direction": (("world", "axis"), directions),
        },
        coords={"world": worlds},
        attrs={"dim": settings.dim},
    )


if __name__ == "__main__":
    run_stage(build)
