"""The plain distillation loss and the one divided by its curvature: what descent makes of the same optimum (ours)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.image_panels import draws_in_words
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import by_world, interval

FIGURE = Figure(
    reads=("images/resnet_distillation",),
    shows="Confound of the optimiser",
    question="09. Imperfect teachers: when do hard labels help?",
    caption=(
        "ResNet students trained on the plain distillation loss and on the same loss divided by its curvature, which "
        "has the same optimum; grey lines join students of equal initialisation and order. Where the plain loss is "
        "below the other at ρ = 1, it under-trains students of soft labels, and hard labels seem to help more than "
        "they do."
    ),
)

_LOSSES = {"raw": (style.RED, "plain loss"), "curvature": (style.BLUE, "loss / curvature")}
_APART = 0.2


def draw(distillation):
    """Draw accuracy and agreement with the targets of both losses, where both were run."""
    raw = distillation["accuracy"].sel(loss_scale="raw").notnull().all(["world", "run"])
    epoch = int(distillation["stopping_epoch"][raw.any("soft_ratio").values][-1])
    measured = np.flatnonzero(raw.sel(stopping_epoch=epoch))
    cells = distillation.sel(stopping_epoch=epoch).isel(soft_ratio=measured).sortby("soft_ratio")
    figure, axes = style.panels(2, width=3.6, height=3.4)
    _draw_pairs(axes[0, 0], cells["accuracy"])
    teacher = float(cells["teacher_accuracy"].mean())
    axes[0, 0].axhline(teacher, color=style.INK, linewidth=1, linestyle=":", label="teacher")
    axes[0, 0].set_ylabel("accuracy on test images")
    style.title(axes[0, 0], f"Teacher of epoch {epoch}", _gains(cells["accuracy"]))
    _draw_pairs(axes[0, 1], cells["agreement"])
    axes[0, 1].set_ylabel("agreement with the targets")
    style.title(axes[0, 1], "Training images", draws_in_words(cells))
    style.legend_below(figure, 3)
    return figure


def _draw_pairs(axis, values):
    """Means with intervals, and lines that join the two students of each world and run."""
    import seaborn

    losses = {words: colour for colour, words in _LOSSES.values()}
    values = values.sel(loss_scale=list(_LOSSES)).assign_coords(loss_scale=list(losses))
    places = np.arange(values.sizes["soft_ratio"]) + _APART * np.array([[-1], [1]])
    pairs = values.stack(student=["world", "run"]).transpose("student", "loss_scale", "soft_ratio").values
    for pair in pairs:
        axis.plot(places, pair, ".-", color=style.GREY, linewidth=0.6, ms=4, zorder=1)
    seaborn.pointplot(
        frames.tidy(*by_world(values)), x="soft_ratio", y="value", hue="loss_scale", palette=losses, errorbar=interval,
        dodge=2 * _APART, linestyle="none", marker="_", markersize=18, markeredgewidth=2, err_kws={"linewidth": 1.2},
        formatter="{:g}".format, legend=False, ax=axis,
    )  # fmt: skip
    for words, colour in losses.items():
        axis.plot([], [], "_", color=colour, ms=18, mew=2, label=words)
    axis.set(xlim=(-0.5, values.sizes["soft_ratio"] - 0.5), xlabel=r"soft ratio $\rho$")


def _gains(accuracy):
    """What hard labels seem to gain under each loss."""
    mean = accuracy.mean(["world", "run"])
    gain = mean.isel(soft_ratio=0) - mean.isel(soft_ratio=-1)
    least = float(accuracy["soft_ratio"][0])
    plain, scaled = (100 * float(gain.sel(loss_scale=loss)) for loss in _LOSSES)
    return f"ρ = {least:g} above ρ = 1 by {plain:+.1f} (plain), {scaled:+.1f} points".replace("-", "−")


if __name__ == "__main__":
    run_figure(draw, FIGURE)
