from functools import partial

from samples.imperfect import imperfect

from kdtheory.claims.registry import FAILS, UNDECIDED

# Students of later, better teachers err more, or less.
WORSE, BETTER = (0.01, 0.02, 0.03, 0.04), (0.04, 0.03, 0.02, 0.01)

TABLE = {
    "jz20-sec41-accurate-teacher": (
        partial(imperfect, soft=WORSE),
        {
            "better teachers teach better": (FAILS, partial(imperfect, soft=BETTER)),
            "no teacher is better": (UNDECIDED, partial(imperfect, soft=WORSE, teacher_error=(0.1, 0.2, 0.3, 0.4))),
            "errors × 400": (UNDECIDED, partial(imperfect, soft=WORSE, spread=0.2)),
        },
    ),
    "jz20-sec5-balance": (
        partial(imperfect, lower=(0.0, 0.02, 0.02, 0.025, 0.0)),
        {
            "hard labels pay with few points": (
                FAILS, partial(imperfect, lower=(0.0, 0.02, 0.02, 0.025, 0.0), by_size=(1.2, 1.0, 0.5)),
            ),
            "no interaction": (
                UNDECIDED, partial(imperfect, lower=(0.0, 0.02, 0.02, 0.025, 0.0), by_size=(1.0, 1.0, 1.0)),
            ),
        },
    ),
}  # fmt: skip
