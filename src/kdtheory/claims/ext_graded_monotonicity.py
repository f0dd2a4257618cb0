"""Our own result: by how much an added point helps, beside whether it helps (the outlook of PL19 Sec. 5.3)."""

import numpy as np

from kdtheory.claims.finding import ORDER
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, beyond, order
from kdtheory.statistics.correlations import correlations_of_means_by_world, with_spread_over_items
from kdtheory.statistics.jackknife import pooled

_INDEX = "E[ln α(X_n) − ln α(X_{n+1})] with the acute angle α to the teacher"
_READS = {
    "section": "5.3",
    "figure": "ext_strong_monotonicity",
    "reads": ("linear/monotonicity",),
    "error_rate": ERROR_RATE,
    "scope": "ours",
    "kind": ORDER,
    "assumes": ("experiments.monotonicity.cells.chains.hard_target_steps",),
}


@claim(
    "ext-graded-monotonicity",
    statement="Across learners, the graded monotonicity index, by how much an added point turns the student to its "
    "teacher, and the expected transfer risk are negatively correlated.",
    quantity=f"Fisher's z of the correlation of mean risk and graded index, {_INDEX}, over the learners of Fig. 5",
    test="one-sided t-test that it is below 0, with the spread over worlds, by the jackknife, and over other learners "
    "of the kind, 1/(learners − 3)",
    reading="learners are a sample; q drawn afresh when a point is added",
    **_READS,
)
def _graded(monotonicity):
    chosen = _without_limit(monotonicity)
    found = pooled(_draws(chosen, "angle_decay"))
    z = with_spread_over_items(found, chosen.sizes["learner"])
    low, high = np.tanh(z.interval(1 - 2 * ERROR_RATE))
    same, every, binary, of_risk = (
        float(pooled(_draws(group, index)).value)
        for group, index in (
            (chosen, "angle_decay_same_q"), (monotonicity, "angle_decay"), (chosen, "improved"), (chosen, "risk_decay"),
        )
    )  # fmt: skip
    reason = (
        f"r = {float(found.value):.2f} over {chosen.sizes['learner']} learners, 90 % interval {low:.2f} to {high:.2f} "
        f"({float(found.standard_error):.2g} standard error over worlds alone); with the same q before and after "
        f"r = {same:.2f}; with the max-margin learner r = {every:.2f}; by the fall of ln risk r = {of_risk:.2f}; "
        f"of the binary index r = {binary:.2f}"
    )
    return beyond(z[None], below=0.0, reason=reason)


@claim(
    "ext-graded-monotonicity-sharper",
    statement="The graded index tells a learner's risk better than the binary one: their correlation is more negative, "
    "whichever learner is left out.",
    quantity="correlation with mean risk of the binary index less that of the graded one, with each learner left out",
    test="one-sided t-test of the jackknife over worlds for each set of learners",
    **_READS,
)
def _sharper(monotonicity):
    chosen = _without_limit(monotonicity)
    names = chosen["learner"].values.tolist()
    gains = [
        _draws(rest, "improved") - _draws(rest, "angle_decay")
        for rest in (chosen.drop_sel(learner=name) for name in names)
    ]
    graded, binary = (float(pooled(_draws(chosen, index)).value) for index in ("angle_decay", "improved"))
    return order(pooled(np.stack(gains, axis=1)), reason=f"r = {graded:.3f} and {binary:.3f} over all {len(names)}")


def _without_limit(monotonicity):
    return monotonicity.sel(learner=[name for name in monotonicity["learner"].values if name != "hard_target_margin"])


def _draws(monotonicity, index):
    """Draws of the correlation over learners of the two means over worlds."""
    pair = (monotonicity[name].transpose("world", "learner").values for name in (index, "risk"))
    return correlations_of_means_by_world(*pair)
