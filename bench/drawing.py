"""One figure of what was measured: time against size with the floor, time against error, growth."""

from functools import partial

import numpy as np

from kdtheory.figures import style

_COLOURS = (style.BLUE, style.ORANGE, style.RED, style.PURPLE, style.GREEN, style.SKY)
_FLOOR = {"color": style.INK, "linestyle": "--"}


def save(records, folder):
    """Write bench.svg and bench.png into ``folder``."""
    style.save(draw(records), folder / "bench.svg", folder / "bench.png", "default")


@style.styled
def draw(records):
    """Return the figure of the contests that were run.

    Parameters
    ----------
    records : dict
        Contest → record.
    """
    wanted = [(contest, panel) for contest, panel in _PANELS if contest in records]
    columns = min(len(wanted), 3)
    figure, axes = style.panels(columns, -(-len(wanted) // columns), width=4.4, height=3.6)
    for place, (contest, panel) in zip(axes.flat, wanted, strict=False):
        panel(place, records[contest])
    for place in axes.flat[len(wanted) :]:
        place.set_axis_off()
    return figure


def _against_size(axes, record, *, variable, where, title):
    """Least time of each contender by size; whiskers span the rounds."""
    heats = [heat for heat in record["heats"] if where.items() <= heat["parameters"].items()]
    sizes = [heat["parameters"][variable] for heat in heats]
    for index, (name, first) in enumerate(heats[0]["contenders"].items()):
        entries = [heat["contenders"][name] for heat in heats]
        least, median, most = (
            np.array([pick(entry["seconds"]) for entry in entries]) for pick in (np.min, np.median, np.max)
        )
        look = _FLOOR if first["is_floor"] else {"color": _COLOURS[index]}
        axes.errorbar(sizes, median, [median - least, most - median], marker="o", label=name, **look)
    _logarithmic(axes, variable, "seconds (median, range of rounds)", sizes)
    style.title(axes, title)


def _against_error(axes, record, *, title):
    """Each contender of each heat as one dot: left is faster, lower is more exact."""
    markers = "osD^v"
    for heat, marker in zip(record["heats"], markers, strict=False):
        for index, (name, entry) in enumerate(heat["contenders"].items()):
            label = name if marker == markers[0] else None
            colour = _COLOURS[index % len(_COLOURS)]
            axes.plot(entry["median"] / heat["per"], max(entry["error"], 1e-17), marker, color=colour, label=label)
    unit = record["heats"][0]["unit"]
    _logarithmic(axes, "seconds" if unit is None else f"seconds a {unit}", "error")
    style.title(axes, title)


def _growth(axes, record, *, unit, title):
    curves = [curve for curve in record["curves"] if curve["variable"] == "n" and curve["unit"] == unit]
    for colour, curve in zip(_COLOURS, curves, strict=False):
        label = f"{curve['quantity']}: $n^{{{curve['exponent']:.2f}}}$ (theory {curve['theory']})"
        axes.plot(curve["sizes"], curve["values"], "o-", color=colour, label=label)
    _logarithmic(axes, "n", "seconds" if unit == "s" else "bytes", curves[0]["sizes"][::2])
    style.title(axes, title)


def _logarithmic(axes, x, y, ticks=None):
    axes.set(xscale="log", yscale="log", xlabel=x, ylabel=y)
    # Less than a decade would have labels between its powers, one over the other.
    axes.xaxis.set_minor_formatter("")
    if ticks:
        axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    # Room for the names above the data.
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * (high / low) ** 0.45)
    axes.legend(loc="upper left", fontsize=6.5)


_PANELS = (
    ("effective_logits", partial(_against_error, title="Effective logits")),
    ("kernel_student", partial(_against_error, title="A kernel student at its limit")),
    (
        "nested_regression",
        partial(_against_size, variable="n_train", where={"task": "all norms"}, title="Every n at once"),
    ),
    ("infinite_kernel", partial(_against_size, variable="n", where={"d": 2}, title="Infinite-width kernel, d = 2")),
    ("infinite_kernel", partial(_against_size, variable="n", where={"d": 784}, title="Infinite-width kernel, d = 784")),
    ("growth", partial(_growth, unit="s", title="Growth of time")),
)
