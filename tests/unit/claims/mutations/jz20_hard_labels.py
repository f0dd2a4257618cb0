from functools import partial

import numpy as np
from samples.effective_logits import confident_limit, effective_logits, share_of_teacher, shifted, towards_label

from kdtheory.claims.finding import NOT_EQUAL
from kdtheory.claims.registry import FAILS, IN_PART

SURE = towards_label(30.0) | confident_limit(30.0)


def with_(**changed):
    return partial(effective_logits, **changed)


def flipped(group):
    """The limit on the other side of 0, in one cell that is not on the border."""
    limit = group["wrong_teacher_limit"]
    return limit.where((group["soft_ratio"] != 0.2) | (group["temperature"] != 5.0), -limit)


TABLE = {
    "jz20-sec5-pointwise": (
        effective_logits,
        {
            "no move": (FAILS, with_(**share_of_teacher(1.0))),
            "away from the correct side": (FAILS, with_(**share_of_teacher(2.0))),
        },
    ),
    "jz20-sec5-confidence": (
        effective_logits,
        {
            "less confident": (FAILS, with_(**shifted("effective_logit", -1.0, temperature=1.0))),
            "limit too low": (FAILS, with_(**shifted("wrong_teacher_limit", -0.1, temperature=1.0))),
        },
    ),
    "ext-confidence-temperature": (
        with_(**SURE),
        {
            "the real logits": (IN_PART, effective_logits),
            "unsure at every temperature": (FAILS, with_(**(SURE | confident_limit(-30.0)))),
            "wrong below T = 1": (IN_PART, with_(**(SURE | confident_limit(30.0, cold=-30.0)))),
        },
    ),
    "jz20-sec5-half": (
        effective_logits,
        {"limit too low": (FAILS, with_(**shifted("wrong_teacher_limit", -0.1, temperature=1.0)))},
    ),
    "ext-half-temperature": (
        with_(**confident_limit()),
        {
            "the real limits": (IN_PART, effective_logits),
            "wrong at every temperature": (FAILS, with_(**confident_limit(-1.0))),
        },
    ),
    "ext-wrong-teachers": (
        effective_logits,
        {
            "one limit on the other side": (NOT_EQUAL, with_(wrong_teacher_limit=flipped)),
            "limits too high": (NOT_EQUAL, with_(**shifted("wrong_teacher_limit", 1.0))),
        },
    ),
    "ext-confidence": (
        effective_logits,
        {
            "limits too high": (NOT_EQUAL, with_(**shifted("wrong_teacher_limit", 1.0))),
            "no limit": (NOT_EQUAL, with_(wrong_teacher_limit=lambda group: -np.inf + 0 * group["threshold"])),
        },
    ),
}
