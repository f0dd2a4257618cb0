"""Kernel students of designed transfer sets: the points of a pool in several orders, and every size of each.

The students start at the zero function and fit the teacher's logits. On the pool and the test points together the
teacher is the interpolant of its own logits, a function of the kernel's space that has an angle to each student.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.jobs.log import Progress
from kdtheory.kernels.devices import device_name
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression
from kdtheory.students.designs import ordered
from kdtheory.students.pools import errors_by_half, pool_and_test
from kdtheory.students.teacher_logits import aligned, selected


@dataclass(frozen=True)
class Settings:
    """Settings of a cell of kernel students of designed transfer sets (docs/options.md)."""

    designs: list
    pool_points: int
    error_points: int
    largest_size: int
    depth: int
    stopping_epochs: list


def fit(settings: Settings, draw, dataset, logits):
    """Fit the kernel students of every world's first run, for every design and every size up to ``largest_size``.

    Returns
    -------
    xarray.Dataset
        ``disagreement(world, half, design, n_train)``, the share of each half of the test points where student and
        teacher differ, and ``cosine(world, design, n_train)`` of the angle between them in the kernel's space.
    """
    teacher = selected(aligned(dataset, logits), settings.stopping_epochs).squeeze("stopping_epoch", drop=True)
    fitted, progress = [], Progress(dataset.sizes["world"], "worlds")
    for index in range(dataset.sizes["world"]):
        first = {"world": index, "run": 0}
        fitted.append(_fit_world(settings, dataset.isel(first), teacher.isel(first).values))
        progress.advance()
    return xr.concat(fitted, dim=xr.Variable("world", dataset["world"].values))


def _fit_world(settings, dataset, teacher_logits):
    pool, test = pool_and_test(dataset["part"].values, settings.pool_points, settings.error_points)
    chosen = np.concatenate([pool, test])
    logits, n_pool = teacher_logits[chosen], len(pool)
    kernel = relu_kernels(dataset["inputs"].values[chosen], depth=settings.depth)[0]
    dual, teacher_norm = _interpolant(kernel, logits)
    shares, cosines = [], []
    for design in settings.designs:
        order = ordered(design, kernel[:n_pool, :n_pool], logits[:n_pool], settings.largest_size)
        students = NestedRegression(kernel[np.ix_(order, order)], logits[order])
        values = students.predict(kernel[order], np.arange(1, settings.largest_size + 1))
        cosines.append(values @ dual / (students.norms() * teacher_norm))
        shares.append(errors_by_half(values[:, n_pool:], logits[n_pool:]))
    return xr.Dataset(
        {
            "disagreement": (("design", "half", "n_train"), np.array(shares)),
            "cosine": (("design", "n_train"), np.array(cosines)),
        },
        coords={"design": settings.designs, "n_train": np.arange(1, settings.largest_size + 1)},
    )


def _interpolant(kernel, logits):
    """Dual coefficients b of the teacher, f* = Σ b_j Θ(x_j, ·), and its norm."""
    from scipy.linalg import cho_factor, cho_solve

    dual = cho_solve(cho_factor(kernel, lower=True), logits)
    return dual, np.sqrt(logits @ dual)


if __name__ == "__main__":
    run_stage(fit, libraries=("jax", "jaxlib", "scipy"), device=device_name)
