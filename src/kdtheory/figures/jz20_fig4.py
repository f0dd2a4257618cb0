"""Teacher and student logits of one input, and data inefficiency by stopping epoch and soft ratio (JZ20 Fig. 4)."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.jz20_fig3 import draw_inefficiency, draw_references, last_octave
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.statistics.worlds import worlds_in_words

FIGURE = Figure(
    reads=("wide/example", "wide/stopping", "wide/mixing", "wide/references"),
    shows="Fig. 4",
    question="08. Data inefficiency: what makes a task hard?",
    caption=(
        "Left: the logits of a teacher of one input at several epochs, and those at which its students rest, with the "
        "jump that hard labels open. Right: data inefficiency I(n), low is easy. The paper shows that earlier stopping "
        "is easier, and that curves change from falling to a constant of about 0.5 (dotted) as hard labels are mixed "
        "in."
    ),
)

REFERENCES = {"random_labels": (style.INK, "random labels"), "label_smoothing": (style.GREEN, "label smoothing")}
JUMP_PLATEAU = 0.5
_SHAPE = ("logit_scale", "sign_changes")


def draw(example, stopping, mixing, references):
    """Draw the example with one input, and I(n) by stopping epoch and by soft ratio."""
    figure, axes = style.panels(2, 2, width=5.4, height=3.6)
    epochs = style.shades(sorted({*example["stopping_epoch"].values, *stopping["stopping_epoch"].values}))
    _draw_teacher(axes[0, 0], example, epochs)
    _draw_student(axes[1, 0], example)
    ratios = style.soft_ratio_colours(np.sort(mixing["soft_ratio"].values))
    shown = {epoch: epochs[epoch] for epoch in stopping["stopping_epoch"].values}
    draw_inefficiency(axes[0, 1], stopping, "stopping_epoch", "epoch {}", shown)
    draw_references(axes[0, 1], references, {"random_labels": REFERENCES["random_labels"]})
    words = last_octave(stopping, "epoch {}")
    style.title(axes[0, 1], f"Early stopping, ρ = 1, {worlds_in_words(stopping)}", words)
    draw_inefficiency(axes[1, 1], mixing, "soft_ratio", "ρ = {:g}", ratios)
    draw_references(axes[1, 1], references, REFERENCES)
    axes[1, 1].axhline(JUMP_PLATEAU, color=style.INK, linestyle=":", linewidth=1, label="1/2")
    words = last_octave(mixing.sortby("soft_ratio"), "ρ = {:g}")
    epoch = int(mixing["stopping_epoch"])
    style.title(axes[1, 1], f"Hard labels mixed in, epoch {epoch}, {worlds_in_words(mixing)}", words)
    frames.fit_to_means(*axes[:, 1])
    for axis in axes[:, 1]:
        axis.set_xscale("log", base=2)
        axis.set_ylabel(r"data inefficiency $\mathcal{I}(n)$")
    for axis in axes.flat:
        style.legend_beside(axis)
    return figure


def _shade_class(axis, example):
    x = example["x"].values
    axis.fill_between(
        x,
        0,
        1,
        where=example["boundary"].values == 1,
        step="mid",
        transform=axis.get_xaxis_transform(),
        color=style.LIGHT,
        alpha=0.5,
        linewidth=0,
    )
    axis.axhline(0, color=style.INK, linewidth=0.6)
    axis.set_xlim(x[0], x[-1])
    axis.locator_params("x", nbins=5)
    axis.set_xlabel("input $x$")


def _draw_teacher(axis, example, colours):
    _shade_class(axis, example)
    for epoch in example["stopping_epoch"].values:
        curve = example["teacher_logit"].sel(stopping_epoch=epoch)
        axis.plot(example["x"], curve, color=colours[epoch], linewidth=1.3, label=f"epoch {epoch}")
    axis.set_ylabel("teacher logit $z_t$")
    shown = example.isel(world=0)
    ends = shown.isel(stopping_epoch=[0, -1])
    scale, found = (" → ".join(map(style.number, ends[name].values)) for name in _SHAPE)
    true = int(shown["true_sign_changes"])
    words = f"first → last epoch: r.m.s. logit {scale}; boundaries {found}, truly {true}"
    style.title(axis, f"One input, world {int(shown['world'])}: the teacher", words)


def _draw_student(axis, example):
    _shade_class(axis, example)
    ratios = np.sort(example["soft_ratio"].values)
    hardest = float(ratios[0])
    for ratio, colour in style.soft_ratio_colours(ratios).items():
        here = example.sel(soft_ratio=ratio)
        axis.plot(here["x"], here["effective_logit"], color=colour, linewidth=1.3, label=f"ρ = {ratio:g}")
        axis.plot(here["x"], here["cutoff"], color=colour, linestyle="--", linewidth=0.8)
    smoothing = example["label_smoothing"].sel(soft_ratio=hardest)
    axis.plot(
        example["x"], smoothing, color=style.GREEN, linestyle=":", linewidth=1.6, label=f"smoothing, ε = {hardest:g}"
    )
    axis.set_ylabel(r"effective logit $z_{s,\mathrm{eff}}$")
    threshold = float(example["threshold"].sel(soft_ratio=hardest))
    largest = float(np.abs(example["teacher_logit"].isel(stopping_epoch=-1)).max())
    # Far above the threshold students repeat their teacher.
    reach = min(3 * threshold, 1.1 * float(np.abs(example["effective_logit"]).max()))
    axis.set_ylim(-reach, reach)
    words = f"ρ = {hardest:g}: threshold {style.number(threshold)}, largest teacher logit {style.number(largest)}"
    style.title(axis, f"One input, world {int(example['world'][0])}: its students", words)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
