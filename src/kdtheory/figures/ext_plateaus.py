"""Where data inefficiency levels off, by dimension and depth, against the kernel's spectrum (ours)."""

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.jz20_fig3 import draw_curves, fit_to_means, half_widths
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.statistics.worlds import worlds_in_words

FIGURE = Figure(
    reads=("wide/plateaus",),
    shows="Plateaus of data inefficiency",
    question="08. Data inefficiency: what makes a task hard?",
    caption=(
        "JZ20 read I(n) = 0.8 for random signs and 0.5 for hard labels off their figures. The eigenvalues of the "
        "neural tangent kernel of a ReLU network fall like i^(−(d+1)/d) for inputs of dimension d, which predicts "
        "where I(n) levels off for targets of known smoothness (dashed): (d+1)/(2d) for random labels, 1/2 for a "
        "target that jumps in every dimension, (d−2)/(2d) for a target with kinks and for the student's own random "
        "start, 0 for a smooth target. Left: the last octave of n against the dimension, for students of L hidden "
        "layers. Middle: I(n) on the way there. Right: the last octave against the depth; the prediction does not "
        "depend on it. Predictions are for large n: hollow circles are the octave before the last, and where dots have "
        "moved away from them the plateau is not yet reached. In two dimensions the norm of a target with kinks grows "
        "like √(ln n), so its I(n) falls to zero slowly; in many dimensions all targets but the random labels approach "
        "slowly. Dots are of octaves of n, with E in eq. 10 over worlds, each with points, labels and a start of its "
        "own; bars are 95 % jackknife intervals over worlds."
    ),
)

_TARGETS = {
    "random_labels": (style.RED, "random labels"),
    "jump": (style.ORANGE, "jump"),
    "kinked": (style.GREEN, "kinked"),
    "nngp": (style.PURPLE, "random start"),
    "smooth": (style.BLUE, "smooth"),
}


def draw(plateaus):
    """Draw I(n) of the last octave against dimension and depth, and I(n) against n for the smallest dimension."""
    figure, axes = style.panels(3, width=4.0, height=3.8, sharey=True)
    plateaus = plateaus.sortby(["dim", "depth"])
    measured = plateaus["inefficiency"].isel(window=-1).notnull().all("target")
    swept = measured.sum("dim")
    depths = plateaus["depth"].values[(swept == swept.max()).values]
    depth = int(depths[len(depths) // 2])
    dim = int(plateaus["dim"][measured.sum("depth").argmax("dim")])
    colours = {name: colour for name, (colour, _) in _TARGETS.items() if name in plateaus["target"].values}
    _draw_last(axes[0, 0], plateaus.sel(depth=depth), "dim", colours)
    axes[0, 0].set_xlabel("dimension $d$ of the inputs")
    axes[0, 0].set_ylabel(r"data inefficiency $\mathcal{I}(n)$")
    style.title(axes[0, 0], f"Dimension, L = {depth}", f"{_last_octave(plateaus)}; {_furthest(plateaus, depth)}")
    _draw_growth(axes[0, 1], plateaus.sel(depth=depth, dim=dim), colours)
    style.title(axes[0, 1], f"Sample size, d = {dim}, L = {depth}", worlds_in_words(plateaus))
    _draw_last(axes[0, 2], plateaus.sel(dim=dim), "depth", colours)
    axes[0, 2].set_xlabel("hidden layers $L$")
    style.title(axes[0, 2], f"Depth, d = {dim}", _last_octave(plateaus))
    fit_to_means(*axes[0])
    axes[0, 0].plot([], [], color=style.GREY, linestyle="--", label="predicted")
    style.legend_below(figure, 6)
    return figure


def _draw_last(axis, plateaus, along, colours):
    last = plateaus.isel(window=-1)
    last = last.sel({along: last["inefficiency"].notnull().all("target")})
    half_width = half_widths(last)
    # Beside each other the bars can be told apart.
    shifts = np.linspace(-1, 1, len(colours)) * 0.012 * max(np.ptp(last[along].values), 1)
    for (target, colour), shift in zip(colours.items(), shifts, strict=True):
        here = last.sel(target=target)
        predicted = here["predicted"].broadcast_like(here["inefficiency"])
        axis.plot(here[along], predicted, color=colour, linestyle="--", linewidth=1.2)
        before = plateaus.isel(window=-2).sel({"target": target, along: here[along]})
        axis.plot(here[along] + shift, before["inefficiency"], "o", mfc="white", mec=colour, ms=4, mew=0.8)
        axis.errorbar(
            here[along] + shift,
            here["inefficiency"],
            half_width.sel(target=target),
            fmt="o",
            color=colour,
            elinewidth=1,
            label=_TARGETS[target][1],
        )
    axis.set_xticks(last[along].values)


def _draw_growth(axis, plateaus, colours):
    draw_curves(axis, plateaus, "target", colours, None)
    for target, colour in colours.items():
        axis.axhline(float(plateaus["predicted"].sel(target=target)), color=colour, linestyle="--", linewidth=1.2)


def _last_octave(plateaus):
    last = plateaus.isel(window=-1)
    return f"n = {int(last['window_start'])}…{int(last['window_end'])}"


def _furthest(plateaus, depth):
    """The target and the dimension whose last octave is furthest from its prediction, in words."""
    last = plateaus.isel(window=-1).sel(depth=depth)
    off = (last["inefficiency"] - last["predicted"]).stack(cell=("target", "dim")).dropna("cell")
    most = off.isel(cell=int(np.abs(off).argmax("cell")))
    name = _TARGETS[str(most["target"].values)][1]
    return f"furthest: {name}, d = {int(most['dim'])}, off by {float(most):+.2f}".replace("-", "−")


if __name__ == "__main__":
    run_figure(draw, FIGURE)
