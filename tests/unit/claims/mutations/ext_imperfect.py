from functools import partial

from samples.imperfect import imperfect

from kdtheory.claims.registry import FAILS, UNDECIDED

TABLE = {
    "ext-good-teacher-sizes": (
        imperfect,
        {
            "more with few points": (FAILS, partial(imperfect, by_size=(1.2, 1.0, 0.5))),
            "errors × 40": (UNDECIDED, partial(imperfect, spread=0.02)),
        },
    ),
}
