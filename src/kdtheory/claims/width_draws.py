"""What the claims on ``wide/finite_width`` share: exponents in width, over the widths that count as wide."""

import numpy as np

from kdtheory.claims.draws import fitted, with_gaps, worlds_of
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import mean_slopes_by_world

FIRST_WIDTH = 256
_CELLS = ("n_train", "soft_ratio")


def wide(values):
    """Return values at the widths that count as wide, rising."""
    values = values.sortby("width")
    return values.sel(width=values["width"] >= FIRST_WIDTH)


def width_slopes(values):
    """Return the slope of the logarithm of means in ln width and the means in words.

    Parameters
    ----------
    values : xarray.DataArray
        Dimensions width, world, and perhaps n_train, soft_ratio and step; of steps the last one is taken
        that all widths have.

    Returns
    -------
    slopes : Estimate, shape (cells...)
        From the worlds that were measured at all widths.
    str
    """
    values = _at_end(values.sortby("width"))
    chosen = wide(values)
    cells = [dim for dim in _CELLS if dim in chosen.dims]
    slopes = pooled(
        fitted(mean_slopes_by_world, np.log(chosen["width"].values), worlds_of(chosen, "width", *cells)),
    )
    found = slopes.value[np.isfinite(slopes.value)]
    slope = f"slope {found.min():.2f} to {found.max():.2f}; " if found.size else ""
    means = chosen.mean([dim for dim in chosen.dims if dim != "width"])
    shown = ", ".join(f"{float(each):.3g} (width {int(each['width'])})" for each in means if np.isfinite(each))
    steps = f" after {int(values['step'])} steps" if "step" in values.coords else ""
    words = f"{slope}mean{steps} {shown or 'of none'}".replace("slope -", "slope −").replace("to -", "to −")
    return slopes, with_gaps(words, slopes)


def _at_end(values):
    if "step" not in values.dims:
        return values
    by_width = values.mean([dim for dim in values.dims if dim not in ("width", "step")])
    common = by_width.dropna("width", how="all").dropna("step")["step"]
    return values.sel(step=common.max() if common.size else values["step"].max())
