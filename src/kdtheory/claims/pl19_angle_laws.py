"""Section 4.2's geometry: the law p(θ) of the angle between data and teacher (Fig. 1 and 2)."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import every_cell

_ERROR_RATE = 1e-3


@claim(
    "pl19-fig1-angle-laws",
    section="4.2",
    statement="p(θ) falls from 1 at θ = 0 to 0 at θ = π/2; with a margin, and only then, it is 0 before.",
    quantity="p(θ) of the polynomial and margin tasks on a grid of angles",
    test="every task",
    figure="pl19_fig1",
    reads=("linear/angle_law",),
)
def _angle_laws(angle_law):
    survival = angle_law["angle_survival"].transpose("task", "theta").values
    margin = np.array([str(name).startswith("margin") for name in angle_law["task"].values])
    ends = (np.abs(survival[:, 0] - 1) <= 1e-12) & (np.abs(survival[:, -1]) <= 1e-12)
    falls = (np.diff(survival, axis=1) <= 1e-12).all(axis=1)
    empty = survival[:, -2] == 0
    last = ", ".join(
        f"{value:.2g} ({name})" for name, value in zip(angle_law["task"].values, survival[:, -2], strict=True)
    )
    reason = f"p at the last angle before π/2: {last}"
    return every_cell(~(ends & falls & (empty == margin)), reason, what="tasks")


@claim(
    "pl19-fig2-points",
    section="4.2",
    statement="The tasks' points have these angle laws.",
    quantity="largest distance between p(θ) and its empirical counterpart",
    test="Kolmogorov–Smirnov, Bonferroni over tasks",
    error_rate=_ERROR_RATE,
    figure="pl19_fig2",
    reads=("linear/angle_law",),
)
def _points(angle_law):
    from scipy.special import kolmogi

    distance = np.abs(angle_law["angle_survival_sampled"] - angle_law["angle_survival"]).max("theta").values
    points = angle_law.sizes["point"]
    critical = float(kolmogi(_ERROR_RATE / distance.size) / np.sqrt(points))
    reason = f"largest distance {distance.max():.3f}, critical {critical:.3f}, {points} points a task"
    return every_cell(distance > critical, reason, what="tasks", estimate=distance.max())
