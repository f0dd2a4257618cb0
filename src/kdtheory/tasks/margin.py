"""The margin task: no point lies within an angle of the decision boundary, p(θ) = (1 − θ/θ₀)₊ (PL19 Corollary 1)."""

from dataclasses import dataclass

import numpy as np

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.angular import angular_points
from kdtheory.theory.angles import MarginAngles


@dataclass(frozen=True)
class Settings:
    """Settings of a margin dataset (study/schemas/datasets/margin.yaml)."""

    dim: int
    limit_degrees: float
    n_points: int
    worlds: int
    first_world: int = 0


def build(settings: Settings, draw):
    """Draw the transfer sets of a margin task, in ambient coordinates."""
    worlds = np.arange(settings.first_world, settings.first_world + settings.worlds)
    shape = {"dim": settings.dim, "n_points": settings.n_points, "worlds": worlds}
    dataset = angular_points([MarginAngles(np.deg2rad(settings.limit_degrees))], draw, coordinates="ambient", **shape)
    return dataset.isel(law=0).assign_attrs(limit_degrees=float(settings.limit_degrees))


if __name__ == "__main__":
    run_stage(build)
