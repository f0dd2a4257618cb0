"""The boundary task: uniform points on [−1, 1]^d and one smooth ground truth whose sign is the class (JZ20 Sec. 5)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.boundary_function import draw_boundary_function, with_truth
from kdtheory.tasks.parts import Part, codes


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
    repeats: int


def build(settings: Settings, draw):
    """Draw one ground truth and, for each run, transfer, test and oracle points."""
    function = draw_boundary_function(
        draw("truth"), dim=settings.dim, modes=settings.modes, width=settings.width, flat_share=settings.flat_share
    )
    # Each part has its own generator, so that a part's size changes no other part.
    counts = {Part.TRANSFER: settings.n_points, Part.TEST: settings.n_test, Part.ORACLE: settings.n_oracle}
    inputs = [
        np.concatenate([draw(repeat, int(part)).uniform(-1, 1, (size, settings.dim)) for part, size in counts.items()])
        for repeat in range(settings.repeats)
    ]
    dataset = xr.Dataset(
        {
            "inputs": (("repeat", "sample", "axis"), np.stack(inputs)),
            "part": ("sample", codes(counts)),
            "teacher_direction": ("axis", np.eye(settings.dim)[0]),
        }
    )
    return with_truth(dataset, function)


if __name__ == "__main__":
    run_stage(build)
