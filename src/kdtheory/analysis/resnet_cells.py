"""What the measurements of residual students share: what each cell's students decide, and joining the cells."""

import xarray as xr

from kdtheory.analysis.measurement import labelled


def shares(experiment, decided, *, fixed):
    """Join the students of all cells: share of test images decided so, agreement with their targets, size of the test.

    Parameters
    ----------
    experiment : Experiment
    decided : callable
        ``decided(decision, students)``: of a cell's students, whether their ``decision(…, test)`` is such.
    fixed : sequence of str
        Dimensions of which the cells must have one value, the same in all; they are left out.

    Returns
    -------
    xarray.Dataset
        ``share`` and ``agreement`` over the other dimensions of the students, NaN where no cell has measured, and
        ``test_points``.

    Raises
    ------
    ValueError
        The cells have several values of a fixed dimension.
    """
    cells = []
    for name in experiment.cells:
        students = experiment.student(name)
        share = decided(students["logits"].argmax("class"), students).mean("test")
        agreement = students["agreement"].rename("agreement")
        cells.append(xr.Dataset({"share": share, "agreement": agreement, "test_points": students.sizes["test"]}))
    group = xr.merge(cells, join="outer", compat="no_conflicts")
    for dim in fixed:
        if group.sizes[dim] > 1:
            raise ValueError(f"the cells must have one {dim}, found {group[dim].values.tolist()}")
    group = group.isel(dict.fromkeys(fixed, 0), drop=True)
    long_names = {
        "agreement": "agreement with the targets on the training images",
        "test_points": "number of test images of a share",
    }
    return group.assign({name: labelled(group[name], words, "ours") for name, words in long_names.items()})
