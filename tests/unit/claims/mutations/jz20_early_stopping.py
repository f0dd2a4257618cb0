from functools import partial

from samples.example import example
from samples.imperfect import imperfect
from samples.stopping import stopping

from kdtheory.claims.registry import FAILS, UNDECIDED

TABLE = {
    "jz20-fig4-logit-scale": (
        example,
        {
            "one step back": (FAILS, partial(example, scale=(1, 3, 2, 8))),
            "worlds that differ much": (UNDECIDED, partial(example, spread=1.0)),
        },
    ),
    "jz20-fig4-logit-detail": (example, {"one step back": (FAILS, partial(example, slope=(1, 3, 2, 8)))}),
    "jz20-fig4-boundary-detail": (
        example,
        {
            "order reversed": (FAILS, partial(example, boundaries=(5, 3, 1, 1))),
            "no change": (UNDECIDED, partial(example, boundaries=(5, 5, 5, 5))),
        },
    ),
    "jz20-sec41-boundary-error": (
        imperfect,
        {"two epochs exchanged": (FAILS, partial(imperfect, teacher_error=(0.2, 0.3, 0.01, 0.005)))},
    ),
    "jz20-sec41-boundary-error-ends": (
        partial(imperfect, teacher_error=(0.2, 0.3, 0.01, 0.005)),
        {"order reversed": (FAILS, partial(imperfect, teacher_error=(0.005, 0.01, 0.2, 0.3)))},
    ),
    "jz20-fig4-stopping": (
        stopping,
        {
            "two epochs exchanged": (FAILS, partial(stopping, (0.8, 0.4, 0.6, 0.2))),
            "worlds that differ much": (UNDECIDED, partial(stopping, noise=0.3)),
        },
    ),
    "jz20-fig4-stopping-ends": (
        partial(stopping, (0.8, 0.4, 0.6, 0.2)),
        {"order reversed": (FAILS, partial(stopping, (0.2, 0.4, 0.6, 0.8)))},
    ),
}
