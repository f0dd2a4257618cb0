from functools import partial

from samples.imperfect import imperfect

from kdtheory.claims.registry import FAILS, UNDECIDED

SIZES = {
    "more with few points": (FAILS, partial(imperfect, by_size=(1.2, 1.0, 0.5))),
    "errors × 40": (UNDECIDED, partial(imperfect, spread=0.02)),
}

TABLE = {
    "ext-good-teacher-sizes": (imperfect, SIZES),
    "ext-late-teacher": (
        imperfect,
        {
            "soft labels alone are best": (FAILS, partial(imperfect, lower=(0.0, 0.0, 0.0, 0.0, 0.1))),
            "errors × 400": (UNDECIDED, partial(imperfect, spread=0.2)),
        },
    ),
    "ext-late-teacher-sizes": (imperfect, SIZES),
}
