from functools import partial

from samples.stopping import stopping

from kdtheory.claims.registry import FAILS, UNDECIDED

TABLE = {
    "jz20-sec31-easy-tasks": (
        stopping,
        {
            "two epochs exchanged": (FAILS, partial(stopping, (0.8, 0.4, 0.6, 0.2))),
            "order reversed": (FAILS, partial(stopping, (0.2, 0.4, 0.6, 0.8))),
            "worlds that differ much": (UNDECIDED, partial(stopping, noise=0.3)),
        },
    ),
    "jz20-sec31-easy-tasks-ends": (
        partial(stopping, (0.8, 0.4, 0.6, 0.2)),
        {"order reversed": (FAILS, partial(stopping, (0.2, 0.4, 0.6, 0.8)))},
    ),
}
