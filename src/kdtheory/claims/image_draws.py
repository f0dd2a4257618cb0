"""Independent draws of the image study, and the fewest of them that a verdict may rest on."""

from dataclasses import replace

from kdtheory.claims.draws import worlds_of
from kdtheory.claims.finding import Finding
from kdtheory.claims.registry import UNDECIDED

FEWEST = 8
# What a declaration says of the draws.
DRAWS = f"; teachers are the draws, or the runs of one teacher's students; no verdict with fewer than {FEWEST}"


def by_draw(values, *dims: str):
    """Return values of one group as an array whose first axis is independent draws.

    Students of one teacher share its mistakes, so that runs are no replicates of a statement about teachers: where
    there are several teachers, each one's mean over runs is one draw. A group without teachers, or with one, has its
    runs as draws, and without stopping epochs or sizes one of them.

    Parameters
    ----------
    values : xarray.DataArray
        Dimensions ``teacher`` or ``repeat``, or both, and any of ``stopping_epoch``, ``n_train``, ``soft_ratio``.
    *dims : str
        Dimensions after the draws, in this order; all are sorted.

    Returns
    -------
    ndarray of float, shape (draws, dims...)
    """
    if values.sizes.get("teacher", 0) == 1 and "repeat" in values.dims:
        values = values.isel(teacher=0, drop=True)
    values = values.expand_dims([dim for dim in dims if dim not in values.dims])
    return worlds_of(values.sortby([dim for dim in dims if dim in values.coords]), *dims)


def name_of_draws(values) -> str:
    """Return what the draws are, counted, for a sentence: "6 teachers"."""
    teachers = values.sizes.get("teacher", 1)
    return f"{teachers} teachers" if teachers > 1 else f"{values.sizes['repeat']} runs of one teacher"


def or_illustration(found: Finding, values) -> Finding:
    """Return a finding on `by_draw` of values, without a verdict where the draws are fewer than `FEWEST`."""
    teachers = values.sizes.get("teacher", 1)
    if (teachers if teachers > 1 else values.sizes["repeat"]) >= FEWEST:
        return found
    needed = max(FEWEST, found.worlds_needed or FEWEST)
    reason = f"an illustration: {name_of_draws(values)}; {found.reason}"
    return replace(found, verdict=UNDECIDED, reason=reason, worlds_needed=needed)
