"""Linear students of designed transfer sets: the points of a pool in several orders, distilled in closed form."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.students.designs import ordered
from kdtheory.students.linear.transfer_sets import transfer_sets
from kdtheory.theory.projection import minimum_norm_prefixes


@dataclass(frozen=True)
class Settings:
    """Settings of a cell of linear students of designed transfer sets (docs/options.md)."""

    designs: list
    pool_points: int
    n_train: list
    worlds: int | None = None


def fit(settings: Settings, draw, dataset, logits):
    """Distil a linear student from the first points of every design.

    Returns
    -------
    xarray.Dataset
        ``weights(design, n_train, …, world, axis)``.
    """
    pools = transfer_sets(dataset, logits, settings.worlds, settings.pool_points, draw)
    weights = xr.apply_ufunc(
        _weights, pools["inputs"], pools["logits"], kwargs={"settings": settings}, vectorize=True,
        input_core_dims=[["sample", "axis"], ["sample"]], output_core_dims=[["design", "n_train", "axis"]],
    )  # fmt: skip
    weights = weights.assign_coords(design=settings.designs, n_train=settings.n_train)
    return xr.Dataset({"weights": weights.transpose("design", "n_train", ..., "axis")})


def _weights(inputs, logits, settings):
    """Weights (design, n_train, axis) of one pool."""
    gram, count = inputs @ inputs.T, max(settings.n_train)
    orders = [ordered(design, gram, logits, count) for design in settings.designs]
    return np.stack([minimum_norm_prefixes(inputs[order], logits[order], settings.n_train) for order in orders])


if __name__ == "__main__":
    run_stage(fit, libraries=("scipy",))
