"""Gaussian mixtures with q modes, a control of difficulty: z(x) = Σ_{j≤q} A_j exp(−‖x − x_j‖²/σ_j²) (JZ20 Fig. 3)."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.boundary_function import gaussian_sum
from kdtheory.tasks.parts import Part, codes
from kdtheory.tasks.worlds import numbered, sample_ids

# Widths σ_j of the first q bumps, from the number q and a random width of each bump's own.
WIDTH_LAWS = {
    "shrinking": lambda own: len(own) ** -0.5,
    "fixed": lambda own: 1.0,
    "own": lambda own: own,
}
# Between which factors of the width a bump's own one is uniform.
_OWN_WIDTHS = (0.5, 1.5)


@dataclass(frozen=True)
class Settings:
    """Settings of a Gaussian-mixture dataset (study/schemas/datasets/gaussian_mixture.yaml)."""

    dim: int
    modes: list
    width: float
    width_laws: list
    n_points: int
    n_candidates: int
    worlds: int
    runs: int
    first_world: int = 0


def build(settings: Settings, draw):
    """Draw functions for each world and points for each of its runs; q modes are the first q of a world's list."""
    worlds = range(settings.first_world, settings.first_world + settings.worlds)
    runs, size = settings.runs, settings.n_points + settings.n_candidates

    def points(world, run):
        parts = {"transfer": settings.n_points, "candidates": settings.n_candidates}
        return np.concatenate(
            [draw(world, run, part).uniform(-1, 1, (count, settings.dim)) for part, count in parts.items()]
        )

    inputs = np.stack([[points(world, run) for run in range(runs)] for world in worlds])
    functions = [mixtures(settings, partial(draw, world), inputs[index]) for index, world in enumerate(worlds)]
    return xr.Dataset(
        {
            "inputs": (("world", "run", "sample", "axis"), inputs),
            "part": ("sample", codes({Part.TRANSFER: settings.n_points, Part.TEST: settings.n_candidates})),
            "function": (("width_law", "modes", "world", "run", "sample"), np.stack(functions, axis=2)),
            "sample_id": (("world", "run", "sample"), sample_ids(worlds, runs, size)),
        },
        coords={"width_law": settings.width_laws, "modes": settings.modes, **numbered(worlds, runs)},
        attrs={"dim": settings.dim},
    )


def mixtures(settings, draw, inputs):
    """Return the functions of one world at its inputs.

    Parameters
    ----------
    settings : Settings
        Or another class with its ``modes``, ``width`` and ``width_laws``.
    draw : callable
        ``draw(*key)`` gives the random generator of a piece of the world.
    inputs : array, shape (..., d)

    Returns
    -------
    numpy.ndarray, shape (width_laws, modes, ...)
    """
    centres, amplitudes = _bumps(draw("function"), max(settings.modes), inputs.shape[-1])
    own = draw("widths").uniform(*_OWN_WIDTHS, max(settings.modes))
    return np.stack(
        [
            [
                gaussian_sum(inputs, centres[:q], amplitudes[:q], settings.width * WIDTH_LAWS[name](own[:q]))
                for q in settings.modes
            ]
            for name in settings.width_laws
        ]
    )


def _bumps(rng, count, dim):
    """Centres (count, dim) and amplitudes; one bump after another, so that more leave the first ones as they are."""
    bumps = [(rng.uniform(-1, 1, dim), rng.standard_normal()) for _ in range(count)]
    return tuple(np.array(values) for values in zip(*bumps, strict=True))


if __name__ == "__main__":
    run_stage(build)
