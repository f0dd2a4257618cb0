"""Worlds and their runs as measurements hold them: the dimensions ``world``, the sample, and ``run`` within a world."""


def over_runs(values):
    """Return values with one number for each world: means over runs, where there are any.

    Parameters
    ----------
    values : xarray.DataArray or xarray.Dataset
    """
    return values.mean("run") if "run" in values.dims else values


def worlds_in_words(values):
    """Return "20 worlds", or "20 worlds, 4 runs of each", of a variable or a group."""
    runs = values.sizes.get("run", 1)
    return f"{values.sizes['world']} worlds" + (f", {runs} runs of each" if runs > 1 else "")
