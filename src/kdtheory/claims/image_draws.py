"""Independent draws of the image study: teachers where there are several, else the runs of one teacher's students."""


def by_draw(values, *dims):
    """Return values of one group as an array whose last axis is independent draws.

    Students of one teacher share its mistakes, so that runs are no replicates of a statement about teachers: where
    there are several teachers, each one's mean over runs is one draw. A group without teachers, or with one, has its
    runs as draws, and without stopping epochs or sizes one of them.

    Parameters
    ----------
    values : xarray.DataArray
        Dimensions ``repeat`` and any of ``teacher``, ``stopping_epoch``, ``n_train``, ``soft_ratio``.
    *dims : str
        Dimensions before the draws, in this order; all are sorted.

    Returns
    -------
    array, shape (*dims, draws)
    """
    values = values.expand_dims([dim for dim in ("teacher", *dims) if dim not in values.dims])
    values = values.sortby([dim for dim in dims if dim in values.coords and values.coords[dim].ndim])
    several = values.sizes["teacher"] > 1
    values = values.mean("repeat") if several else values.isel(teacher=0)
    return values.transpose(*dims, "teacher" if several else "repeat").values


def name_of_draws(values):
    """What the draws are, counted, for a sentence: "6 teachers"."""
    teachers = values.sizes.get("teacher", 1)
    return f"{teachers} teachers" if teachers > 1 else f"{values.sizes['repeat']} runs of one teacher's students"
