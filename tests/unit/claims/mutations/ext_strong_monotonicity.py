from functools import partial

from samples.design import growth, kernel_design
from samples.linear import monotonicity

from kdtheory.claims.finding import NOT_EQUAL
from kdtheory.claims.registry import FAILS, UNDECIDED


def both(rises=0.4):
    return kernel_design(), growth(rises=rises)


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
    "ext-kernel-angle-monotone": (
        kernel_design,
        {"one wider angle by twice the rounding": (NOT_EQUAL, partial(kernel_design, widened=2e-8))},
    ),
    "ext-kernel-risk-rises": (
        kernel_design,
        {
            "the risk never rises": (FAILS, partial(kernel_design, confirmed=-1e-4)),
            "nothing is confirmed": (UNDECIDED, partial(kernel_design, confirmed=0.0)),
        },
    ),
    "ext-network-risk-rises": (growth, {"the risk never rises": (FAILS, partial(growth, confirmed=-1e-4))}),
    "ext-network-less-monotone": (
        both,
        {
            "networks rise less often": (FAILS, partial(both, rises=0.1)),
            "as often": (UNDECIDED, partial(both, rises=0.2)),
        },
    ),
}
