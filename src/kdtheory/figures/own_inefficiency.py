"""Data inefficiency of a user's teacher, by checkpoint and by soft ratio."""

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.jz20_fig3 import draw_curves, fit_to_means, last_octave
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
    epochs = style.shades(np.sort(stopping["stopping_epoch"].values).tolist())
    draw_curves(axes[0, 0], stopping, "stopping_epoch", epochs, "checkpoint {}")
    below = last_octave(stopping, "stopping_epoch", "checkpoint {}")
    style.title(axes[0, 0], f"By checkpoint, ρ = 1, {stopping.sizes['world']} re-splits", below)
    mixing = mixing.sortby("soft_ratio")
    draw_curves(axes[0, 1], mixing, "soft_ratio", style.soft_ratio_colours(mixing["soft_ratio"].values), "ρ = {:g}")
    words = f"Checkpoint {int(mixing['stopping_epoch'])}, {mixing.sizes['world']} re-splits"
    style.title(axes[0, 1], words, last_octave(mixing, "soft_ratio", "ρ = {:g}"))
    fit_to_means(*axes[0])
    for axis in axes[0]:
        axis.set_ylabel(r"data inefficiency $\mathcal{I}(n)$")
        axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


if __name__ == "__main__":
    run_figure(draw, FIGURE)
