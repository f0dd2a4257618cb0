"""The worlds of the image study, and the fewest of them that a verdict may rest on."""

from dataclasses import replace

import numpy as np

from kdtheory.claims.draws import worlds_of
from kdtheory.claims.finding import Finding
from kdtheory.claims.registry import UNDECIDED

FEWEST = 8
# What a declaration says of the draws, and of the images.
DRAWS = f"; worlds are the draws, means over their runs; no verdict with fewer than {FEWEST}"
IMAGES = "worlds share no test image, and draw their training images from the same 50,000"


def by_world(values, *dims: str) -> np.ndarray:
    """Return the values of each world, means over its runs.

    Parameters
    ----------
    values : xarray.DataArray
        Of one group, with the dimension ``world``, and ``run`` where it has runs. A group without stopping epochs or
        sizes has one of them.
    *dims : str
        The other dimensions, in this order; all are sorted.

    Returns
    -------
    ndarray of float, shape (worlds, dims...)
    """
    values = values.expand_dims([dim for dim in dims if dim not in values.dims])
    return worlds_of(values.sortby([dim for dim in dims if dim in values.coords]), *dims)


def or_illustration(found: Finding, values) -> Finding:
    """Return a finding on `by_world` of values, without a verdict where the worlds are fewer than `FEWEST`."""
    if values.sizes["world"] >= FEWEST:
        return found
    needed = max(FEWEST, found.worlds_needed or FEWEST)
    worlds, runs = (f"{values.sizes[dim]} {dim}{'s' * (values.sizes[dim] > 1)}" for dim in ("world", "run"))
    reason = f"an illustration: {worlds}, {runs} each; {found.reason}"
    return replace(found, verdict=UNDECIDED, reason=reason, worlds_needed=needed)
