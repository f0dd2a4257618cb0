"""The student of hard labels with whom imperfect teachers are compared (JZ20 Fig. 5)."""


def best_hard_student(imperfect):
    """Return the test error of the best student of hard labels: the least soft ratio, the most points.

    It does not depend on the teacher's stopping epoch, since it does not see its labels.

    Parameters
    ----------
    imperfect : xarray.Dataset
        The group ``wide/imperfect``.

    Returns
    -------
    xarray.DataArray, dims (world)
        Means over runs.
    """
    error = imperfect["test_error"].sortby(["soft_ratio", "n_train"])
    return error.isel(soft_ratio=0, n_train=-1, stopping_epoch=0, drop=True).mean("run")
