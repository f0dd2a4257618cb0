"""Theorem 1: what the directly parameterised student learns, by gradient flow and by gradient descent."""

import numpy as np

from kdtheory.claims.finding import IDENTITY, ORDER
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import always, identity

# Relative distance at which a path counts as arrived, and share of the first loss below which losses are rounding.
_ARRIVED = 1e-6
_ROUNDING = 1e-28
_FLOW = "gradient flow, as in the theorem, followed by an implicit solver until a time that is fixed beforehand"


@claim(
    "pl19-thm1-convergence",
    section="4.1",
    statement="With fewer points than dimensions, gradient flow from zero converges to the projection of the "
    "teacher's weights onto the data span.",
    quantity="distance of the flow's end to the projection, relative to its norm",
    test="every path arrives: its distance is at most the tolerance",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
    kind=ORDER,
    reading=_FLOW,
    tolerance=_ARRIVED,
)
def _convergence(convergence):
    paths = _paths(convergence, convergence["n_train"] < convergence["dim"])
    return always(_ARRIVED - paths["flow_distance"].values, reason=_story(paths))


@claim(
    "pl19-thm1-recovery",
    section="4.1",
    statement="With at least as many points as dimensions, gradient flow from zero converges to the teacher's weights.",
    quantity="the larger of two relative distances: of the flow's end to the limit, and of the limit to the teacher",
    test="every path arrives: both distances are at most the tolerance",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
    kind=ORDER,
    reading=_FLOW,
    tolerance=_ARRIVED,
)
def _recovery(convergence):
    paths = _paths(convergence, convergence["n_train"] >= convergence["dim"])
    off = np.maximum(paths["flow_distance"], paths["teacher_distance"])
    reason = f"{_story(paths)}; the limit is the teacher to {paths['teacher_distance'].values.max(initial=0):.1e}"
    return always(_ARRIVED - off.values, reason=reason)


@claim(
    "pl19-thm1-loss-falls",
    section="4.1",
    statement="Along the gradient flow the distillation loss falls monotonically (eq. 8).",
    quantity="rise of the distillation loss at successive recorded steps of descent in float64, relative, down to "
    "rounding",
    test="every step",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
    kind=IDENTITY,
    reading="descent with the step 1/L, which cannot raise the loss",
    tolerance=1e-12,
)
def _loss_falls(convergence):
    loss = convergence["loss"].sel(precision="float64").transpose("setting", "world", "step").values
    above = loss[..., :-1] > _ROUNDING * loss[..., :1]
    ratio = loss[..., 1:] / np.where(above, loss[..., :-1], np.nan)
    reason = (
        f"from one recorded step to the next the loss falls to {np.nanmax(ratio):.2g} of itself or less, "
        f"until it is {_ROUNDING:g} of its start"
    )
    return identity(np.where(above, np.maximum(ratio - 1, 0.0), np.nan), reason=reason)


def _paths(convergence, chosen):
    return convergence.isel(setting=np.flatnonzero(chosen.values))


def _story(paths):
    descent = paths["relative_distance"].sel(precision="float64").isel(step=-1)
    late = sorted(set(paths["teacher_norm"].values[(descent > _ARRIVED).any("world").values]))
    story = (
        f"the flow ends within {paths['flow_distance'].values.max(initial=0):.1e} of the limit on "
        f"{paths['flow_distance'].size} paths; after {int(paths['step'].values[-1])} steps of descent "
        f"{int((descent <= _ARRIVED).sum())} of them lie within {_ARRIVED:g}"
    )
    return story + (f", not all of the norms {', '.join(f'{norm:g}' for norm in late)}" if late else "")
