"""How far students that descent has trained for finitely many steps are from their limits (PL19 Theorem 1)."""

import numpy as np

from kdtheory.analysis.measurement import labelled


def distance_to_limit(weights, limit, words):
    """Return ‖w − ŵ‖/‖ŵ‖, labelled.

    Parameters
    ----------
    weights, limit : xarray.DataArray
        With the dimension ``axis``.
    words : str
        What the students are: "the student after 1000 steps of descent".
    """
    distance = np.sqrt(((weights - limit) ** 2).sum("axis") / (limit**2).sum("axis"))
    return labelled(distance, f"distance of {words} to its limit, relative to the limit's norm", "PL19 Theorem 1")
