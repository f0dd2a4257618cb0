"""Three transfer tasks and the distribution of their angles to the teacher (PL19 Fig. 1)."""

import re

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("linear/angle_law",),
    shows="Fig. 1",
    question="01. Data geometry: which tasks are easy?",
    caption=(
        "Three tasks as the paper sketches them: aligned with the teacher (A), aligned and with a margin (B), crowded "
        "along the boundary (C). Below each is p(θ) of eq. 17, the probability of an angle of at least θ to the "
        "teacher: a curve that is lower everywhere has a smaller bound on the risk (Theorem 3)."
    ),
)


def parameters_of(tasks):
    """Return what a task's name says of it: name → (family "kappa" or "margin", its number)."""
    found = {}
    for task in map(str, tasks):
        match = re.search(r"(kappa|margin)\D*([0-9.]+(?:e[+-]?[0-9]+)?)", task)
        if match:
            found[task] = match[1], float(match[2])
    return found


def draw(angle_law):
    """Draw p(θ) of the most and the least aligned polynomial task, with a margin task between them."""
    chosen = _three_tasks(parameters_of(angle_law["task"].values))
    if not chosen:
        raise ValueError("linear/angle_law: names no task of a known family (kappa or margin)")
    figure, axes = style.panels(len(chosen), 2, width=2.9, sharey="row")
    for (cloud, law), (letter, (task, words)) in zip(axes.T, chosen.items(), strict=True):
        _draw_points(cloud, angle_law.sel(task=task))
        _draw_task(law, angle_law.sel(task=task))
        cloud.set_title(f"Task {letter}: {words}")
    axes[0, 0].set_ylabel("across $w_*$")
    axes[0, 0].legend(loc="lower right", markerscale=2)
    axes[1, 0].legend(loc="upper right")
    axes[1, 0].set_ylabel(r"$p(\theta)$, share of points at angle $\geq\theta$")
    return figure


def _draw_points(axis, task):
    along, across = task["points"].transpose("axis", "point").values[:2]
    right = along > 0
    for side, colour, word in ((right, style.BLUE, "teacher: 1"), (~right, style.ORANGE, "teacher: 0")):
        axis.plot(along[side], across[side], "o", color=colour, ms=2, alpha=0.6, linestyle="none", label=word)
    axis.axvline(0, color=style.GREY, linestyle="--", linewidth=1)
    axis.annotate(
        "", (1.5, 0), (0, 0), arrowprops={"arrowstyle": "-|>", "color": style.INK, "linewidth": 1.5}, zorder=4
    )
    axis.annotate("$w_*$", (1.5, 0), (2, 3), textcoords="offset points", zorder=4)
    axis.set(xlim=(-3, 3), ylim=(-3, 3))
    axis.set_box_aspect(1)
    axis.set_xlabel("along $w_*$")


def _three_tasks(parameters):
    kappas = sorted((value, task) for task, (family, value) in parameters.items() if family == "kappa")
    margins = sorted((value, task) for task, (family, value) in parameters.items() if family == "margin")
    chosen = {}
    if kappas:
        chosen["A"] = kappas[-1][1], rf"aligned ($\kappa$ = {kappas[-1][0]:g})"
    if margins:
        chosen["B"] = margins[0][1], rf"with a margin ($\theta_0$ = {margins[0][0]:g}°)"
    if len(kappas) > 1:
        chosen["C"] = kappas[0][1], rf"not aligned ($\kappa$ = {kappas[0][0]:g})"
    return chosen


def _draw_task(axis, task):
    theta, exact = (task[name].values for name in ("theta", "angle_survival"))
    sampled = task["angle_survival_sampled"].isel(world=0).values
    axis.fill_between(theta, exact, color=style.BLUE, alpha=0.14, linewidth=0)
    axis.plot(theta, exact, color=style.BLUE, linewidth=2, label="exact")
    points = task.sizes["point"]
    axis.step(theta, sampled, where="post", color=style.INK, linewidth=0.8, label=f"{points} points of world 0")
    last = theta[exact > 0].max()
    axis.axvspan(last, np.pi / 2, facecolor=style.LIGHT, alpha=0.5, linewidth=0)
    # p decreases from 1, so its integral is the mean angle.
    mean = np.trapezoid(exact, theta)
    height = np.interp(mean, theta, exact)
    axis.plot(mean, height, "o", color=style.BLUE)
    sign = 1 if mean < np.pi / 3 else -1
    axis.annotate(
        f"mean angle {np.rad2deg(mean):.0f}°",
        (mean, height),
        (8 * sign, 6 * sign),
        textcoords="offset points",
        ha="left" if sign > 0 else "right",
        va="bottom" if sign > 0 else "top",
        fontsize=7.5,
    )
    axis.set_xlabel(r"angle $\theta$ to the teacher (rad)")
    axis.set_xticks([0, np.pi / 4, np.pi / 2], ["0", r"$\pi/4$", r"$\pi/2$"])
    axis.set(xlim=(0, np.pi / 2), ylim=(0, 1.02))


if __name__ == "__main__":
    run_figure(draw, FIGURE)
