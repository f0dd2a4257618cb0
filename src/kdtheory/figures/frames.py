"""Tidy frames of measurements, one row for each place and world, and the means that seaborn draws from them."""

from functools import partial

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.replicates import interval, mean_and_bars
from kdtheory.statistics.means import mean
from kdtheory.statistics.worlds import over_runs

# Dash patterns of seaborn for each line style of matplotlib.
_DASHES = {"-": "", "--": (4, 1.5), ":": (1, 1.2), "-.": (4, 1.2, 1, 1.2)}
_BARS = {
    "interval": {"err_style": "bars", "err_kws": {"elinewidth": 1}},
    "range": {"errorbar": ("pi", 100), "err_style": "band", "err_kws": {"alpha": 0.12, "linewidth": 0}},
    "none": {"errorbar": None},
}
_WHERE = {"n_train": "sample size $n$", "temperature": "temperature $T$", "width": "width of the hidden layers"}


def tidy(values, over="world"):
    """Return a long frame of an array: a column for each dimension and one for the values, without missing ones.

    Parameters
    ----------
    values : xarray.DataArray
        Runs of a world are averaged, unless they are the replicates.
    over : str
        The dimension of replicates.

    Returns
    -------
    pandas.DataFrame
        Columns: the dimensions, and ``value``. ``attrs["labels"]`` names each column with its unit, from ``long_name``
        and ``units``.
    """
    values = values if over == "run" else over_runs(values)
    columns = {dim: values[dim].attrs for dim in values.dims} | {"value": values.attrs}
    frame = values.reset_coords(drop=True).rename("value").to_dataframe().reset_index().dropna()
    frame.attrs["labels"] = {name: _label(name, attributes) for name, attributes in columns.items()}
    return frame


def _label(name, attributes):
    unit = attributes.get("units", "1")
    words = _WHERE.get(name, attributes.get("long_name", name))
    return words if unit in ("1", "count") else f"{words} ({unit})"


def draw_means(
    axes, values, over="world", *, estimate=mean, geometric=False, bars="interval", hue=None, palette=None, names="{}",
    dash=None, lines=None, markers=None, floor=None, **options,
):  # fmt: skip
    """Draw means over worlds against the one dimension that is left, with the 95 % intervals of the claims.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        With linear axes: seaborn averages on the scale of an axis, so that a logarithmic one is set afterwards.
    values : xarray.DataArray
    over : str
        The dimension of replicates; runs of a world are averaged first.
    estimate, geometric
        What the mean and its interval are, as for `kdtheory.figures.replicates.interval`.
    bars : str
        "interval", "range" (the full range of the worlds as a band), or "none".
    hue, dash : str, optional
        Dimensions told apart by colour and by line style.
    palette : dict, optional
        Colour of each value of ``hue``; its keys say which are drawn.
    names : str or dict, optional
        Label in the legend of a value of ``hue``, as a format or by value; an empty format gives none.
    lines : dict, optional
        Line style of each value of ``dash``.
    markers : dict, optional
        Marker of each value of ``hue``, in place of ``marker``.
    floor : float, optional
        Least value of a logarithmic axis: a mean below it is marked on the floor (`style.mark_floor`).
    **options
        Passed to ``seaborn.lineplot``: ``color`` and ``label`` without ``hue``, ``linestyle``, ``marker``, ``ms``.

    Returns
    -------
    xarray.DataArray
        The means over worlds.

    Raises
    ------
    ValueError
        If an axis is not linear.
    """
    import seaborn

    if {axes.get_xscale(), axes.get_yscale()} != {"linear"}:
        raise ValueError("the means are drawn before an axis becomes logarithmic")
    frame = tidy(values, over)
    (x,) = [dim for dim in values.dims if dim not in (hue, dash, over, "run")]
    if hue:
        frame = frame[frame[hue].isin(list(palette))]
    options = {"marker": "" if bars == "range" else "o", "ms": 4.5, "linewidth": 1.2, "mew": 0, **options}
    shown = {"errorbar": partial(interval, estimate=estimate, geometric=geometric), **_BARS[bars]}
    if dash is None:
        options.setdefault("linestyle", "-")
    label, first = options.pop("label", None), len(axes.lines)
    for value in palette if markers else [None]:
        seaborn.lineplot(
            frame[frame[hue] == value] if markers else frame,
            x=x, y="value", hue=hue, palette=palette, hue_order=palette and list(palette), style=dash,
            dashes=lines and {each: _DASHES[line] for each, line in lines.items()},
            style_order=lines and list(lines), estimator=partial(_mean_above, floor, geometric=geometric), legend=False,
            ax=axes, **shown, **options | ({"marker": markers[value]} if markers else {}),
        )  # fmt: skip
    if floor is not None:
        # Of a single world, seaborn draws the value itself and asks no estimator.
        for line in axes.lines[first:]:
            line.set_ydata([y if y >= floor else float("nan") for y in line.get_ydata()])
    means = values if over == "run" else over_runs(values)
    means = np.exp(np.log(means).mean(over)) if geometric else means.mean(over)
    axes.set(xlabel=frame.attrs["labels"][x], ylabel=frame.attrs["labels"]["value"])
    proxy = partial(axes.plot, [], [], **{name: options[name] for name in ("linewidth", "ms", "mew")})
    for value, colour in (palette or {None: options.get("color")}).items():
        if floor is not None:
            here = means if hue is None else means.sel({hue: value})
            style.mark_floor(axes, here[x].broadcast_like(here), here, floor, colour)
        words = label if hue is None else names[value] if isinstance(names, dict) else names.format(value)
        if words:
            marker = markers[value] if markers else options["marker"]
            proxy(color=colour, marker=marker, linestyle=options.get("linestyle", "-"), label=words)
    return means


def draw_worlds(axes, frame, x, y, hue, palette, **options):
    """Draw one line for each world.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    frame : pandas.DataFrame
        With the columns ``x``, ``y``, ``hue`` and ``world``.
    x, y, hue : str
        Columns of the axes and of the colour.
    palette : dict
        Colour of each value of ``hue``.
    **options
        Passed to ``seaborn.lineplot``: ``linestyle``, ``linewidth``.
    """
    import seaborn

    seaborn.lineplot(
        frame, x=x, y=y, hue=hue, palette=palette, units="world", estimator=None, legend=False, ax=axes,
        **{"linewidth": 1, **options},
    )  # fmt: skip


def draw_level(axes, values, over="world", **options):
    """Draw a mean over worlds that does not depend on the abscissa as a line, and its interval as a band.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    values : xarray.DataArray, dims (world,)
    over : str
        The dimension of replicates.
    **options
        Passed to ``Axes.axhline``: ``color``, ``label``, ``linestyle``.
    """
    level, ((down,), (up,)) = mean_and_bars(values, over)
    axes.axhspan(float(level) - down, float(level) + up, color=options["color"], alpha=0.2, linewidth=0)
    axes.axhline(float(level), **options)


def fit_to_means(*panels, margin=0.05):
    """Give panels the range of their means and labelled lines: wide intervals of few worlds would flatten all curves.

    Parameters
    ----------
    *panels : matplotlib.axes.Axes
        A linear axis has 0 in its range. Without any mean they stay as they are.
    margin : float
        Room at either end, as a share of the range, of logarithms on a logarithmic axis.
    """
    drawn = [bars.lines[0] for axes in panels for bars in axes.containers]
    drawn += [line for axes in panels for line in axes.lines if not line.get_label().startswith("_")]
    heights = np.concatenate([np.empty(0), *(np.asarray(line.get_ydata(), float) for line in drawn)])
    logarithmic = panels[0].get_yscale() == "log"
    heights = heights[np.isfinite(heights) & ((heights > 0) | (not logarithmic))]
    if not heights.size:
        return
    low, high = heights.min(), heights.max()
    if logarithmic:
        room = (high / low) ** margin
        low, high = low / room, high * room
    else:
        room = margin * (max(high, 0.0) - min(low, 0.0))
        low, high = min(low, 0.0) - room, max(high, 0.0) + room
    for axes in panels:
        axes.set_ylim(low, high)


def _mean_above(floor, values, geometric):
    centre = np.exp(np.log(values).mean()) if geometric else values.mean()
    return centre if floor is None or centre >= floor else float("nan")
