"""Theorem 2 of JZ20 for a user's teacher: where do the first hard labels turn the student?"""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("wide/correction",),
    shows="Theorem 2",
    question="2. Your teacher: do hard labels help?",
    caption=(
        "The cosine of the weights that the first hard labels add to a purely soft kernel student, and the "
        "direction in which it can come closer to the student of the given labels' signs; positive where they help. "
        "Means over re-splits of one pool of points; bars are 95 % intervals over these re-splits, and say nothing "
        "of other points."
    ),
)


def draw(correction):
    """Draw the cosine against the checkpoint, for each n."""
    figure, axes = style.panels(1, width=5.0, height=3.6)
    axis, epochs = axes[0, 0], np.sort(correction["stopping_epoch"].values)
    cosine = correction["correction_cosine"].sel(truth="sign", drop=True).sel(stopping_epoch=epochs)
    cosine = cosine.assign_coords(stopping_epoch=np.arange(len(epochs)))
    sizes = style.shades(np.sort(correction["n_train"].values).tolist())
    frames.draw_means(axis, cosine, hue="n_train", palette=sizes, names="n = {}")
    axis.axhline(0, color=style.INK, linewidth=0.8)
    axis.set_xticks(np.arange(len(epochs)), [str(epoch) for epoch in epochs])
    axis.set_xlabel("checkpoint of the teacher")
    axis.set_ylabel(r"cosine of $\delta\hat{w}_h$ and $\Delta\hat{w}_c$")
    axis.legend()
    style.title(axis, f"Correction by hard labels, {correction.sizes['world']} re-splits")
    return figure


if __name__ == "__main__":
    run_figure(draw, FIGURE)
