"""Theorem 2: what deep linear students learn, and which of its conditions matter."""

import numpy as np

from kdtheory.claims.finding import BOUND, IDENTITY, ORDER, VALUE
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import DERIVED, ERROR_RATE, always, exact_bound, identity, in_parts, value
from kdtheory.statistics.means import mean

# Relative distance at which a student counts as arrived; agreement asked of laws of small steps and small starts.
_ARRIVED = 1e-6
_AGREEMENT = 0.01
_SMALL_START = 1e-2
_WRONG_SIGN = "random directions with the wrong sign"
_OPPOSITE = "starts exactly up the loss, a direction that no random start has"
_SETTING = ("datasets.<name>.dim", "experiments.deep.cells.<name>.hidden_width")


@claim(
    "pl19-thm2-distance",
    section="4.1",
    statement="With n < d a deep linear student from a small balanced start ends within ε of the projected teacher.",
    quantity="distance to the projection against the smallest ε that condition (11) admits, depths N ≥ 2, both over "
    "the projection's norm",
    test="every trained student; ε below that norm tells something",
    figure="pl19_theorem2",
    reads=("linear/deep",),
    kind=BOUND,
)
def _distance(deep):
    distance, bound, trained = _trained(_deep(deep))
    ratio = (distance / bound)[trained]
    reason = f"distance/ε from {ratio.min(initial=np.inf):.2f} to {ratio.max(initial=0):.2f}{_unfinished(trained)}"
    return exact_bound(np.where(trained, distance, np.nan), bound, reason=reason)


@claim(
    "pl19-thm2-exact-law",
    section="4.1",
    statement="The proof's eqs. 62 and 66 give the distance itself: q = q₀((‖ŵ‖² + q)/‖w(0)‖²)^((N−1)/N), q its "
    "square.",
    quantity="deviation of the distance to the projection from the root of that equation, relative, depths N ≥ 2",
    test="every trained student",
    figure="pl19_theorem2",
    reads=("linear/deep",),
    kind=IDENTITY,
    scope="reading",
    reading="a consequence that the paper does not spell out; the finite step of gradient descent is its rounding",
    tolerance=_AGREEMENT,
)
def _exact_law(deep):
    deep = _deep(deep)
    distance, _, trained = _trained(deep)
    law = deep["distance_law"].transpose("world", "depth", "init_ratio").values
    off = np.where(trained, np.abs(distance / law - 1), np.nan)
    return identity(
        off,
        rounding=_AGREEMENT,
        reason=f"largest relative deviation {np.nanmax(off, initial=0):.1e}{_unfinished(trained)}",
    )


@claim(
    "pl19-thm2-slope",
    section="4.1",
    statement="The smaller the start, the closer the student: the distance scales like the N-th root of the start's "
    "size.",
    quantity="slope of ln distance against ln ‖w(0)‖ for starts of at most a hundredth of the projection's norm, "
    "times N",
    test="two one-sided t-tests over worlds for each depth N ≥ 2",
    error_rate=ERROR_RATE,
    figure="pl19_theorem2",
    reads=("linear/deep",),
    kind=VALUE,
    scope="reading",
    reading="the measured distance; the paper says it of ε in (11)",
    tolerance=DERIVED,
)
def _slope(deep):
    deep = _deep(deep)
    deep = deep.isel(init_ratio=np.flatnonzero(deep["init_ratio"] <= _SMALL_START))
    distance, _, trained = _trained(deep)
    x = np.log(deep["init_ratio"].values)
    x = x - x.mean()
    slopes = np.log(np.where(trained, distance, np.nan)) @ x / (x @ x)
    scaled = mean(slopes * deep["depth"].values)
    reason = "slope times N: " + ", ".join(
        f"{slope:.4f} at N = {depth}" for depth, slope in zip(deep["depth"].values, scaled.value, strict=True)
    )
    return value(scaled, 1.0, DERIVED, reason=reason + _unfinished(trained))


@claim(
    "pl19-thm2-recovery",
    section="4.1",
    statement="With n ≥ d a deep linear student from a small balanced start converges to the teacher's weights.",
    quantity="distance to the teacher after training, relative, depths N ≥ 2",
    test="every student arrives: its distance is at most the tolerance",
    figure="pl19_theorem2",
    reads=("linear/deep",),
    kind=ORDER,
    tolerance=_ARRIVED,
)
def _recovery(deep):
    distance = _deep(deep)["recovery_distance"].values
    return always(_ARRIVED - distance, reason=f"largest relative distance {distance.max(initial=0):.1e}")


@claim(
    "pl19-thm2-condition-12",
    section="4.1",
    statement="In practice, with a finite step, condition (12), an initial loss below that of w = 0, is not needed.",
    quantity="ε less the distance to the projection, of students that start above the loss of w = 0, N ≥ 2; of those "
    "that do not arrive within the span, less their error there",
    test="every such student is trained and ends within ε",
    figure="pl19_theorem2",
    reads=("linear/deep",),
    kind=ORDER,
    parts=(_WRONG_SIGN, _OPPOSITE),
    assumes=("experiments.deep.cells.<name>.max_steps", "experiments.deep.cells.<name>.learning_rate"),
)
def _condition_12(deep):
    starts = {"wrong_sign": _WRONG_SIGN, "opposite": _OPPOSITE}
    return in_parts(
        (_WRONG_SIGN, _OPPOSITE), {name: _without_12(_deep(deep).sel(start=start)) for start, name in starts.items()}
    )


def _without_12(chosen):
    distance, bound, trained = _trained(chosen, "_by_start")
    error = chosen["span_error_by_start"].transpose("world", "depth", "init_ratio").values
    above = (chosen["initial_loss_ratio_by_start"] > 1).transpose("world", "depth", "init_ratio").values
    margins = np.where(trained, bound - distance, -error)
    within = margins[above] >= 0
    reason = f"{within.sum()} of {within.size} end within ε"
    if not within.all():
        depths = ", ".join(str(depth) for depth in chosen["depth"].values[(above & (margins < 0)).any(axis=(0, 2))])
        reason += f", the others (N = {depths}) stop with errors of up to {-margins[above].min():.2g} (w = 0 has 1)"
    return always(np.where(above, margins, np.nan), reason=reason)


@claim(
    "pl19-thm2-unbalanced-convergence",
    section="4.1",
    statement="Approximate balancedness, as a small random start has it, may suffice for convergence.",
    quantity="error within the data span of students with Gaussian factors, relative, N ≥ 2",
    test="every student arrives: its error is at most the tolerance",
    figure="pl19_theorem2",
    reads=("linear/deep",),
    kind=ORDER,
    scope="reading",
    reading="convergence to the training optimum, that is to the projection within the data span",
    tolerance=_ARRIVED,
    assumes=_SETTING,
)
def _unbalanced_convergence(deep):
    error = _deep(deep).sel(start="gaussian")["span_error_by_start"]
    late = error["depth"].values[(error > _ARRIVED).any([dim for dim in error.dims if dim != "depth"])]
    reason = f"largest error within the span {error.values.max(initial=0):.1e}"
    if late.size:
        depths = ", ".join(f"{depth}" for depth in late)
        reason += f", of a student that has not arrived when the steps end (N = {depths}; w = 0 has 1)"
    return always(_ARRIVED - error.values, reason=reason)


@claim(
    "pl19-thm2-unbalanced-distance",
    section="4.1",
    statement="Approximate balancedness, as a small random start has it, may suffice for results of Theorem 2's kind.",
    quantity="distance to the projection of students with Gaussian factors against balanced starts' ε of the same "
    "size, N ≥ 2, both over the projection's norm",
    test="every trained student; ε below that norm tells something",
    figure="pl19_theorem2",
    reads=("linear/deep",),
    kind=BOUND,
    scope="reading",
    reading="the theorem's ε as it stands for balanced starts, which the paper does not ask of others",
    assumes=_SETTING,
)
def _unbalanced_distance(deep):
    chosen = _deep(deep).sel(start="gaussian")
    distance, bound, trained = _trained(chosen, "_by_start")
    falls = " and from ".join(
        f"{worlds.max(axis=0)[0]:.2g} to {worlds.max(axis=0)[-1]:.2g} at N = {depth}"
        for depth, worlds in zip(chosen["depth"].values, distance.transpose(1, 0, 2), strict=True)
    )
    reason = f"the largest distance falls from {falls}{_unfinished(trained)}"
    return exact_bound(np.where(trained, distance, np.nan), bound, reason=reason)


def _deep(deep):
    """The students to which Theorem 2 applies."""
    return deep.isel(depth=np.flatnonzero(deep["depth"].values >= 2))


def _trained(deep, suffix=""):
    """Distance, ε and whether training reached its tolerance, each (world, depth, init_ratio)."""
    dims = ("world", "depth", "init_ratio")
    distance = deep[f"distance{suffix}"].transpose(*dims).values
    bound = deep["distance_bound"].transpose("depth", "init_ratio").values
    return distance, np.broadcast_to(bound, distance.shape), (deep[f"steps{suffix}"] >= 0).transpose(*dims).values


def _unfinished(trained):
    return "" if trained.all() else f"; {(~trained).sum()} students did not finish training and decide nothing"
