"""Joining the cells of residual students, each of which fills a part of the group."""

import xarray as xr

from kdtheory.analysis.image_shares import number_of_images
from kdtheory.analysis.measurement import labelled


def joined(experiment, *, fixed):
    """Join the students of all cells.

    Parameters
    ----------
    experiment : Experiment
    fixed : sequence of str
        Dimensions of which the cells must have one value, the same in all; they are left out.

    Returns
    -------
    xarray.Dataset
        ``wrong_truth``, ``wrong_teacher``, ``agreement`` and ``steps`` over the other dimensions of the students, world
        and run last, NaN where no cell has measured, and ``test_points(world)``.

    Raises
    ------
    ValueError
        The cells have several values of a fixed dimension, or other test images.
    """
    cells = [experiment.student(name) for name in experiment.cells]
    group = xr.merge(cells, join="outer", compat="no_conflicts", combine_attrs="drop")
    for dim in fixed:
        if group.sizes[dim] > 1:
            raise ValueError(f"the cells must have one {dim}, found {group[dim].values.tolist()}")
    group = group.isel(dict.fromkeys(fixed, 0), drop=True).transpose(..., "world", "run")
    agreement = labelled(group["agreement"], "agreement with the targets on the training images", "ours")
    steps = labelled(group["steps"], "steps taken", "ours")
    return group.assign(agreement=agreement, steps=steps, test_points=number_of_images(group))
