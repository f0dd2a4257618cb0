"""Genuine learners of hard labels beside the stand-in ±a: risk, angle to the oracle, and what depends on a."""

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.figures.replicates import last_inefficiency
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.worlds import worlds_in_words

FIGURE = Figure(
    reads=("wide/hard_labels",),
    shows="Fig. 2 left and right, ρ = 0",
    question="07. Transfer risk: do soft labels teach faster?",
    caption=(
        "Learners that are trained on hard labels alone, beside the stand-in ±a that this study uses for ρ = 0, which "
        "the paper leaves open. The paper shows risk and angle that fall fastest with purely soft labels (dark blue). "
        "Lower row: whether risk and data inefficiency of the stand-in depend on a; the paper shows I of about ½ "
        "(dotted)."
    ),
)

_USUAL = 5.0
_FLOOR = 1e-5


def draw(hard):
    """Draw risks and angles against n, and risk and I(n) of the stand-in against a."""
    hard = hard.sel(labels="teacher").sortby("n_train").isel(oracle_size=-1)
    figure, axes = style.panels(2, 2, width=4.6, height=3.7)
    for axis, kind in zip(axes[0], ("error", "angle"), strict=True):
        for label, name, chosen, options in _learners(hard):
            floor = _FLOOR if kind == "error" else None
            frames.draw_means(axis, hard[f"{kind}_{name}"].sel(chosen), label=label, floor=floor, **options)
        style.ticks_at(axis, hard["n_train"].values, base=2)
        axis.set_yscale("log")
        style.legend_under(axis)
    axes[0, 0].set_ylabel("transfer risk, P[student ≠ teacher]")
    shown = np.concatenate(
        [hard[f"error_{name}"].mean("world").values.ravel() for name in ("soft", "descent", "margin")]
    )
    axes[0, 0].set_ylim(0.5 * shown[shown > 0].min(), 1.5 * shown.max())
    axes[0, 1].set_ylabel("angle to the oracle (rad)")
    style.plain_ticks(axes[0, 1].yaxis, hard["angle_soft"].mean("world").values)
    style.title(axes[0, 0], f"Risk, {worlds_in_words(hard)}")
    style.title(axes[0, 1], "Angle to the teacher's oracle", f"of {int(hard['oracle_size'])} points")
    _draw_logits(axes[1, 0], hard)
    _draw_inefficiency(axes[1, 1], hard["weight_norm"])
    return figure


def _learners(hard):
    """Label, variable, selection and line of each learner that is drawn."""
    yield "soft labels, ρ = 1", "soft", {}, {"color": style.soft_ratio_colours([1.0])[1.0]}
    logit = float(hard["hard_logit"].sel(hard_logit=_USUAL, method="nearest"))
    yield f"student of ±{logit:g}", "stand_in", {"hard_logit": logit}, {"color": style.ORANGE}
    for step, colour in style.shades(hard["step"].values.tolist()).items():
        yield f"{step} steps of descent", "descent", {"step": step}, {"color": colour, "linestyle": "--"}
    yield "largest margin", "margin", {}, {"color": style.RED}


def _draw_logits(axis, hard):
    last = hard.isel(n_train=-1)
    frames.draw_means(axis, last["error_stand_in"], color=style.ORANGE, label="student of ±a")
    frames.draw_level(axis, last["error_margin"], color=style.RED, linewidth=1.2, label="largest margin")
    axis.set_ylim(bottom=0)
    _logit_axis(axis, last["hard_logit"].values)
    axis.set_ylabel("transfer risk, P[student ≠ teacher]")
    style.title(axis, f"Does the risk depend on a? n = {int(last['n_train'])}")


def _draw_inefficiency(axis, norm):
    inefficiency, *window = last_inefficiency(norm)
    frames.draw_means(axis, inefficiency, estimate=pooled, color=style.ORANGE, label="student of ±a")
    axis.axhline(0.5, color=style.INK, linestyle=":", linewidth=1, label="1/2")
    axis.set_ylim(0, 1)
    _logit_axis(axis, norm["hard_logit"].values)
    axis.set_ylabel(r"data inefficiency $\mathcal{I}$")
    style.title(axis, f"Does I depend on a? n = {window[0]}…{window[1]}")


def _logit_axis(axis, logits):
    style.ticks_at(axis, logits)
    axis.set_xlabel("logit $a$ of a hard label")
    style.legend_under(axis)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
