"""Theorem 2: what deep linear students learn, and which of its conditions matter."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import every_cell

# Relative distance at which a student counts as arrived; agreement asked of laws of small steps and small starts.
_ARRIVED = 1e-6
_AGREEMENT = 0.01
_AGREEMENT_OF_SLOPES = 0.02


@claim(
    "pl19-thm2-distance",
    section="4.1",
    statement="With n < d a deep linear student from a small balanced start ends within ε of the projected teacher.",
    quantity="distance to the projection over the smallest ε that condition (11) admits, depths N ≥ 2",
    test="every trained student",
    figure="pl19_theorem2",
    reads=("linear/deep",),
)
def _distance(deep):
    deep = _deep(deep)
    trained = (deep["steps"] >= 0).values
    ratio = (deep["distance"] / deep["distance_bound"]).values[trained]
    reason = f"distance/ε from {ratio.min(initial=np.inf):.2f} to {ratio.max(initial=0):.2f}{_unfinished(trained)}"
    return every_cell(ratio > 1, reason, what="students", estimate=ratio.max(initial=0))


@claim(
    "pl19-thm2-exact-law",
    section="4.1",
    statement="The proof's eqs. 62 and 66 give the distance itself: q = q₀((‖ŵ‖² + q)/‖w(0)‖²)^((N−1)/N), q its "
    "square.",
    quantity="distance to the projection over the root of that equation, depths N ≥ 2",
    test="every trained student agrees to 1 %",
    figure="pl19_theorem2",
    reads=("linear/deep",),
)
def _exact_law(deep):
    deep = _deep(deep)
    trained = (deep["steps"] >= 0).values
    off = np.abs(deep["distance"] / deep["distance_law"] - 1).values[trained]
    reason = f"largest relative deviation {off.max(initial=0):.1e}{_unfinished(trained)}"
    reading = (
        "a consequence that the paper does not spell out; gradient descent with a finite step follows the flow closely"
    )
    return every_cell(off > _AGREEMENT, reason, what="students", estimate=off.max(initial=0), reading=reading)


@claim(
    "pl19-thm2-slope",
    section="4.1",
    statement="The smaller the start, the closer the student: the distance scales like the N-th root of the start's "
    "size.",
    quantity="slope of ln distance against ln ‖w(0)‖ for starts of at most a hundredth of the projection's norm, "
    "times N",
    test="every depth agrees to 2 %",
    figure="pl19_theorem2",
    reads=("linear/deep",),
)
def _slope(deep):
    deep = _deep(deep)
    small = deep["init_ratio"].values <= 1e-2
    slopes = {}
    for depth in deep["depth"].values:
        usable = small & (deep["steps"].sel(depth=depth) >= 0).values
        if usable.sum() >= 2:
            distance = deep["distance"].sel(depth=depth).values[usable]
            slopes[int(depth)] = depth * np.polyfit(np.log(deep["init_ratio"].values[usable]), np.log(distance), 1)[0]
    scaled = np.array(list(slopes.values()))
    reason = "slope times N: " + ", ".join(f"{slope:.4f} at N = {depth}" for depth, slope in slopes.items())
    worst = np.abs(scaled - 1).max(initial=0)
    reading = "the measured distance; the paper says it of ε in (11)"
    violated = np.abs(scaled - 1) > _AGREEMENT_OF_SLOPES
    return every_cell(violated, reason, what="depths", estimate=worst, reading=reading)


@claim(
    "pl19-thm2-recovery",
    section="4.1",
    statement="With n ≥ d a deep linear student from a small balanced start converges to the teacher's weights.",
    quantity="distance to the teacher after training, relative, depths N ≥ 2",
    test="every student",
    figure="pl19_theorem2",
    reads=("linear/deep",),
)
def _recovery(deep):
    distance = _deep(deep)["recovery_distance"].values
    reason = f"largest relative distance {distance.max(initial=0):.1e}"
    return every_cell(distance > _ARRIVED, reason, what="students", estimate=distance.max(initial=0))


@claim(
    "pl19-thm2-condition-12",
    section="4.1",
    statement="In practice, with a finite step, condition (12), an initial loss below that of w = 0, is not needed.",
    quantity="error within the data span, and distance over ε, of students that start above the loss of w = 0, N ≥ 2",
    test="every such student is trained and ends within ε",
    figure="pl19_theorem2",
    reads=("linear/deep",),
)
def _condition_12(deep):
    deep = _deep(deep)
    starts = [name for name in ("wrong_sign", "opposite") if name in deep["start"].values]
    stories, cells = [], []
    for start in starts:
        chosen = deep.sel(start=start)
        above = (chosen["initial_loss_ratio_by_start"] > 1).values
        trained = (chosen["steps_by_start"] >= 0).values
        within = (chosen["distance_by_start"] <= chosen["distance_bound"]).values
        violated = above & ~(trained & within)
        cells.append(violated[above])
        story = f"{_NAMES[start]}: {above.sum() - violated.sum()} of {above.sum()} end within ε"
        if violated.any():
            depths = ", ".join(str(depth) for depth in chosen["depth"].values[violated.any(axis=1)])
            error = chosen["span_error_by_start"].values[violated].max()
            story += f", the others (N = {depths}) stop with errors of up to {error:.2g} within the span (w = 0 has 1)"
        stories.append(story)
    return every_cell(
        np.concatenate(cells or [[]]), "; ".join(stories), what="students that start above the loss of w = 0"
    )


@claim(
    "pl19-thm2-unbalanced-convergence",
    section="4.1",
    statement="Approximate balancedness, as a small random start has it, may suffice for convergence.",
    quantity="error within the data span of students with Gaussian factors, relative, N ≥ 2",
    test="every student",
    figure="pl19_theorem2",
    reads=("linear/deep",),
)
def _unbalanced_convergence(deep):
    error = _deep(deep).sel(start="gaussian")["span_error_by_start"].values
    reason = f"largest error within the span {error.max(initial=0):.1e}"
    reading = "convergence to the training optimum, that is to the projection within the data span"
    return every_cell(error > _ARRIVED, reason, what="students", estimate=error.max(initial=0), reading=reading)


@claim(
    "pl19-thm2-unbalanced-distance",
    section="4.1",
    statement="Approximate balancedness, as a small random start has it, may suffice for results of Theorem 2's kind.",
    quantity="distance to the projection over balanced starts' ε of the same size, students with Gaussian factors, N "
    "≥ 2",
    test="every trained student",
    figure="pl19_theorem2",
    reads=("linear/deep",),
)
def _unbalanced_distance(deep):
    deep = _deep(deep).sel(start="gaussian")
    trained = (deep["steps_by_start"] >= 0).values
    ratio = (deep["distance_by_start"] / deep["distance_bound"]).values
    bounds = ratio[trained]
    largest = {int(depth): deep["distance_by_start"].sel(depth=depth).values for depth in deep["depth"].values}
    reason = (
        f"distance/ε from {bounds.min(initial=np.inf):.2f} to {bounds.max(initial=0):.2f}; the distance falls from "
        + (" and from ".join(f"{d[0]:.2g} to {d[-1]:.2g} at N = {depth}" for depth, d in largest.items()))
    )
    reading = "the theorem's ε as it stands for balanced starts"
    return every_cell(bounds > 1, reason, what="students", estimate=bounds.max(initial=0), reading=reading)


_NAMES = {
    "wrong_sign": "random directions with the wrong sign",
    "opposite": "starts exactly up the loss (a direction that no random start has)",
}


def _deep(deep):
    """The students to which Theorem 2 applies."""
    return deep.isel(depth=np.flatnonzero(deep["depth"].values >= 2))


def _unfinished(trained):
    return "" if trained.all() else f"; {(~trained).sum()} students did not finish training and decide nothing"
