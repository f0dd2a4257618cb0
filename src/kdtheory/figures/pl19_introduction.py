"""Soft labels against hard ones: spread of the risk, and steps of descent by step size (PL19 abstract and Sec. 1)."""

from itertools import cycle

import numpy as np

from kdtheory.figures import frames, style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.spreads import log_spreads_by_world

FIGURE = Figure(
    reads=("linear/alignment", "linear/optimization"),
    shows="Abstract",
    question="01. Data geometry: which tasks are easy?",
    caption=(
        "Above: how much the risk varies from one transfer set to the next; the abstract says that soft labels teach "
        "more reliably, so their line should be the lowest. Below: steps of descent until the student is within an "
        "angle of the teacher; the introduction says that optimization is better behaved with soft labels, so compare "
        "lines of one kind. Hollow markers: some worlds do not arrive."
    ),
)

_LINES = ("-", "--", "-.", ":")
_SOFT, _HARD = style.LEARNERS["distillation"], style.LEARNERS["hard_target_descent"]
_LEARNERS = {
    "distillation": "distillation",
    "hard_target_descent": "hard labels, descent",
    "hard_target_margin": "hard labels, max-margin",
}


def draw(alignment, optimization):
    """Draw spreads against n, and steps to each angle against the step size."""
    figure, axes = style.panels(2, 2, width=4.4, height=3.4)
    for axis, relative in zip(axes[0], (False, True), strict=True):
        _draw_spreads(axis, alignment, relative)
    style.legend_below(figure, 3, panels=[axes[0, 0]])
    norms = optimization["teacher_norm"].values
    chosen = optimization.isel(teacher_norm=int(np.abs(np.log(norms)).argmin()))
    order = np.argsort(-(chosen["n_train"] - chosen["dim"]).values)
    for axis, setting in zip(axes[1], order, strict=False):
        _draw_steps(axis, chosen.isel(setting=int(setting)))
    for axis in axes[1, len(order) :]:
        axis.set_axis_off()
    return figure


def _draw_spreads(axis, alignment, relative):
    sizes = alignment["hard_n_train"].values
    grown = alignment["growth_risk"].sel(n_train=sizes).dropna("kappa", how="all").isel(kappa=0)
    hard = alignment["risk_hard_target"].rename(hard_n_train="n_train")
    risks = {"distillation": grown} | {
        f"hard_target_{name}": hard.sel(hard_target=name) for name in map(str, hard["hard_target"].values)
    }
    for learner, risk in risks.items():
        risk = risk.transpose("growth_world", "n_train")
        spreads = risk.copy(data=_spreads(np.log(risk.values) if relative else risk.values))
        options = {"color": style.LEARNERS[learner], "label": _LEARNERS[learner]}
        frames.draw_means(axis, spreads, "growth_world", estimate=pooled, geometric=True, **options)
    axis.set(
        xscale="log",
        yscale="log",
        xlabel="number of transfer points $n$",
        ylabel="standard deviation of " + (r"$\ln R$" if relative else "the risk $R$"),
    )
    words = "Spread relative to the risk" if relative else "Spread over transfer sets"
    style.title(axis, words, f"{alignment.sizes['growth_world']} transfer sets")


def _spreads(values):
    """Draws of the standard deviation over worlds, NaN of fewer than three."""
    return np.exp(log_spreads_by_world(values)) if len(values) > 2 else np.full_like(values, np.nan)


def _draw_steps(axis, chosen):
    import xarray as xr

    kinds = {"soft": (_SOFT, "soft labels"), "hard": (_HARD, "hard labels")}
    colours, names = style.columns(kinds)
    labels = xr.DataArray(list(kinds), dims="labels", name="labels")
    steps, reached = (xr.concat([chosen[f"{name}_{kind}"] for kind in kinds], labels) for name in ("steps", "reached"))
    angles = np.sort(steps["angle"].values[steps.sel(labels="soft").notnull().any(["world", "step_size"])])[::-1]
    lines = dict(zip(angles.tolist(), cycle(_LINES), strict=False))
    shown = {"hue": "labels", "palette": colours, "names": names, "dash": "angle", "lines": lines}
    means = frames.draw_means(axis, steps.sel(angle=list(lines)), geometric=True, bars="none", **shown)
    missed = means.where(~(reached > 0).all("world"))
    for kind, colour in colours.items():
        hollow = missed.sel(labels=kind).transpose("step_size", "angle")
        axis.plot(hollow["step_size"], hollow, "o", color=colour, mfc="white", ms=4.5, zorder=3)
    for angle, line in lines.items():
        axis.plot([], [], linestyle=line, color=style.GREY, linewidth=1, label=f"within {angle:g}°")
    axis.set(
        xscale="log",
        yscale="log",
        ylim=(0.7, 60 * float(chosen["max_steps"])),
        xlabel="step size over $1/L$",
        ylabel="steps of gradient descent",
    )
    axis.legend(loc="upper center", ncols=3)
    soft, hard = (100 * float(reached.sel(labels=kind).mean()) for kind in kinds)
    words = f"reached: {soft:.0f} % with soft, {hard:.0f} % with hard labels"
    style.title(axis, f"Steps to an angle, {chosen['setting'].values}", words)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
