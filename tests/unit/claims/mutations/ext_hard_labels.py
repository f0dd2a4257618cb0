from functools import partial

from samples.hard_labels import hard_labels
from samples.imperfect import imperfect

from kdtheory.claims.registry import FAILS, UNDECIDED


def teachers(error):
    """Learners of hard labels, and a teacher whose error may lie between theirs."""
    return lambda: (hard_labels(hard=(0.1, 0.0)), imperfect(teacher_error=(0.3, 0.2, error, 0.005)))


TABLE = {
    "ext-hard-lower": (
        hard_labels,
        {
            "soft labels are worse": (FAILS, partial(hard_labels, soft=(0.2, 0.5))),
            "soft labels are as good": (UNDECIDED, partial(hard_labels, soft=(0.1, 0.6))),
        },
    ),
    "ext-hard-faster": (
        hard_labels,
        {
            "soft labels are slower": (FAILS, partial(hard_labels, soft=(0.05, 0.3))),
            "soft labels are better, not faster": (UNDECIDED, partial(hard_labels, soft=(0.05, 0.6))),
        },
    ),
    "ext-hard-angle": (
        hard_labels,
        {
            "soft labels are farther": (FAILS, partial(hard_labels, angles=(0.6, 0.2))),
            "the oracle still turns": (UNDECIDED, partial(hard_labels, drift=0.05)),
        },
    ),
    "ext-hard-stand-in": (
        hard_labels,
        {
            "more errors by twice the tolerance": (FAILS, partial(hard_labels, off=0.02)),
            "fewer errors by twice the tolerance": (FAILS, partial(hard_labels, hard=(0.3, 0.6), off=-0.02)),
        },
    ),
    "ext-hard-plateau": (
        hard_labels,
        {
            "higher by twice the tolerance": (FAILS, partial(hard_labels, plateau=0.7)),
            "lower by twice the tolerance": (FAILS, partial(hard_labels, plateau=0.3)),
        },
    ),
    "ext-hard-benchmark": (
        teachers(0.05),
        {"a teacher between the two learners": (FAILS, teachers(0.12))},
    ),
}
