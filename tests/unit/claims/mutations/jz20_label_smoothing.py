from functools import partial

from samples.effective_logits import cut_off, effective_logits, reversed_along, scaled, share_of_teacher

from kdtheory.claims.finding import NOT_EQUAL
from kdtheory.claims.registry import FAILS, IN_PART


def with_(**changed):
    return partial(effective_logits, **changed)


def smoothing(factor):
    """Thresholds that are label smoothing's logit times a factor at every temperature."""
    return {"threshold": lambda group: factor * group["label_smoothing"] + 0 * group["threshold"]}


TABLE = {
    "jz20-sec42-cutoff": (
        with_(**cut_off()),
        {
            "the real logits": (FAILS, effective_logits),
            "off above the threshold by twice the tolerance": (IN_PART, with_(**cut_off(1.2, "above"))),
            "off below the threshold by twice the tolerance": (IN_PART, with_(**cut_off(0.8, "below"))),
        },
    ),
    "jz20-sec42-lower-limit": (
        effective_logits,
        {"half of the teacher's logit": (NOT_EQUAL, with_(**share_of_teacher(0.5)))},
    ),
    "jz20-sec42-sign-limit": (
        effective_logits,
        {"order reversed": (FAILS, with_(**reversed_along("threshold", "soft_ratio")))},
    ),
    "jz20-sec42-smoothing": (
        effective_logits,
        {"thresholds off by a millionth": (NOT_EQUAL, with_(**scaled("threshold", 1 + 1e-6)))},
    ),
    "ext-smoothing-temperature": (
        with_(**smoothing(1.0)),
        {
            "the real thresholds": (FAILS, effective_logits),
            "thresholds off by a millionth": (FAILS, with_(**smoothing(1 + 1e-6))),
        },
    ),
}
