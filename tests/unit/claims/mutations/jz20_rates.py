from functools import partial

from samples.transfer import transfer

from kdtheory.claims.finding import NO_ORACLE
from kdtheory.claims.registry import FAILS

HALF = {"decay": 0.6, "angle_rates": (0.1, 0.1, 0.1, 0.3), "rates": (0.1, 0.2, 0.25, 0.3)}

TABLE = {
    "jz20-sec31-angle-rate": (
        partial(transfer, **HALF),
        {
            "steeper by twice the tolerance": (
                FAILS,
                partial(transfer, **HALF | {"angle_rates": (0.1, 0.1, 0.1, 0.4)}),
            ),
            "flatter by twice the tolerance": (
                FAILS,
                partial(transfer, **HALF | {"angle_rates": (0.1, 0.1, 0.1, 0.2)}),
            ),
            "no oracle": (NO_ORACLE, partial(transfer, **HALF, angle_drift=(0, 0, 0, 0.04))),
        },
    ),
    "jz20-sec31-risk-rate": (transfer, {"slower": (FAILS, partial(transfer, rates=(0.1, 0.1, 0.1, 0.2)))}),
    "jz20-sec31-explains": (
        partial(transfer, **HALF),
        {
            "risk steeper by twice the tolerance": (
                FAILS,
                partial(transfer, **HALF | {"rates": (0.1, 0.2, 0.25, 0.4)}),
            ),
            "no oracle": (NO_ORACLE, partial(transfer, **HALF, angle_drift=(0, 0, 0, 0.04))),
        },
    ),
    "ext-classical-rate": (partial(transfer, decay=1.2), {"slower": (FAILS, partial(transfer, decay=0.8))}),
}
