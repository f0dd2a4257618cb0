"""The polynomial-angle task: P[ᾱ(w*, x) ≥ θ] = min(1, (scale·(1 − 2θ/π))^κ) (PL19 Sec. 5.1)."""

from dataclasses import dataclass

import numpy as np

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.angular import angular_points
from kdtheory.theory.angles import PolynomialAngles


@dataclass(frozen=True)
class Settings:
    """Settings of a polynomial-angle dataset (study/schemas/datasets/polynomial_angle.yaml)."""

    dim: int
    kappas: list
    scale: float
    n_points: int
    worlds: int
    coordinates: str
    first_world: int = 0


def build(settings: Settings, draw):
    """Draw the transfer sets of a polynomial-angle task for every κ, with common random numbers."""
    laws = [PolynomialAngles(kappa, settings.scale) for kappa in settings.kappas]
    worlds = np.arange(settings.first_world, settings.first_world + settings.worlds)
    shape = {"dim": settings.dim, "n_points": settings.n_points, "worlds": worlds}
    dataset = angular_points(laws, draw, coordinates=settings.coordinates, **shape)
    dataset = dataset.rename(law="kappa").assign_coords(kappa=("kappa", [float(kappa) for kappa in settings.kappas]))
    return dataset.assign_attrs(scale=float(settings.scale))


if __name__ == "__main__":
    run_stage(build)
