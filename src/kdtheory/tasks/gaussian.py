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


def build(settings: Settings, draw):
    """Draw Gaussian transfer sets and, for each, a teacher direction."""
    inputs = np.empty((settings.worlds, settings.n_points, settings.dim))
    directions = np.empty((settings.worlds, settings.dim))
    for world in range(settings.worlds):
        rng = draw(world)
        inputs[world] = rng.standard_normal((settings.n_points, settings.dim))
        gaussian = rng.standard_normal(settings.dim)
        directions[world] = gaussian / np.linalg.norm(gaussian)
    logits = np.einsum("rnd,rd->rn", inputs, directions)
    return xr.Dataset(
        {
            "inputs": (("world", "sample", "axis"), inputs),
            "label": (("world", "sample"), (logits > 0).astype(np.int8)),
            "sample_id": (("world", "sample"), np.arange(logits.size).reshape(logits.shape)),
            "teacher_direction": (("world", "axis"), directions),
        },
        attrs={"dim": settings.dim},
    )


if __name__ == "__main__":
    run_stage(build)
