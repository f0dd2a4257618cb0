"""The house style of all figures: one font, one palette, the same colour for the same quantity everywhere.

matplotlib is imported inside the functions: the workflow reads every figure's declaration each time it starts.
"""

import functools

from kdtheory.storage import replacing

# Okabe and Ito's palette, safe for colour-blind readers.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442"
INK, GREY, LIGHT = "#222222", "#777777", "#CCCCCC"

LEARNERS = {
    "distillation": BLUE,
    "hard_target_descent": ORANGE,
    "hard_target_margin": RED,
    "reduced_bias": GREEN,
}
PANEL_WIDTH, PANEL_HEIGHT = 3.6, 2.9

_RC = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.6,
    "lines.markersize": 4,
    "svg.fonttype": "path",
    "svg.hashsalt": "kdtheory",
    "figure.constrained_layout.use": True,
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
    """Return a figure and its array of axes, each panel in the house size."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(columns * width, rows * height))
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def colours(count, lightest=0.85):
    """Return ``count`` ordered colours, dark to light, for a quantity that is itself ordered."""
    import matplotlib

    positions = [lightest * index / max(count - 1, 1) for index in range(count)]
    return [matplotlib.colormaps["viridis"](position) for position in positions]


def band(axes, x, low, high, colour):
    """Shade an interval."""
    axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)


def save(figure, svg, png, preset):
    """Save a figure as SVG and PNG, without dates or random ids, so that equal data give equal bytes."""
    if preset != "default":
        figure.text(0.995, 0.005, f"{preset} scale", ha="right", va="bottom", fontsize=7, color=GREY)
    import matplotlib

    with matplotlib.rc_context(_RC), replacing(svg) as temporary:
        figure.savefig(temporary, format="svg", metadata={"Date": None})
    with matplotlib.rc_context(_RC), replacing(png) as temporary:
        figure.savefig(temporary, format="png", dpi=160, metadata={"Software": None})
