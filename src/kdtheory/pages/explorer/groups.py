"""The groups of a cube as a page holds them: means over worlds with intervals, and single worlds where they fit."""

from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from kdtheory.pages.explorer.columns import Columns
from kdtheory.statistics.means import mean
from kdtheory.statistics.worlds import over_runs

LEVEL = 0.95
# More places along an axis than a plot of this width tells apart, and more worlds than lines that can be followed.
MOST_PLACES, MOST_WORLDS = 128, 50


@dataclass(frozen=True)
class _Variable:
    """A variable's numbers before it is known whether they fit."""

    description: dict
    means: list[np.ndarray]
    worlds: np.ndarray | None = field(default=None)


def described(tree: xr.DataTree, columns: Columns, room: float) -> list[dict]:
    """Describe the groups of a cube, and append the numbers of their variables to columns.

    A dimension named ``world``, or whose name ends in ``_world``, is the sample: the interval is that of
    `kdtheory.statistics.means.mean`. ``run`` is averaged within a world. All other dimensions are axes; of one with
    more than 128 places 128 are kept.

    Parameters
    ----------
    tree : xarray.DataTree
    columns : Columns
        Receives mean, low and high of each variable, and its first 50 worlds.
    room : float
        Bytes of the page that these columns may take. The means of the small variables come first, then the worlds of
        the small variables; what no longer fits is left out.

    Returns
    -------
    list of dict
        By group: name, dimensions with their coordinates, variables with the places of their columns (``at`` and
        ``worlds``; None where they were left out).
    """
    groups = {node.path[1:]: node.to_dataset() for node in tree.subtree if node.has_data}
    found = {name: [_variable(group[key]) for key in _numeric(group)] for name, group in groups.items()}
    everything = [variable for variables in found.values() for variable in variables]
    for variable in sorted(everything, key=lambda each: each.means[0].size):
        room -= _append(variable, "at", variable.means, columns, room)
    for variable in sorted((each for each in everything if each.worlds is not None), key=lambda each: each.worlds.size):
        room -= _append(variable, "worlds", [variable.worlds], columns, room)
    return [
        {
            "name": name,
            "dimensions": _dimensions(group),
            "variables": [variable.description for variable in found[name]],
        }
        for name, group in sorted(groups.items())
    ]


def is_world(dimension: str) -> bool:
    """Return whether a dimension counts independent worlds."""
    return dimension == "world" or dimension.endswith("_world")


def places(group: xr.Dataset, dimension: str) -> np.ndarray:
    """Return which positions of a dimension the page keeps: all, or 128 spread evenly, by ratio or by difference."""
    size = group.sizes[dimension]
    if size <= MOST_PLACES:
        return np.arange(size)
    values = group[dimension].values if dimension in group.coords else np.arange(size)
    if values.dtype.kind not in "iuf" or not (np.diff(values) > 0).all():
        values = np.arange(size)
    if values[0] > 0 and values[-1] / values[0] >= 100:
        wanted = np.geomspace(values[0], values[-1], MOST_PLACES)
    else:
        wanted = np.linspace(values[0], values[-1], MOST_PLACES)
    nearest = np.unique(np.abs(values[:, None] - wanted).argmin(axis=0))
    # Small sizes are nearer to each other than ratios ask for: the places that are left go to the widest gaps.
    while nearest.size < MOST_PLACES:
        widest = np.argmax(np.where(np.diff(nearest) > 1, np.diff(np.log1p(values[nearest] - values[0])), -1))
        nearest = np.insert(nearest, widest + 1, (nearest[widest] + nearest[widest + 1]) // 2)
    return nearest


def _numeric(group):
    return [name for name, variable in group.data_vars.items() if variable.dtype.kind in "biuf"]


def _variable(variable):
    world = next((name for name in variable.dims if is_world(name)), None)
    values = over_runs(variable.astype(float))
    axes = [name for name in values.dims if name != world]
    description = {
        "name": variable.name,
        "long_name": variable.attrs.get("long_name", variable.name),
        "units": variable.attrs.get("units", "1"),
        "dims": axes,
        "runs": "run" in variable.dims,
        "world": world,
        "at": None,
        "worlds": None,
    }
    kept = values.isel({name: places(variable.to_dataset(), name) for name in axes}).transpose(*axes, ...)
    if world is None:
        return _Variable(description, [kept.values])
    samples = np.moveaxis(kept.values, -1, 0)
    estimate = mean(np.where(np.isinf(samples), np.nan, samples))
    description["count"] = samples.shape[0]
    return _Variable(description, [estimate.value, *estimate.interval(LEVEL)], kept.values[..., :MOST_WORLDS])


def _append(variable, key, arrays, columns, room):
    """Append arrays if they fit, and return how many bytes they take."""
    alone = Columns()
    for array in arrays:
        alone.append(array)
    taken = len(alone.packed())
    if taken > room:
        return 0
    starts = [columns.append(array) for array in arrays]
    variable.description[key] = starts[0]
    return taken


def _dimensions(group):
    found = {}
    for name, size in group.sizes.items():
        if name == "run":
            continue
        chosen = np.arange(min(size, MOST_WORLDS)) if is_world(name) else places(group, name)
        labelled = name in group.coords
        coordinate = group[name].values[chosen] if labelled else chosen
        found[name] = {
            "values": coordinate.tolist(),
            "labels": _labels(group, name, chosen),
            "positions": chosen.tolist(),
            "labelled": labelled,
            "numeric": coordinate.dtype.kind in "iuf" and (labelled or not _beside(group, name)),
            "size": size,
            "units": group[name].attrs.get("units", "") if labelled else "",
        }
    return found


def _labels(group, dimension, chosen):
    """Text for each place: the coordinate, or the coordinates along a dimension that has none of its own."""
    if dimension in group.coords:
        return [_text(value) for value in group[dimension].values[chosen]]
    beside = {name: values[chosen] for name, values in _beside(group, dimension).items()}
    if {name.rpartition("_")[2] for name in beside} == {"start", "end"}:
        start, end = (next(v for name, v in beside.items() if name.endswith(part)) for part in ("_start", "_end"))
        return [f"{_text(one)}…{_text(other)}" for one, other in zip(start, end, strict=True)]
    if beside:
        return [", ".join(f"{name} {_text(values[i])}" for name, values in beside.items()) for i in range(len(chosen))]
    return [_text(value) for value in chosen]


def _beside(group, dimension):
    return {name: values.values for name, values in group.coords.items() if values.dims == (dimension,)}


def _text(value):
    return f"{value:.4g}" if isinstance(value, float | np.floating) else str(value)
