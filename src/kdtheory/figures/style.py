"""The house style of all figures: one font, one palette, the same colour for the same quantity, one meaning of a bar.

Nothing heavy is imported at the top: the workflow reads every figure's declaration each time it starts.
"""

import functools
import math

import numpy as np

# Okabe and Ito's palette, safe for colour-blind readers.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
INK, GREY, LIGHT = "#222222", "#777777", "#D0D0D0"

LEARNERS = {"distillation": BLUE, "hard_target_descent": ORANGE, "hard_target_margin": RED, "reduced_bias": GREEN}
# A bound is never solid: that is kept for what was measured.
BOUNDS = {
    "theorem": {"color": INK, "linestyle": "--"},
    "sharper": {"color": GREY, "linestyle": ":"},
    "corollary": {"color": PURPLE, "linestyle": "-."},
    "vc": {"color": RED, "linestyle": (0, (5, 1, 1, 1, 1, 1))},
    "margin": {"color": ORANGE, "linestyle": (0, (3, 2))},
}
PANEL_WIDTH, PANEL_HEIGHT = 3.6, 3.0
_PNG_DPI = 160

# How strongly soft ratios are spread near 0 and 1: 1 would be evenly, 0 all at one place.
_STRETCH = 0.35
_RATIO_TICKS = (0, 0.01, 0.1, 0.5, 0.9, 0.99, 1)
_FROM_HARD_TO_SOFT = [(0, ORANGE), (0.3, RED), (0.55, PURPLE), (0.75, SKY), (0.87, BLUE), (1, "#221155")]

_RC = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.formatter.use_mathtext": True,
    "grid.color": "#E8E8E8",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "lines.linewidth": 1.5,
    "lines.markersize": 4,
    "errorbar.capsize": 2,
    "svg.fonttype": "path",
    "svg.hashsalt": "kdtheory",
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.wspace": 0.05,
    "figure.constrained_layout.hspace": 0.06,
}


def styled(draw):
    """Return ``draw`` such that everything it makes is in the house style."""

    @functools.wraps(draw)
    def wrapped(*groups):
        import matplotlib

        with matplotlib.rc_context(_RC):
            return draw(*groups)

    return wrapped


def panels(columns, rows=1, *, width=PANEL_WIDTH, height=PANEL_HEIGHT, **options):
    """Return a figure and its (rows, columns) array of axes, each panel in the house size (inches)."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(columns * width, rows * height))
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def columns(table):
    """Return the columns of a table, a dict of tuples by key: a dict of single values for each."""
    return [dict(zip(table, column, strict=True)) for column in zip(*table.values(), strict=True)]


def shades(values, lightest=0.8):
    """Return a colour for each of some ordered values, dark for the first and light for the last."""
    import matplotlib

    positions = [lightest * index / max(len(values) - 1, 1) for index in range(len(values))]
    return dict(zip(values, map(matplotlib.colormaps["viridis"], positions), strict=True))


def soft_ratio_position(soft_ratio):
    """Map soft ratios to positions in [0, 1], stretched near 0 and 1: on an axis, and in the colours of each ρ."""
    odds = np.asarray(soft_ratio, float) ** _STRETCH
    return odds / (odds + (1 - np.asarray(soft_ratio, float)) ** _STRETCH)


def soft_ratio_axis(axes, soft_ratios):
    """Stretch an axis of soft ratios near 0 and near 1, from the least of some to 1."""

    def inverse(position):
        # The axis asks for places outside [0, 1] when it sets its margins.
        odds = np.clip(position, 0, 1) ** (1 / _STRETCH)
        return odds / (odds + (1 - np.clip(position, 0, 1)) ** (1 / _STRETCH))

    axes.set_xscale("function", functions=(lambda ratio: soft_ratio_position(np.clip(ratio, 0, 1)), inverse))
    least = float(np.min(soft_ratios))
    ticks = [tick for tick in _RATIO_TICKS if tick >= least]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=7.5)
    axes.minorticks_off()
    axes.set(xlim=(least, 1), xlabel=r"soft ratio $\rho$ (stretched near 0 and 1)")


def ticks_at(axes, values, base=10):
    """Make the abscissa logarithmic, with a tick at each of some values and nowhere else."""
    axes.set_xscale("log", base=base)
    axes.set_xticks(values, [f"{value:g}" for value in values])
    axes.minorticks_off()


def plain_ticks(axis, errors):
    """Put ticks without exponents on a logarithmic axis of errors, a ``matplotlib.axis.Axis``."""
    errors = errors[errors > 0]
    digits = (1, 2, 5) if errors.max() > 8 * errors.min() else (1, 1.5, 2, 3, 4, 5, 7)
    ticks = [digit * 10.0**power for power in range(-6, 2) for digit in digits]
    ticks = [tick for tick in ticks if errors.min() / 1.5 <= tick <= 1.5 * errors.max()]
    axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.set_ticks([], minor=True)


def soft_ratio_colours(soft_ratios):
    """Return the colour of each soft ratio, in every figure the same: orange for hard labels, dark blue for soft."""
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("soft_ratio", _FROM_HARD_TO_SOFT)
    return {ratio: colours(float(soft_ratio_position(ratio))) for ratio in soft_ratios}


def draw_spread(axes, values, over, colour, *, floor=0.0):
    """Shade the central 90 % of the worlds along the one other dimension."""
    (along,) = [dim for dim in values.dims if dim != over]
    low, high = values.dropna(along, how="all").quantile([0.05, 0.95], over).transpose("quantile", along)
    axes.fill_between(
        low[along].values,
        low.clip(min=floor).values,
        high.clip(min=floor).values,
        color=colour,
        alpha=0.16,
        linewidth=0,
    )


def floor_of(*arrays, least=1e-12):
    """Return the power of ten at or below all positive values, but not below ``least``."""
    positive = [array[array > 0] for array in (np.asarray(values, float) for values in arrays)]
    smallest = min((array.min() for array in positive if array.size), default=1.0)
    return 10.0 ** math.floor(math.log10(max(smallest, least)) + 1e-9)


def mark_floor(axes, x, y, floor, colour):
    """Mark values that a logarithmic axis cannot show on its floor: zeros hollow, smaller ones as triangles."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    axes.set_ylim(bottom=floor / 2)
    for hidden, marker in ((y == 0, "o"), ((y > 0) & (y < floor), "v")):
        if hidden.any():
            at_floor = np.full(hidden.sum(), floor)
            axes.plot(x[hidden], at_floor, marker, mfc="white", mec=colour, ms=5, clip_on=False, zorder=3)


def title(axes, words, below=""):
    """Title a panel: what it shows, and in a second line what was computed from the data."""
    axes.set_title(words, pad=17 if below else 6)
    second = axes.annotate(below, (0, 1), (0, 4), "axes fraction", "offset points", fontsize=7.5, color="#444444")
    second.set_in_layout(False)


def legend_below(figure, columns, panels=None):
    """Put one legend of all panels, or of some, under the figure: every label once, in the order of the panels."""
    handles = {}
    for axes in figure.axes if panels is None else panels:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=columns)


def legend_under(axes, columns=2, **options):
    """Put the legend of a panel under its abscissa."""
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=columns, **options)


def legend_beside(axes):
    """Put the legend of a panel to its right."""
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))


def number(value):
    """Return a number with two digits, for a sentence: 0, 0.012, 180, 3.1 · 10⁻⁷."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if 1e-3 <= abs(value) < 1e4:
        return f"{float(f'{value:.2g}'):g}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return rf"${mantissa} \cdot 10^{{{int(exponent)}}}$"


def save(figure, svg, png, preset):
    """Save a figure as SVG and PNG without dates or random ids, so that equal data give equal bytes.

    A preset other than the default one is named in the lower right corner.
    """
    import matplotlib

    from kdtheory.jobs.storage import replacing

    with matplotlib.rc_context(_RC):
        if preset != "default":
            strip = 0.16 / figure.get_size_inches()[1]
            figure.get_layout_engine().set(rect=(0, strip, 1, 1 - strip))
            words = "own problem" if preset == "own" else f"{preset} scale"
            figure.text(0.995, 0.005, words, ha="right", va="bottom", fontsize=7, color=GREY)
        _settle_layout(figure)
        with replacing(svg) as temporary:
            figure.savefig(temporary, format="svg", metadata={"Date": None})
        with replacing(png) as temporary:
            figure.savefig(temporary, format="png", dpi=_PNG_DPI, metadata={"Software": None})


def _settle_layout(figure):
    """Lay a figure out once and for all, at places that are equal in every run.

    The solver of constrained layouts goes through its variables in the order of their memory addresses, so its places
    differ in their last bits from process to process, enough to change the colours of single pixels.
    """
    import matplotlib

    figure.set_dpi(_PNG_DPI)
    figure.draw_without_rendering()
    # No engine at all: with the placeholder that "none" stands for, every file is drawn twice.
    with matplotlib.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
    for axis in figure.axes:
        axis.set_position([round(edge, 6) for edge in axis.get_position(original=True).bounds])
