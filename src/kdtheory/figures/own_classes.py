"""Kernel students of all classes of a user's problem."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.own_errors import draw_errors
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("images/kernel_distillation", "images/kernel_transfer"),
    shows="All classes",
    question="2. Your teacher: do hard labels help?",
    caption=(
        "Kernel students of all classes; hard labels are those of the file. Left: test error at the largest n against "
        "the soft ratio ρ for each checkpoint; dotted lines at the right are the teacher's own. Middle: the change "
        "from ρ = 1 on the same transfer sets, in percentage points; below zero hard labels help. Right: share of test "
        "points on which students of purely soft labels decide otherwise than their teacher. Means over re-splits of "
        "one pool of points; bars are 95 % intervals over these re-splits, and say nothing of other points."
    ),
)


def draw(distillation, transfer):
    """Draw errors, their paired change, and the transfer risk."""
    figure, axes = style.panels(3, width=4.4, height=3.6)
    draw_errors(*axes[0, :2], 1 - distillation["accuracy"], 1 - distillation["teacher_accuracy"])
    risk = transfer["risk"].sel(soft_ratio=transfer["soft_ratio"].max(), drop=True)
    epochs = style.shades(np.sort(risk["stopping_epoch"].values).tolist())
    right = axes[0, 2]
    frames.draw_means(right, risk, hue="stopping_epoch", palette=epochs, names="checkpoint {}")
    right.set_xscale("log", base=2)
    right.set_xlabel("sample size $n$")
    right.set_ylabel("disagreement with the teacher")
    style.legend_under(right, 3)
    style.title(right, f"Transfer risk, ρ = {float(transfer['soft_ratio'].max()):g}, {risk.sizes['world']} re-splits")
    return figure


if __name__ == "__main__":
    run_figure(draw, FIGURE)
