from functools import partial

from samples.difficulty import difficulty

from kdtheory.claims.registry import FAILS, IN_PART, UNDECIDED

REVERSED = partial(difficulty, (0.2, 0.1, 0.05))
TWO_DIMENSIONS = (UNDECIDED, partial(difficulty, dims=[2, 3]))

TABLE = {
    "jz20-fig3-decreasing-sweep": (
        difficulty,
        {"rising": (FAILS, partial(difficulty, fall=-0.1)), "two dimensions": TWO_DIMENSIONS},
    ),
    "jz20-fig3-modes-sweep": (difficulty, {"order reversed": (FAILS, REVERSED), "two dimensions": TWO_DIMENSIONS}),
    "jz20-fig3-modes-sweep-ordered": (
        difficulty,
        {
            "two numbers exchanged": (FAILS, partial(difficulty, (0.1, 0.05, 0.2))),
            "worlds that differ much": (UNDECIDED, partial(difficulty, noise=0.2)),
        },
    ),
    "jz20-fig3-flips-sweep": (difficulty, {"one share is easier": (FAILS, partial(difficulty, few_flips=0.0))}),
    "jz20-fig3-flip-plateau-sweep": (
        partial(difficulty, half=0.8),
        {
            "as the spectrum predicts": (IN_PART, difficulty),
            "lower by twice the tolerance": (FAILS, partial(difficulty, half=0.6)),
            "errors × 100": (UNDECIDED, partial(difficulty, half=0.8, noise=0.4)),
        },
    ),
    "ext-flip-plateau-sweep": (
        difficulty,
        {
            "0.8 in every dimension": (FAILS, partial(difficulty, half=0.9)),
            "three quarters in every dimension": (IN_PART, partial(difficulty, half=0.75)),
        },
    ),
}
