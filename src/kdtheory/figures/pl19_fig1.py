"""Three transfer tasks and the distribution of their angles to the teacher (PL19 Fig. 1)."""

import re

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("linear/angle_law",),
    shows="Fig. 1",
    question="1. Data geometry: which tasks are easy?",
    caption=(
        "The curve of each panel is p(θ) of eq. 17, the probability that a point is at least at the angle θ to the "
        "teacher's weight vector w*. The thin steps are the same probability among the drawn points. The paper sketches "
        "three tasks: A, aligned with the teacher, so p falls fast; B, aligned and with a margin, so p reaches zero "
        "before the decision boundary at θ = π/2; C, crowded along the boundary, so p falls slowly. Compare how much "
        "area lies under each curve: the less, the sooner a student learns (Theorem 3). The tasks here are members of "
        "the families of Corollaries 1 and 2; each panel's number is computed from the exact curve. The margin task is "
        "B by its margin alone; it need not be better aligned than C away from the boundary."
    ),
)

COLOURS = {"A": style.BLUE, "B": style.GREEN, "C": style.RED}


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
    figure, axes = style.panels(len(chosen), width=2.9, sharey=True)
    theta = angle_law["theta"].values
    for axis, (letter, (task, words)) in zip(axes[0], chosen.items(), strict=True):
        exact = angle_law["angle_survival"].sel(task=task).values
        sampled = angle_law["angle_survival_sampled"].sel(task=task).values
        axis.fill_between(theta, exact, color=COLOURS[letter], alpha=0.14, linewidth=0)
        axis.plot(theta, exact, color=COLOURS[letter], linewidth=2, label="exact")
        points = angle_law.sizes["point"]
        axis.step(theta, sampled, where="post", color=style.INK, linewidth=0.8, label=f"{points} drawn points")
        axis.set_title(f"Task {letter}: {words}")
        axis.set_xlabel(r"angle $\theta$ to the teacher (rad)")
        axis.set_xticks([0, np.pi / 4, np.pi / 2], ["0", r"$\pi/4$", r"$\pi/2$"])
        axis.set_xlim(0, np.pi / 2)
        axis.set_ylim(0, 1.02)
        # p is decreasing from 1, so its integral is the mean angle.
        mean = np.rad2deg(np.trapezoid(exact, theta))
        axis.legend(loc="lower left" if mean > 55 else "upper right")
        axis.annotate(
            f"mean angle {mean:.0f}°",
            (np.deg2rad(mean), np.interp(np.deg2rad(mean), theta, exact)),
            xytext=(-6, -6) if mean > 55 else (8, 6),
            ha="right" if mean > 55 else "left",
            va="top" if mean > 55 else "bottom",
            textcoords="offset points",
            fontsize=7.5,
        )
        axis.plot(np.deg2rad(mean), np.interp(np.deg2rad(mean), theta, exact), "o", color=COLOURS[letter])
        if task in _with_margin(angle_law):
            edge = theta[np.argmax(exact == 0)]
            axis.axvspan(edge, np.pi / 2, facecolor=style.LIGHT, alpha=0.5, linewidth=0)
    axes[0, 0].set_ylabel(r"$p(\theta)$, share of points at angle $\geq\theta$")
    return figure


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


def _with_margin(angle_law):
    """Tasks without any point within some angle of the boundary."""
    before_last = angle_law["angle_survival"].isel(theta=-2)
    return list(angle_law["task"].values[before_last.values == 0])


if __name__ == "__main__":
    run_figure(draw, FIGURE)
