from functools import partial

from samples.design import growth, kernel_design

from kdtheory.claims.finding import NOT_EQUAL
from kdtheory.claims.registry import FAILS, UNDECIDED


def both(rises=0.4):
    return kernel_design(), growth(rises=rises)


TABLE = {
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
