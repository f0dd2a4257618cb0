"""Two-dimensional tasks with a margin and with polynomial angle distributions (PL19 Fig. 2)."""

import numpy as np

from kdtheory.figures import style
from kdtheory.figures.pl19_fig1 import parameters_of
from kdtheory.figures.registry import Figure, run_figure

FIGURE = Figure(
    reads=("linear/angle_law",),
    shows="Fig. 2",
    question="01. Data geometry: which tasks are easy?",
    caption=(
        "Points of a two-dimensional task with the teacher's weight vector (arrow) and decision boundary (line). The "
        "paper shows a task with an angular margin and polynomial tasks with κ = 1 and κ = 2. Look at the "
        "neighbourhood of the boundary: a margin leaves a wedge empty (shaded), a larger κ only thins it out."
    ),
)

CLASSES = (("0", "s", "#AA4499"), ("1", "o", "#117733"))
PAPERS_KAPPAS = (1.0, 2.0)
EXTENT = 2.6


def draw(angle_law):
    """Scatter the points of the margin task and of the polynomial tasks nearest to the paper's."""
    tasks = _papers_tasks(parameters_of(angle_law["task"].values)) or list(map(str, angle_law["task"].values))
    figure, axes = style.panels(len(tasks), width=2.9, height=3.25, sharey=True)
    for axis, task in zip(axes[0], tasks, strict=True):
        _draw_task(axis, angle_law.sel(task=task))
        axis.set_xlabel(r"input $x_1$ (along $w_*$)")
    axes[0, 0].set_ylabel(r"input $x_2$")
    style.legend_below(figure, 3)
    return figure


def _papers_tasks(parameters):
    """The widest margin, and for each κ of the paper the task whose κ is nearest."""
    margins = sorted((value, task) for task, (family, value) in parameters.items() if family == "margin")
    kappas = {task: value for task, (family, value) in parameters.items() if family == "kappa" and value > 0}
    nearest = [min(kappas, key=lambda task: abs(np.log(kappas[task] / wanted))) for wanted in PAPERS_KAPPAS if kappas]
    return [task for _, task in margins[:1]] + list(dict.fromkeys(nearest))


def _title(task):
    known = parameters_of([task])
    if task not in known:
        return task
    family, value = known[task]
    return rf"Margin, $\beta$ = {value:g}°" if family == "margin" else rf"Polynomial, $\kappa$ = {value:g}"


def _draw_task(axis, task):
    survival, theta = task["angle_survival"].values, task["theta"].values
    x, y = task["points"].transpose("axis", "point").values[:2]
    last = theta[survival > 0].max()
    if last < theta[-2]:
        # No point lies in the wedge between the margin's angle and the boundary, on either side.
        reach = 2 * EXTENT / np.tan(last)
        for side in (-1, 1):
            axis.fill(
                [0, -reach, reach], [0, 2 * side * EXTENT, 2 * side * EXTENT], color=style.LIGHT, alpha=0.5, linewidth=0
            )
    axis.axvline(0, color=style.INK, linewidth=1.2, label="decision boundary")
    for (name, marker, colour), members in zip(CLASSES, (x < 0, x >= 0), strict=True):
        axis.plot(
            x[members],
            y[members],
            marker,
            color=colour,
            ms=2.8,
            mew=0,
            alpha=0.75,
            linestyle="none",
            label=f"class {name}",
        )
    axis.annotate(
        "", (1.35, 0), (0, 0), arrowprops={"arrowstyle": "-|>", "color": style.INK, "lw": 2, "shrinkA": 0, "shrinkB": 0}
    )
    axis.text(
        1.42,
        0.0,
        r"$w_*$",
        va="center",
        fontsize=11,
        bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1},
    )
    near = np.interp(np.deg2rad(75), theta, survival)
    style.title(axis, _title(str(task["task"].values)), f"{100 * near:.1f} % of points within 15° of the boundary")
    axis.set(xlim=(-EXTENT, EXTENT), ylim=(-EXTENT, EXTENT))
    axis.set_aspect("equal")
    axis.grid(False)


if __name__ == "__main__":
    run_figure(draw, FIGURE)
