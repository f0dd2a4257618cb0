from functools import partial

from samples.transfer import fed_as_soft, transfer

from kdtheory.claims.finding import NO_ORACLE
from kdtheory.claims.registry import FAILS, UNDECIDED

# Hard labels with so small a jump that the norm hardly grows, while the angle to the oracle still changes.
SMALL_JUMP = partial(transfer, oracle_growth=(0.5, 0.45, 0.04, 0.02), angle_drift=(0.1, 0.1, 0.03, 0.0))

TABLE = {
    "jz20-sec3-oracle": (
        transfer,
        {
            "the norm grows by twice the tolerance": (FAILS, partial(transfer, oracle_growth=(0.5, 0.45, 0.4, 0.1))),
            "hard labels fed as ρ = 1": (NO_ORACLE, lambda: fed_as_soft(SMALL_JUMP(), 0.9)),
            "the angle changes by twice the tolerance": (NO_ORACLE, partial(transfer, angle_drift=(0, 0, 0, 0.04))),
        },
    ),
    "jz20-sec31-online": (
        transfer,
        {
            "off by twice the tolerance": (FAILS, partial(transfer, online_off=0.04)),
            "the angle changes by twice the tolerance": (NO_ORACLE, partial(transfer, online_drift=0.04)),
        },
    ),
    "jz20-sec31-no-oracle": (
        transfer,
        {
            "one norm converges": (FAILS, partial(transfer, oracle_growth=(0.5, 0.45, 0.0, 0.02))),
            "a small jump": (UNDECIDED, SMALL_JUMP),
        },
    ),
    "ext-oracle-drift": (
        transfer,
        {
            "one ratio drifts the other way": (FAILS, partial(transfer, angle_drift=(0.01, 0.01, -0.01, 0.0))),
            "no less at ρ = 1": (FAILS, partial(transfer, angle_drift=(0.01, 0.01, 0.01, 0.02))),
        },
    ),
}
