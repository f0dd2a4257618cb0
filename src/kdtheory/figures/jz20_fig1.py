"""Effective student logits between teacher and label (JZ20 Fig. 1), and when a hard label overrules its teacher."""

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("wide/effective_logits",),
    shows="Fig. 1",
    question="06. Effective logits: where does a student settle between teacher and label?",
    caption=(
        "The logit at which a student rests against the teacher's logit, for a right teacher (solid) and a wrong one "
        "(dashed); dots are descent that was stopped early. The paper shows a jump at 0 that grows with the share of "
        "hard labels and with T; compare it with the threshold t (lower left). Lower right: above zero, hard labels "
        "overrule an infinitely sure wrong teacher, which the paper finds for ρ ≤ 1/2 at T = 1."
    ),
)

PAPERS_TEMPERATURE, PAPERS_SOFT_RATIO = 5.0, 0.05
_LOGITS, _DOTS = ("effective_logit", "descent_logit"), 12


def draw(effective_logits):
    """Draw effective logits for sweeps of ρ and T, the threshold t, and the limit of a wrong teacher."""
    figure, axes = style.panels(2, 2, width=4.5, height=3.7)
    ratios, temperatures = (np.sort(effective_logits[name].values) for name in ("soft_ratio", "temperature"))
    temperature = min(temperatures, key=lambda value: abs(np.log(value / PAPERS_TEMPERATURE)))
    ratio = min(ratios, key=lambda value: abs(value - PAPERS_SOFT_RATIO))
    warmth = style.shades(temperatures.tolist())
    at_temperature = effective_logits.sel(temperature=temperature)
    _draw_sweep(axes[0, 0], at_temperature, "soft_ratio", style.soft_ratio_colours(ratios.tolist()))
    words = f"half the jump is {_both_ends(at_temperature['threshold'].sortby('soft_ratio'), 'ρ')}"
    style.title(axes[0, 0], f"Soft ratio, T = {temperature:g}", words)
    at_ratio = effective_logits.sel(soft_ratio=ratio)
    _draw_sweep(axes[0, 1], at_ratio, "temperature", warmth)
    words = f"half the jump is {_both_ends(at_ratio['threshold'].sortby('temperature'), 'T')}"
    style.title(axes[0, 1], f"Temperature, ρ = {ratio:g}", words)
    _draw_threshold(axes[1, 0], effective_logits, warmth)
    _draw_wrong_teacher(axes[1, 1], effective_logits, warmth)
    return figure


def _both_ends(values, symbol):
    (along,) = values.dims
    first, last = values.isel({along: 0}), values.isel({along: -1})
    ends = (f"{style.number(float(end))} at {symbol} = {float(end[along]):g}" for end in (first, last))
    return " and ".join(ends)


def _draw_sweep(axis, cells, along, colours):
    symbol = {"soft_ratio": "ρ", "temperature": "T"}[along]
    for value, colour in colours.items():
        for sign in (-1, 1):
            # A curve for each sign of z_t: a line across the jump would be no student's logits.
            here = cells.sel({along: value, "teacher_logit": sign * cells["teacher_logit"] >= 0})
            logit = here["teacher_logit"].values
            for label, line in ((sign > 0, "-"), (sign < 0, "--")):
                root, descent = (here[name].sel(label=int(label)).values for name in _LOGITS)
                words = f"{symbol} = {value:g}" if sign > 0 and label else None
                axis.plot(logit, root, line, color=colour, linewidth=1.3, label=words)
                every = slice(None, None, max(1, logit.size // _DOTS))
                axis.plot(logit[every], descent[every], "o", color=colour, ms=2.2, mew=0)
    for words, options in (
        ("right teacher", {"linestyle": "-"}),
        ("wrong teacher", {"linestyle": "--"}),
        ("descent, stopped", {"linestyle": "none", "marker": "o", "ms": 2.2}),
    ):
        axis.plot([], [], color=style.GREY, linewidth=1.3, label=words, **options)
    limit = 1.1 * max(float(np.abs(cells[name]).max()) for name in ("descent_logit", "teacher_logit"))
    axis.plot([-limit, limit], [-limit, limit], color=style.GREY, linewidth=0.7, linestyle=":", label="teacher itself")
    axis.set(
        ylim=(-limit, limit),
        xlim=(float(cells["teacher_logit"].min()), float(cells["teacher_logit"].max())),
        xlabel="teacher logit $z_t$",
        ylabel=r"effective logit $z_{s,\mathrm{eff}}$",
    )
    style.legend_beside(axis)


def _draw_threshold(axis, cells, warmth):
    for temperature, colour in warmth.items():
        curve = cells["threshold"].sel(temperature=temperature).sortby("soft_ratio")
        axis.plot(curve["soft_ratio"], curve, color=colour, label=f"T = {temperature:g}")
    smoothing = cells["label_smoothing"].sortby("soft_ratio")
    axis.plot(smoothing["soft_ratio"], smoothing, color=style.RED, linestyle=":", linewidth=2.5, label="smoothing")
    axis.set_ylabel("threshold $t$")
    style.legend_beside(axis)
    style.soft_ratio_axis(axis, cells["soft_ratio"])
    style.title(axis, "Least logit of a correct teacher's student")


def _draw_wrong_teacher(axis, cells, warmth):
    limit = cells["wrong_teacher_limit"].sortby("soft_ratio")
    # At ρ = 1 the limit is minus infinity, and near it the axis would show nothing else.
    lowest, highest = -1.5 * float(limit.max()), 1.1 * float(limit.max())
    for temperature, colour in warmth.items():
        curve = limit.sel(temperature=temperature)
        curve = curve.where(np.isfinite(curve))
        axis.plot(curve["soft_ratio"], curve, color=colour, label=f"T = {temperature:g}")
        axis.plot(temperature / (1 + temperature), 0, "^", color=colour, ms=5, mec="white", mew=0.5, zorder=3)
    axis.axhline(0, color=style.INK, linewidth=0.8)
    axis.axhspan(0, highest, color=style.LIGHT, alpha=0.35, linewidth=0)
    axis.set(ylim=(lowest, highest), ylabel=r"effective logit, $z_t \to -\infty$, $y_g = 1$")
    style.legend_beside(axis)
    style.soft_ratio_axis(axis, cells["soft_ratio"])
    style.title(axis, "A wrong and infinitely sure teacher")


if __name__ == "__main__":
    run_figure(draw, FIGURE)
