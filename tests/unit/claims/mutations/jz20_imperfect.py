from functools import partial

from samples.imperfect import imperfect

from kdtheory.claims.registry import FAILS, IN_PART, UNDECIDED

# Errors at ρ = 0, 0.5, 0.9, 0.95 and 1 below the same number.
SOFT_IS_BEST = partial(imperfect, lower=(0.0, 0.0, 0.0, 0.0, 0.1))
EXTREMES = partial(imperfect, lower=(-0.1, -0.1, 0.0, 0.0, 0.1))
HALF_IS_BEST = partial(imperfect, lower=(0.0, 0.05, 0.02, 0.025, 0.0))
NOISY = partial(imperfect, spread=0.2)

TABLE = {
    "jz20-fig5-poor-teacher": (
        imperfect,
        {
            "soft labels alone are best": (FAILS, SOFT_IS_BEST),
            "no teacher is worse": (UNDECIDED, partial(imperfect, teacher_error=(0.02, 0.01, 0.01, 0.005))),
            "errors × 400": (UNDECIDED, NOISY),
        },
    ),
    "jz20-fig5-good-teacher": (
        imperfect,
        {
            "soft labels alone are best": (FAILS, SOFT_IS_BEST),
            "no teacher is better": (UNDECIDED, partial(imperfect, teacher_error=(0.4, 0.3, 0.3, 0.2))),
            "errors × 400": (UNDECIDED, NOISY),
        },
    ),
    "jz20-fig5-little": (
        imperfect,
        {
            "soft labels alone are best": (IN_PART, EXTREMES),
            "half is better": (IN_PART, HALF_IS_BEST),
            "errors × 400": (UNDECIDED, NOISY),
        },
    ),
    "jz20-fig5-minority": (
        imperfect,
        {
            "soft labels alone are best": (IN_PART, EXTREMES),
            "half is better": (IN_PART, HALF_IS_BEST),
            "errors × 400": (UNDECIDED, NOISY),
        },
    ),
}
