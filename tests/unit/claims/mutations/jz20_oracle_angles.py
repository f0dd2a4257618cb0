from functools import partial

from samples.transfer import transfer

from kdtheory.claims.finding import NO_ORACLE, NOT_EQUAL
from kdtheory.claims.registry import FAILS, IN_PART, UNDECIDED

DRIFTING = partial(transfer, angle_drift=(0.04, 0.04, 0.04, 0.0))
LEVELS = {"angle_drift": (0.0, 0.0, 0.0, 0.0)}

TABLE = {
    "jz20-fig2-p-linear": (
        transfer,
        {
            "a gap of twice the tolerance": (IN_PART, partial(transfer, gap=0.2)),
            "an exponent off by twice the tolerance": (IN_PART, partial(transfer, p_exponent=1.2)),
            "an exponent that changes": (IN_PART, partial(transfer, p_bent=0.05)),
        },
    ),
    "jz20-fig2-p-nonmonotone-somewhere": (
        transfer,
        {
            "all one way": (FAILS, partial(transfer, mean_angles=(1.5, 1.45, 1.4, 1.35))),
            "all equal": (UNDECIDED, partial(transfer, mean_angles=(1.4, 1.4, 1.4, 1.4))),
        },
    ),
    "jz20-fig2-p-nonmonotone": (
        transfer,
        {"all one way": (FAILS, partial(transfer, mean_angles=(1.5, 1.45, 1.4, 1.35)))},
    ),
    "jz20-fig2-angle-decreases": (transfer, {"one step rises": (NOT_EQUAL, partial(transfer, rise=0.5))}),
    "jz20-fig2-angle-decreases-independent": (
        partial(transfer, **LEVELS),
        {"one step rises": (FAILS, partial(transfer, rise=0.5, **LEVELS)), "no oracle": (NO_ORACLE, DRIFTING)},
    ),
    "jz20-fig2-angle-fastest": (
        partial(transfer, **LEVELS),
        {
            "one mix is faster": (FAILS, partial(transfer, angle_rates=(0.05, 0.1, 0.4, 0.2), **LEVELS)),
            "no oracle": (NO_ORACLE, DRIFTING),
        },
    ),
    "jz20-fig2-angle-ordered": (
        partial(transfer, **LEVELS),
        {
            "order reversed": (FAILS, partial(transfer, angle_rates=(0.4, 0.2, 0.1, 0.05), **LEVELS)),
            "two ratios exchanged": (FAILS, partial(transfer, angle_rates=(0.1, 0.05, 0.2, 0.4), **LEVELS)),
            "no oracle": (NO_ORACLE, DRIFTING),
        },
    ),
}
