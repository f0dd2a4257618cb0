"""The path of gradient descent of linear students on the distillation loss (PL19 Theorem 1)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.jobs.log import Progress
from kdtheory.students.linear.descent import soft_descent
from kdtheory.students.linear.flow import soft_flow
from kdtheory.students.linear.transfer_sets import transfer_sets
from kdtheory.theory.projection import minimum_norm_weights


@dataclass(frozen=True)
class Settings:
    """Settings of a cell of descent paths (study/schemas/experiments/convergence.yaml)."""

    precisions: list
    max_steps: int
    recorded_steps: int
    flow_time: float


def recorded_steps(max_steps, count):
    """Return at most ``count`` steps from 0 to ``max_steps``, evenly spaced in their logarithm."""
    return np.unique(np.concatenate([[0], np.round(np.geomspace(1, max_steps, count - 1)).astype(int)]))


def fit(settings: Settings, draw, dataset, logits):
    """Follow gradient descent from zero, with step 1/L, for every teacher norm and precision, and gradient flow.

    Returns
    -------
    xarray.Dataset
        ``weights(precision, step, teacher_norm, world, axis)``; the end of gradient flow and, in
        closed form, its limit: ``flow`` and ``limit(teacher_norm, world, axis)``.
    """
    sets = transfer_sets(dataset, logits, None, dataset.sizes["sample"], draw).assign_coords(
        teacher_norm=logits["teacher_norm"]
    )
    targets = sets["logits"].transpose("teacher_norm", "world", "sample")
    steps = recorded_steps(settings.max_steps, settings.recorded_steps)
    progress = Progress(settings.max_steps * len(settings.precisions), "steps")
    paths, done = [], 0
    for index, precision in enumerate(settings.precisions):

        def advance(step, before=index * settings.max_steps):
            nonlocal done
            progress.advance(before + step - done)
            done = before + step

        path = soft_descent(sets["inputs"].values, targets.values, steps=steps, dtype=precision, progress=advance)
        paths.append(path.astype(np.float64))
    limit = minimum_norm_weights(np.broadcast_to(sets["inputs"], (*targets.shape, sets.sizes["axis"])), targets.values)
    flow = np.empty_like(limit)
    for norm, world in np.ndindex(limit.shape[:2]):
        points = sets["inputs"].values[world]
        flow[norm, world] = soft_flow(points, targets.values[norm, world], time=settings.flow_time)
    dims = ("teacher_norm", "world", "axis")
    return xr.Dataset(
        {"weights": (("precision", "step", *dims), np.stack(paths)), "flow": (dims, flow), "limit": (dims, limit)},
        coords={
            "precision": settings.precisions,
            "step": steps,
            "teacher_norm": targets["teacher_norm"],
            "world": sets["world"],
        },
    )


if __name__ == "__main__":
    run_stage(fit, libraries=("scipy",))
