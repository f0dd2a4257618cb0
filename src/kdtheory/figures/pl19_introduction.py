"""Soft labels against hard ones: spread of the risk, and steps of descent by step size (PL19 abstract and Sec. 1)."""

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.registry import Figure, run_figure
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.spreads import log_spreads_by_world

FIGURE = Figure(
    reads=("linear/alignment", "linear/optimization"),
    shows="Abstract",
    question="01. Data geometry: which tasks are easy?",
    caption=(
        "Upper row: how much the risk varies from one transfer set of n points to the next, left on the scale of the "
        "risk, right relative to it (bars: 95 % intervals, by the jackknife). The abstract says that soft labels teach "
        "more reliably, so their line should be the lowest. Lower row: steps of gradient descent until the student is "
        "within an angle of the teacher, against the step size, with n ≥ d left and n < d right; geometric means over "
        "worlds, in which a run that does not arrive counts as the largest number of steps. Hollow markers: some "
        "worlds do not arrive. The introduction says that optimization is better behaved with soft labels: compare the "
        "heights of the lines of one kind, and over how wide a range of step sizes markers are full."
    ),
)

_MARKERS, _LINES = "osD^v", ("-", "--", "-.", ":", (0, (1, 3)))
_SOFT, _HARD = style.LEARNERS["distillation"], style.LEARNERS["hard_target_descent"]


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
    risks = {"distillation": grown.transpose("growth_world", "n_train").values}
    for name in map(str, alignment["hard_target"].values):
        risk = alignment["risk_hard_target"].sel(hard_target=name)
        risks[f"hard_target_{name}"] = risk.transpose("growth_world", "hard_n_train").values
    words = {
        "distillation": "distillation",
        "hard_target_descent": "hard labels, descent",
        "hard_target_margin": "hard labels, max-margin",
    }
    worlds = alignment.sizes["growth_world"]
    for learner, risk in risks.items():
        if worlds < 3:
            continue
        found = pooled(log_spreads_by_world(np.log(risk) if relative else risk))
        seen = np.isfinite(found.value)
        low, high = (np.exp(end[seen]) for end in found.interval(0.95))
        value = np.exp(found.value[seen])
        axis.errorbar(
            sizes[seen], value, [value - low, high - value], fmt="o-", elinewidth=1,
            color=style.LEARNERS[learner], label=words.get(learner, learner),
        )  # fmt: skip
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlabel("number of transfer points $n$")
    axis.set_ylabel("standard deviation of " + (r"$\ln R$" if relative else "the risk $R$"))
    style.title(
        axis, "Spread relative to the risk" if relative else "Spread over transfer sets", f"{worlds} transfer sets"
    )


def _draw_steps(axis, chosen):
    chosen = chosen.transpose("world", "step_size", "angle", ...)
    limit = float(chosen["max_steps"])
    angles = [angle for angle in chosen["angle"].values if chosen["steps_soft"].sel(angle=angle).notnull().any()]
    shares = {}
    for kind, colour in (("soft", _SOFT), ("hard", _HARD)):
        shares[kind] = 100 * float(chosen[f"reached_{kind}"].mean())
        for place, angle in enumerate(sorted(angles, reverse=True)):
            steps = np.exp(np.log(chosen[f"steps_{kind}"].sel(angle=angle)).mean("world")).values
            all_reached = (chosen[f"reached_{kind}"].sel(angle=angle) > 0).all("world").values
            sizes, marker = chosen["step_size"].values, _MARKERS[place % len(_MARKERS)]
            axis.plot(sizes, steps, color=colour, linewidth=1, linestyle=_LINES[place % len(_LINES)])
            axis.plot(sizes[all_reached], steps[all_reached], marker, color=colour)
            axis.plot(sizes[~all_reached], steps[~all_reached], marker, color=colour, mfc="white")
    for kind, colour in (("soft labels", _SOFT), ("hard labels", _HARD)):
        axis.plot([], [], color=colour, linewidth=2, label=kind)
    for place, angle in enumerate(sorted(angles, reverse=True)):
        marker, line = _MARKERS[place % len(_MARKERS)], _LINES[place % len(_LINES)]
        axis.plot([], [], marker, linestyle=line, color=style.GREY, linewidth=1, label=f"within {angle:g}°")
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_ylim(0.7, 60 * limit)
    axis.set_xlabel("step size over $1/L$")
    axis.set_ylabel("steps of gradient descent")
    axis.legend(loc="upper center", ncols=3)
    words = f"reached: {shares['soft']:.0f} % with soft, {shares['hard']:.0f} % with hard labels"
    style.title(axis, f"Steps to an angle, {chosen['setting'].values}", words)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
