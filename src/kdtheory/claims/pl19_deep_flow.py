"""Appendices C and D: the flow of deep linear students, what it conserves, and the angle of an approximate student."""

import numpy as np

from kdtheory.claims.finding import BOUND, IDENTITY
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import exact_bound, identity

_FINITE_STEP = "gradient descent with a finite step follows the flow closely"
_ROUNDING = 1e-9
_EXACT = 1e-8
_FINITE = 0.01


@claim(
    "pl19-eq56-induced-flow",
    section="C",
    statement="From a balanced start the end-to-end weights move by eq. 56 (Lemma C.1).",
    quantity="deviation of eq. 56 from the end-to-end velocity of gradient flow on the factors, relative, at the "
    "start, N ≥ 2",
    test="every start",
    figure="pl19_theorem2",
    reads=("linear/deep",),
    kind=IDENTITY,
    reading="at the start, where the factors are balanced to rounding; the lemma says it of all times",
    tolerance=_EXACT,
)
def _induced_flow(deep):
    off = _deep(deep)["flow_error"].values
    return identity(off, rounding=_EXACT, reason=f"largest relative deviation {off.max(initial=0):.1e}")


@claim(
    "pl19-eq66-conservation",
    section="C",
    statement="Along the path the part of the weights off the data span grows as the power (N − 1)/N of their norm "
    "(eq. 66).",
    quantity="deviation of the part off the span from that law, relative, at every recorded step, N ≥ 2",
    test="every step",
    figure="pl19_theorem2",
    reads=("linear/deep",),
    kind=IDENTITY,
    reading=f"{_FINITE_STEP}: the step is the rounding",
    tolerance=_FINITE,
)
def _conservation(deep):
    path = _deep(deep)
    off = (path["path_off_span"] / path["path_off_span_law"] - 1).values
    return identity(off, rounding=_FINITE, reason=f"largest relative deviation {np.nanmax(np.abs(off)):.1e}")


@claim(
    "pl19-eq67-off-span",
    section="C",
    statement="Along the path the squared share of the weights off the data span is at most (‖w(0)‖/‖w(t)‖)^(2/N) "
    "(eq. 67).",
    quantity="that share against its bound, at every recorded step, N ≥ 2",
    test="every step; a bound below 1 tells something",
    figure="pl19_theorem2",
    reads=("linear/deep",),
    kind=BOUND,
    reading=_FINITE_STEP,
)
def _off_span(deep):
    path = _deep(deep)
    share = (path["path_off_span"] / path["path_norm"]) ** 2
    bound = (path["path_norm"].isel(step=0, drop=True) / path["path_norm"]) ** (2 / path["depth"])
    # The bound of the first steps is 1, to the rounding of a norm.
    bound = bound.where(bound < 1 - _ROUNDING, 1.0)
    return exact_bound(share.values, bound.transpose(*share.dims).values, rounding=_ROUNDING)


@claim(
    "pl19-eq73-norm",
    section="C",
    statement="In the limit the weights are no longer than ‖ŵ‖(1 − (‖w(0)‖/‖ŵ‖)^(2/N))^(−N/(2(N−1))) (eq. 73).",
    quantity="norm after training against that bound, both over ‖ŵ‖, N ≥ 2",
    test="every trained student",
    figure="pl19_theorem2",
    reads=("linear/deep",),
    kind=BOUND,
)
def _norm(deep):
    path = _deep(deep)
    norm = path["path_norm"].isel(step=-1).where(path["steps"] >= 0)
    bound = path["path_norm_bound"].broadcast_like(norm).transpose(*norm.dims)
    return exact_bound(norm.values, bound.values, informative=True, rounding=_ROUNDING)


@claim(
    "pl19-lemmad1-angle",
    section="D",
    statement="A student at distance ε ≤ ‖ŵ‖/2 from the projected teacher ŵ is at an angle of at most √(2πε/‖ŵ‖) to it "
    "(Lemma D.1).",
    quantity="angle between student and projection against that bound, with the measured distance as ε, every depth "
    "and start",
    test="every student within half of the projection's norm; a bound below π tells something",
    figure="pl19_theorem2",
    reads=("linear/deep",),
    kind=BOUND,
)
def _angle(deep):
    distance = deep["distance_by_start"]
    close = distance <= 0.5
    angle = deep["angle_by_start"].transpose(*distance.dims).where(close).values
    bound = np.sqrt(2 * np.pi * distance.values)
    promised = deep["distance_bound"].isel(depth=_depths(deep)) <= 0.5
    reason = (
        f"Theorem 2 itself promises ε ≤ ‖ŵ‖/2 in {int(promised.sum())} of {promised.size} settings "
        "(‖w(0)‖/‖ŵ‖ ≤ 5^(−N/2))"
    )
    return exact_bound(angle, bound, informative=bound < np.pi, reason=reason)


def _depths(deep):
    """Indices of the depths for which the flow differs from that of a linear student."""
    return np.flatnonzero(deep["depth"].values >= 2)


def _deep(deep):
    return deep.isel(depth=_depths(deep))
