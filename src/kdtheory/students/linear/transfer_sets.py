"""The transfer sets that students see: inputs and teacher logits, nested in the number of points."""

import numpy as np
import xarray as xr

from kdtheory.tasks.points import inputs_of


def transfer_sets(dataset, logits, repeats, n_points, draw):
    """Return the transfer sets of a cell.

    Parameters
    ----------
    dataset, logits : xarray.Dataset
        A dataset and a teacher's logits on it. Where the dataset has repeats, each is a transfer set; otherwise sets
        are drawn from the samples that are neither test images nor seen by the teacher, evenly over its splits.
    repeats : int or None
        Number of sets to draw; None where the dataset has repeats.
    n_points : int
        Points of each set; the smaller sets of a chain are its first points.
    draw : callable
        ``draw(*key)`` gives a random generator.

    Returns
    -------
    xarray.Dataset
        ``inputs(…, repeat, sample, axis)`` and ``logits(…, repeat, sample)`` at the teacher's last stopping epoch; a
        single teacher norm is no dimension.

    Raises
    ------
    ValueError
        The pool has fewer than ``n_points`` samples.
    """
    inputs, teacher_logits = inputs_of(dataset), logits["logits"].isel(stopping_epoch=-1)
    if teacher_logits.sizes.get("teacher_norm") == 1:
        teacher_logits = teacher_logits.isel(teacher_norm=0)
    if "repeat" in inputs.dims:
        sets = xr.Dataset({"inputs": inputs, "logits": teacher_logits}).isel(sample=slice(n_points))
    else:
        sets = _drawn_from_pool(dataset, inputs, teacher_logits, logits["seen"], repeats, n_points, draw)
    return sets.drop_vars(["stopping_epoch", "teacher_norm"], errors="ignore").transpose(
        ..., "repeat", "sample", "axis"
    )


def _drawn_from_pool(dataset, inputs, teacher_logits, seen, repeats, n_points, draw):
    chosen = np.empty((repeats, n_points), dtype=int)
    split = np.arange(repeats) % seen.sizes["split"]
    for repeat in range(repeats):
        pool = np.flatnonzero((dataset["is_test"].values == 0) & (seen.values[split[repeat]] == 0))
        if len(pool) < n_points:
            raise ValueError(f"the pool of split {split[repeat]} has {len(pool)} samples, {n_points} are asked for")
        chosen[repeat] = draw("pool", repeat).choice(pool, n_points, replace=False)
    split = xr.DataArray(split, dims="repeat")
    chosen = xr.DataArray(chosen, dims=("repeat", "sample"))
    return xr.Dataset(
        {"inputs": inputs.isel(sample=chosen), "logits": teacher_logits.isel(split=split, sample=chosen)},
        coords={"split": split},
    )
