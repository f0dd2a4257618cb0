from functools import partial

from samples.correction import correction
from samples.imperfect import imperfect

from kdtheory.claims.finding import NOT_EQUAL
from kdtheory.claims.registry import FAILS, UNDECIDED


def both(first=correction, second=imperfect):
    return lambda: (first(), second())


def signs(*values, **changed):
    return both(partial(correction, values, **changed))


def mistaken(correction):
    """A derivative with the sign of the projection on the wrong direction."""
    return correction.assign(correction=-correction["correction"])


POOR = {
    "negative": (FAILS, signs(-1, -1, -1, -1)),
    "no teacher is worse": (UNDECIDED, both(second=partial(imperfect, lower=(-0.5, 0, 0, 0, 0)))),
    "errors × 100": (UNDECIDED, both(partial(correction, spread=10.0))),
}
GOOD = {
    "positive": (FAILS, signs(1, 1, 1, 1)),
    "errors × 100": (UNDECIDED, both(partial(correction, spread=10.0))),
}
SWITCH = {
    "two epochs earlier": (FAILS, signs(-1, -1, -1, -1)),
    "never": (FAILS, signs(1, 1, 1, 1)),
    "errors × 100": (UNDECIDED, both(partial(correction, spread=10.0))),
}
ANGLE = {"order reversed": (FAILS, both(partial(correction, angles=(0.3, 0.5, 0.7, 0.9))))}

TABLE = {
    "jz20-thm2-derivative": (
        correction,
        {"off by twice the tolerance": (NOT_EQUAL, partial(correction, wrong=0.0003))},
    ),
    "jz20-thm2-projection": (correction, {"other direction": (NOT_EQUAL, lambda: mistaken(correction()))}),
    "jz20-fig5-poor-teacher-smooth-best": (both(), POOR),
    "jz20-fig5-good-teacher-smooth-best": (both(), GOOD),
    "jz20-fig5-switch-smooth-best": (both(), SWITCH),
    "jz20-sec5-angle-smooth": (both(), ANGLE),
}
