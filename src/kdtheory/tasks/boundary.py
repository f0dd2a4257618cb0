"""The boundary task: uniform points on [−1, 1]^d and smooth ground truths whose signs are the classes (JZ20 Sec. 5)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.boundary_function import draw_boundary_function, with_truth
from kdtheory.tasks.parts import Part, codes
from kdtheory.tasks.risk_points import with_risk_points
from kdtheory.tasks.worlds import numbered


@dataclass(frozen=True)
class Settings:
    """Settings of a boundary dataset (study/schemas/datasets/boundary.yaml)."""

    dim: int
    modes: int
    width: float
    flat_share: float
    n_points: int
    n_test: int
    n_oracle: int
    worlds: int
    runs: int
    n_risk: int = 0
    first_world: int = 0


def build(settings: Settings, draw):
    """Draw for each world a ground truth and risk points, and for each of its runs transfer, test and oracle points."""
    worlds = range(settings.first_world, settings.first_world + settings.worlds)
    # Each part has its own generator, so that a part's size changes no other part.
    counts = {Part.TRANSFER: settings.n_points, Part.TEST: settings.n_test, Part.ORACLE: settings.n_oracle}

    def points(world, run):
        return np.concatenate(
            [draw(world, run, int(part)).uniform(-1, 1, (size, settings.dim)) for part, size in counts.items()]
        )

    inputs = np.stack([[points(world, run) for run in range(settings.runs)] for world in worlds])
    dataset = xr.Dataset(
        {
            "inputs": (("world", "run", "sample", "axis"), inputs),
            "part": ("sample", codes(counts)),
            "teacher_direction": ("axis", np.eye(settings.dim)[0]),
        },
        coords=numbered(worlds, settings.runs),
    )
    truth = {"dim": settings.dim, "modes": settings.modes, "width": settings.width, "flat_share": settings.flat_share}
    functions = [draw_boundary_function(draw(world, "truth"), **truth) for world in worlds]
    dataset = with_truth(dataset, functions)
    if not settings.n_risk:
        return dataset
    fresh = np.stack([draw(world, "risk").uniform(-1, 1, (settings.n_risk, settings.dim)) for world in worlds])
    at_them = np.stack([function(inputs) for function, inputs in zip(functions, fresh, strict=True)])
    return with_risk_points(dataset, fresh, at_them)


if __name__ == "__main__":
    run_stage(build)
