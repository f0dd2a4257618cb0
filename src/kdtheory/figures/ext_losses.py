"""Losses that correct a teacher without the discontinuity of hard labels, beside the paper's (ours, JZ20's outlook)."""

from itertools import pairwise

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import inefficiency
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.worlds import over_runs, worlds_in_words

FIGURE = Figure(
    reads=("wide/losses",),
    shows="A loss without the discontinuity",
    question="09. Imperfect teachers: when do hard labels help?",
    caption=(
        "JZ20 would like a loss without the discontinuity of hard labels that still corrects the teacher's mistakes. "
        "Four such losses are beside eq. 2: compare their data inefficiency I(n) and transfer risk (low is easy) with "
        "purely soft labels (black), and how far the test error falls below that of purely soft labels when teachers "
        "are imperfect."
    ),
)

LOSSES = {
    "mixed": (style.RED, "eq. 2"),
    "confidence": (style.BLUE, "confidence"),
    "disagreement": (style.GREEN, "disagreement"),
    "hinge": (style.PURPLE, "hinge"),
    "perceptron": (style.ORANGE, "perceptron"),
}
_SOFT = (style.INK, "ρ = 1")
_RATIO, _TEMPERATURE = 0.9, 5.0
_REACH = 8.0


def draw(losses):
    """Draw effective logits, data inefficiency and errors of the losses."""
    figure, axes = style.panels(3, 2, width=4.0, height=3.8)
    at = losses.sel(soft_ratio=_RATIO, method="nearest")
    ratio = float(at["soft_ratio"])
    soft = losses.sel(soft_ratio=1.0, loss="mixed")
    _draw_logits(axes[0, 0], ratio)
    for axis, labels, words in ((axes[0, 1], "teacher", "perfect"), (axes[0, 2], "truth", "imperfect")):
        _draw_inefficiency(axis, at.sel(labels=labels), soft.sel(labels=labels))
        style.title(axis, f"Data inefficiency, {words} teachers", f"ρ = {ratio:g}, {worlds_in_words(losses)}")
    _draw_risk(axes[1, 0], at.sel(labels="teacher"), soft.sel(labels="teacher"))
    style.title(axes[1, 0], "Transfer risk, perfect teachers", f"ρ = {ratio:g}")
    error = over_runs(losses["test_error"].sel(labels="truth").mean("stopping_epoch"))
    change = error - error.sel(soft_ratio=1.0, loss="mixed")
    _draw_change(axes[1, 1], change.sel(soft_ratio=ratio))
    style.title(axes[1, 1], "Test error less that of ρ = 1", f"ρ = {ratio:g}, imperfect teachers")
    _draw_change(axes[1, 2], change.isel(n_train=-1))
    style.soft_ratio_axis(axes[1, 2], losses["soft_ratio"])
    style.title(axes[1, 2], "Test error less that of ρ = 1", f"n = {int(losses['n_train'][-1])}, imperfect teachers")
    frames.fit_to_means(*axes[0, 1:])
    for axis in axes[1]:
        frames.fit_to_means(axis, margin=0.2)
    style.legend_below(figure, 8)
    return figure


def _draw_logits(axis, ratio):
    # Imported here, for the workflow reads every declaration each time it starts; so below.
    from kdtheory.theory.correcting_losses import correcting_logits

    z = np.linspace(-_REACH, _REACH, 401)
    for loss, (colour, _) in LOSSES.items():
        for side, style_of in ((z > 0, "-"), (z <= 0, "--")):
            logits = correcting_logits(loss, z[side], 1, ratio, _TEMPERATURE)
            axis.plot(z[side], logits, color=colour, linestyle=style_of, linewidth=1.3)
    axis.plot(z, z, color=style.INK, linewidth=0.8, linestyle=":")
    axis.axhline(0, color=style.INK, linewidth=0.6)
    axis.plot([], [], color=style.GREY, linewidth=1.3, label="right teacher")
    axis.plot([], [], color=style.GREY, linewidth=1.3, linestyle="--", label="wrong teacher")
    axis.set(xlabel="teacher logit $z_t$", ylabel=r"effective logit $z_{s,\mathrm{eff}}$ for the label 1")
    style.title(axis, "Where a student rests", f"ρ = {ratio:g}, T = {_TEMPERATURE:g}")


def _draw_inefficiency(axis, at, soft):
    windows = list(pairwise(at["n_train"].values))
    shown = (inefficiency(group["weight_norm"], windows).mean("stopping_epoch") for group in (at, soft))
    _draw_losses(axis, *shown, estimate=pooled)
    axis.set_ylabel(r"data inefficiency $\mathcal{I}(n)$")


def _draw_risk(axis, at, soft):
    _draw_losses(axis, *(group["risk"].mean("stopping_epoch") for group in (at, soft)))
    axis.set(yscale="log", ylabel="transfer risk")


def _draw_losses(axis, values, soft=None, **options):
    """Means against the one other dimension in the colour of each loss, and of purely soft labels dashed."""
    colours, names = style.columns(LOSSES)
    frames.draw_means(axis, values, hue="loss", palette=colours, names=names, **options)
    if soft is not None:
        frames.draw_means(axis, soft, color=_SOFT[0], label=_SOFT[1], linestyle="--", marker="", **options)
    if "n_train" in values.dims:
        axis.set_xscale("log", base=2)


def _draw_change(axis, change):
    _draw_losses(axis, change)
    axis.axhline(0, color=style.INK, linewidth=0.8)
    axis.set_ylabel("change of the test error")


if __name__ == "__main__":
    run_figure(draw, FIGURE)
