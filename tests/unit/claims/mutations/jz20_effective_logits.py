from functools import partial

from samples.effective_logits import (
    effective_logits,
    reversed_along,
    share_of_teacher,
    shifted,
    towards_label,
    uneven_plateau,
)

from kdtheory.claims.registry import FAILS, IN_PART


def with_(**changed):
    return partial(effective_logits, **changed)


def constant(name, dim):
    """A variable that does not change along a dimension."""
    return {name: lambda group: group[name].isel({dim: 0}) + 0 * group[name]}


TABLE = {
    "jz20-fig1-larger": (
        with_(**towards_label(30.0)),
        {
            "the real logits": (IN_PART, effective_logits),
            "half of the teacher's": (FAILS, with_(**share_of_teacher(0.5))),
            "exactly the teacher's": (FAILS, with_(**share_of_teacher(1.0))),
        },
    ),
    "jz20-fig1-split-ratio": (
        effective_logits,
        {
            "order reversed": (FAILS, with_(**reversed_along("threshold", "soft_ratio"))),
            "no change": (FAILS, with_(**constant("threshold", "soft_ratio"))),
        },
    ),
    "jz20-fig1-split-temperature": (
        effective_logits,
        {
            "order reversed": (FAILS, with_(**reversed_along("threshold", "temperature"))),
            "one temperature off": (FAILS, with_(**shifted("threshold", -5.0, temperature=5.0))),
        },
    ),
    "jz20-fig1-cold-plateau": (
        with_(**uneven_plateau(0.0)),
        {
            "the real logits": (FAILS, effective_logits),
            "uneven by twice the tolerance": (FAILS, with_(**uneven_plateau(0.2))),
            "one temperature apart": (
                FAILS,
                with_(effective_logit=lambda g: 10 + 2 * (g["temperature"] == 0.2) + 0 * g["effective_logit"]),
            ),
        },
    ),
    "jz20-fig1-cold-plateau-descent": (
        effective_logits,
        {
            "descent to the end": (FAILS, with_(descent_logit=lambda group: group["effective_logit"])),
            "uneven by twice the tolerance": (FAILS, with_(**uneven_plateau(0.2, "descent_logit"))),
        },
    ),
}
