"""The transfer sets that students see: inputs and teacher logits, nested in the number of points."""

import numpy as np
import xarray as xr

from kdtheory.tasks.points import inputs_of


def transfer_sets(dataset, logits, worlds, n_points, draw, *, replacement=False):
    """Return the transfer sets of a cell.

    Parameters
    ----------
    dataset, logits : xarray.Dataset
        A dataset and a teacher's logits on it. Where the dataset has worlds, each is a transfer set; otherwise one set
        a world is drawn from the samples that are neither test images nor seen by the world's own teacher, or by the
        only one that there is.
    worlds : int or None
        Number of sets to draw; None where the dataset has worlds.
    n_points : int
        Points of each set; the smaller sets of a chain are its first points.
    draw : callable
        ``draw(*key)`` gives a random generator.
    replacement : bool
        Whether the samples of a set are drawn independently, so that the pool is the population; they may repeat then.

    Returns
    -------
    xarray.Dataset
        ``inputs(…, world, sample, axis)`` and ``logits(…, world, sample)`` at the teacher's last stopping epoch; a
        single teacher norm is no dimension. A world's set does not depend on how many worlds there are.

    Raises
    ------
    ValueError
        The pool has fewer than ``n_points`` samples, also where they may repeat.
    """
    inputs, teacher_logits = inputs_of(dataset), logits["logits"].isel(stopping_epoch=-1)
    if teacher_logits.sizes.get("teacher_norm") == 1:
        teacher_logits = teacher_logits.isel(teacher_norm=0)
    if "world" in inputs.dims:
        sets = xr.Dataset({"inputs": inputs, "logits": teacher_logits}).isel(sample=slice(n_points))
    else:
        sets = _drawn_from_pool(dataset, inputs, teacher_logits, logits["seen"], worlds, n_points, draw, replacement)
    return sets.drop_vars(["stopping_epoch", "teacher_norm"], errors="ignore").transpose(..., "world", "sample", "axis")


def _drawn_from_pool(dataset, inputs, teacher_logits, seen, worlds, n_points, draw, replacement):
    chosen = np.empty((worlds, n_points), dtype=int)
    teacher = np.zeros(worlds, dtype=int) if seen.sizes["split"] == 1 else np.arange(worlds)
    for world in range(worlds):
        pool = np.flatnonzero((dataset["is_test"].values == 0) & (seen.values[teacher[world]] == 0))
        if len(pool) < n_points:
            raise ValueError(f"the pool of world {world} has {len(pool)} samples, {n_points} are asked for")
        chosen[world] = draw("pool", world).choice(pool, n_points, replace=replacement)
    teacher = xr.DataArray(teacher, dims="world")
    chosen = xr.DataArray(chosen, dims=("world", "sample"))
    return xr.Dataset(
        {"inputs": inputs.isel(sample=chosen), "logits": teacher_logits.isel(split=teacher, sample=chosen)},
        coords={"world": np.arange(worlds)},
    )
