"""Appendices C and D: the flow of deep linear students, what it conserves, and the angle of an approximate student."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import every_cell

_FINITE_STEP = "gradient descent with a finite step follows the flow closely"


@claim(
    "pl19-eq56-induced-flow",
    section="C",
    statement="From a balanced start the end-to-end weights move by eq. 56 (Lemma C.1).",
    quantity="deviation of eq. 56 from the end-to-end velocity of gradient flow on the factors, relative, at the "
    "start, N ≥ 2",
    test="every start",
    figure="pl19_theorem2",
    reads=("linear/deep",),
)
def _induced_flow(deep):
    error = deep["flow_error"].isel(depth=_deep(deep)).values
    return every_cell(
        error > 1e-8, f"largest relative deviation {error.max():.1e}", what="starts", estimate=error.max()
    )


@claim(
    "pl19-eq66-conservation",
    section="C",
    statement="Along the path the part of the weights off the data span grows as the power (N − 1)/N of their norm "
    "(eq. 66).",
    quantity="part off the span over that law, at every recorded step, N ≥ 2",
    test="every step agrees to 1 %",
    figure="pl19_theorem2",
    reads=("linear/deep",),
)
def _conservation(deep):
    path = deep.isel(depth=_deep(deep))
    off = np.abs(path["path_off_span"] / path["path_off_span_law"] - 1).values
    reason = f"largest relative deviation {np.nanmax(off):.1e}"
    return every_cell(off[np.isfinite(off)] > 0.01, reason, what="steps", estimate=np.nanmax(off), reading=_FINITE_STEP)


@claim(
    "pl19-eq67-off-span",
    section="C",
    statement="Along the path the squared share of the weights off the data span is at most (‖w(0)‖/‖w(t)‖)^(2/N) "
    "(eq. 67).",
    quantity="that share over its bound, at every recorded step, N ≥ 2",
    test="every step",
    figure="pl19_theorem2",
    reads=("linear/deep",),
)
def _off_span(deep):
    path = deep.isel(depth=_deep(deep))
    share = (path["path_off_span"] / path["path_norm"]) ** 2
    bound = (path["path_norm"].isel(step=0) / path["path_norm"]) ** (2 / path["depth"])
    ratio = (share / bound).values
    worst = np.nanmax(ratio)
    reason = f"share over bound at most {worst:.3f}"
    return every_cell(ratio[np.isfinite(ratio)] > 1 + 1e-9, reason, what="steps", estimate=worst, reading=_FINITE_STEP)


@claim(
    "pl19-eq73-norm",
    section="C",
    statement="In the limit the weights are no longer than ‖ŵ‖(1 − (‖w(0)‖/‖ŵ‖)^(2/N))^(−N/(2(N−1))) (eq. 73).",
    quantity="norm after training over that bound, N ≥ 2",
    test="every trained student",
    figure="pl19_theorem2",
    reads=("linear/deep",),
)
def _norm(deep):
    path = deep.isel(depth=_deep(deep))
    trained = (path["steps"] >= 0).values
    ratio = (path["path_norm"].isel(step=-1) / path["path_norm_bound"]).values[trained]
    worst = ratio.max(initial=0)
    reason = f"norm over bound from {ratio.min(initial=np.inf):.3f} to {worst:.3f}"
    return every_cell(ratio > 1 + 1e-9, reason, what="students", estimate=worst)


@claim(
    "pl19-lemmad1-angle",
    section="D",
    statement="A student at distance ε ≤ ‖ŵ‖/2 from the projected teacher ŵ is at an angle of at most √(2πε/‖ŵ‖) to it "
    "(Lemma D.1).",
    quantity="angle between student and projection over that bound, with the measured distance as ε, every depth and "
    "start",
    test="every student within half of the projection's norm",
    figure="pl19_theorem2",
    reads=("linear/deep",),
)
def _angle(deep):
    distance, angle = deep["distance_by_start"].values, deep["angle_by_start"].values
    close = distance <= 0.5
    ratio = angle[close] / np.sqrt(2 * np.pi * distance[close])
    promised = deep["distance_bound"].isel(depth=_deep(deep)) <= 0.5
    reason = (
        f"angle over bound at most {ratio.max(initial=0):.3f}; Theorem 2 itself promises ε ≤ ‖ŵ‖/2 in "
        f"{int(promised.sum())} of "
        f"{promised.size} settings (‖w(0)‖/‖ŵ‖ ≤ 5^(−N/2))"
    )
    return every_cell(ratio > 1, reason, what="students", estimate=ratio.max(initial=0))


def _deep(deep):
    """Indices of the depths for which the flow differs from that of a linear student."""
    return np.flatnonzero(deep["depth"].values >= 2)
