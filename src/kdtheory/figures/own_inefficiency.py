"""Data inefficiency of a user's teacher, by checkpoint and by soft ratio."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.jz20_fig3 import draw_inefficiency, last_octave
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("wide/stopping", "wide/mixing"),
    shows="Data inefficiency",
    question="1. Your teacher: how hard are its labels to learn?",
    caption=(
        "Data inefficiency I(n) of kernel students of the two classes, low is easy. Left: purely soft labels, by "
        "checkpoint of the teacher. Right: one checkpoint, by soft ratio ρ. Dots are means over octaves of n and "
        "over re-splits of one pool of points; bars are 95 % intervals over these re-splits, and say nothing of "
        "other points."
    ),
)


def draw(stopping, mixing):
    """Draw I(n) by checkpoint and by soft ratio."""
    figure, axes = style.panels(2, width=5.4, height=3.6)
    left, right = axes[0]
    epochs = style.shades(np.sort(stopping["stopping_epoch"].values).tolist())
    draw_inefficiency(left, stopping, "stopping_epoch", "checkpoint {}", epochs)
    style.title(
        left, f"By checkpoint, ρ = 1, {stopping.sizes['world']} re-splits", last_octave(stopping, "checkpoint {}")
    )
    mixing = mixing.sortby("soft_ratio")
    draw_inefficiency(right, mixing, "soft_ratio", "ρ = {:g}", style.soft_ratio_colours(mixing["soft_ratio"].values))
    words = f"Checkpoint {int(mixing['stopping_epoch'])}, {mixing.sizes['world']} re-splits"
    style.title(right, words, last_octave(mixing, "ρ = {:g}"))
    frames.fit_to_means(left, right)
    for axis in (left, right):
        axis.set_xscale("log", base=2)
        axis.set_ylabel(r"data inefficiency $\mathcal{I}(n)$")
        style.legend_beside(axis)
    return figure


if __name__ == "__main__":
    run_figure(draw, FIGURE)
