"""Theorem 1: what the directly parameterised student learns, on paths of gradient descent."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import every_cell

# Relative distance at which a path counts as arrived, and share of the first loss below which losses are rounding.
_ARRIVED = 1e-6
_ROUNDING = 1e-28


@claim(
    "pl19-thm1-convergence",
    section="4.1",
    statement="With fewer points than dimensions, gradient descent from zero converges to the projection of the "
    "teacher's "
    "weights onto the data span.",
    quantity="distance to the projection, relative to its norm, at the last steps of descent in float64",
    test="every path that arrived or stopped",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
)
def _convergence(convergence):
    paths = _paths(convergence, convergence["n_train"] < convergence["dim"])
    arrived, moving = _progress(paths)
    stuck = ~arrived & ~moving
    return every_cell(stuck[arrived | stuck], _story(paths, arrived, moving), what="paths that arrived or stopped")


@claim(
    "pl19-thm1-recovery",
    section="4.1",
    statement="With at least as many points as dimensions, gradient descent from zero converges to the teacher's "
    "weights.",
    quantity="distance of the limit to the teacher, and of descent in float64 to the limit, both relative",
    test="every path that arrived or stopped",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
)
def _recovery(convergence):
    paths = _paths(convergence, convergence["n_train"] >= convergence["dim"])
    arrived, moving = _progress(paths)
    off = paths["teacher_distance"].values
    violated = (~arrived & ~moving) | (off > _ARRIVED)
    reason = f"{_story(paths, arrived, moving)}; their limit is the teacher to {np.max(off, initial=0):.1e} relative"
    return every_cell(violated[arrived | violated], reason, what="paths that arrived or stopped")


@claim(
    "pl19-thm1-loss-falls",
    section="4.1",
    statement="Along the gradient flow the distillation loss falls monotonically (eq. 8).",
    quantity="distillation loss at successive recorded steps of descent in float64, down to its rounding",
    test="every step",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
)
def _loss_falls(convergence):
    loss = convergence["loss"].sel(precision="float64").transpose("setting", "step").values
    above = loss[:, :-1] > _ROUNDING * loss[:, :1]
    ratio = (loss[:, 1:] / np.where(above, loss[:, :-1], np.nan))[above]
    reason = (
        f"from one recorded step to the next the loss falls to {ratio.max(initial=0):.2g} of itself or less, "
        f"until it is {_ROUNDING:g} of its start"
    )
    return every_cell(ratio >= 1, reason, what="steps", estimate=ratio.max(initial=0))


def _paths(convergence, chosen):
    return convergence.sel(precision="float64").isel(setting=np.flatnonzero(chosen.values))


def _progress(paths):
    """Whether each path has arrived, and whether it still came closer at the end."""
    distance = paths["relative_distance"].transpose("setting", "step").values
    return distance[:, -1] <= _ARRIVED, distance[:, -1] < distance[:, -2]


def _story(paths, arrived, moving):
    last = paths["relative_distance"].isel(step=-1).values
    story = (
        f"after {int(paths['step'].values[-1])} steps {arrived.sum()} of {arrived.size} paths (norms of the teacher "
        f"{_list(paths['teacher_norm'].values[arrived])}) lie within {np.max(last[arrived], initial=0):.1e} of the "
        "limit"
    )
    coming = ~arrived & moving
    if coming.any():
        story += (
            f"; {coming.sum()} (norms {_list(paths['teacher_norm'].values[coming])}) are still coming closer, at "
            "distance "
            f"{_list(last[coming])}, and decide nothing"
        )
    return story


def _list(values):
    return ", ".join(f"{value:.2g}" for value in values) or "none"
