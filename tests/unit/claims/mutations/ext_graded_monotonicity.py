from functools import partial

from samples.linear import monotonicity

from kdtheory.claims.registry import FAILS, UNDECIDED


def with_decay(change):
    """Return a group whose graded index is another function of itself and of the learners' risks."""
    group = monotonicity()
    group["angle_decay"] = change(group["angle_decay"], group["risk"])
    return group


TABLE = {
    "ext-graded-monotonicity": (
        monotonicity,
        {
            "the sign turned": (FAILS, partial(with_decay, lambda decay, risk: 0.3 - decay)),
            "learners out of order": (
                UNDECIDED,
                partial(with_decay, lambda decay, risk: decay.roll(learner=3, roll_coords=False)),
            ),
        },
    ),
    "ext-graded-monotonicity-sharper": (
        monotonicity,
        {
            "the sign turned": (FAILS, partial(with_decay, lambda decay, risk: 0.3 - decay)),
            "the order of learners lost": (
                FAILS,
                partial(with_decay, lambda decay, risk: decay.roll(learner=2, roll_coords=False)),
            ),
        },
    ),
}
