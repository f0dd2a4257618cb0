from functools import partial

from samples.mixing import mixing
from samples.references import references

from kdtheory.claims.registry import FAILS, UNDECIDED


def hard(level, **changed):
    return partial(mixing, (level, 0.4, 0.35, 0.3, 0.1), **changed)


def with_references(first, **changed):
    return lambda: (first(), references(**changed))


TABLE = {
    "jz20-fig4-mixing": (
        mixing,
        {
            "two ratios exchanged": (FAILS, partial(mixing, (0.5, 0.35, 0.4, 0.3, 0.1))),
            "order reversed": (FAILS, partial(mixing, (0.1, 0.3, 0.35, 0.4, 0.5))),
            "worlds that differ much": (UNDECIDED, partial(mixing, worlds=0.1)),
        },
    ),
    "jz20-fig4-mixing-soft": (
        partial(mixing, (0.5, 0.35, 0.4, 0.3, 0.1)),
        {"one mix is easier": (FAILS, partial(mixing, (0.5, 0.4, 0.35, 0.05, 0.1)))},
    ),
    "jz20-fig4-hard-plateau": (
        mixing,
        {
            "higher by twice the tolerance": (FAILS, hard(0.7)),
            "lower by twice the tolerance": (FAILS, hard(0.3)),
            "errors × 150": (UNDECIDED, hard(0.5, worlds=0.3)),
        },
    ),
    "jz20-fig4-hard-constant": (
        mixing,
        {
            "falling by four times the tolerance": (FAILS, partial(mixing, hard_fall=0.6)),
            "rising by four times the tolerance": (FAILS, partial(mixing, hard_fall=-0.6)),
        },
    ),
    "jz20-fig4-soft-decreasing": (
        mixing,
        {
            "rising": (FAILS, partial(mixing, soft_fall=-0.1)),
            "constant": (UNDECIDED, partial(mixing, soft_fall=0.0, noise=0.05)),
        },
    ),
    "jz20-sec42-easier-than-random": (
        with_references(mixing),
        {
            "harder": (FAILS, with_references(hard(0.85))),
            "as hard": (UNDECIDED, with_references(hard(0.75, noise=0.05), noise=0.05)),
        },
    ),
    "jz20-sec42-smoothing-not-easy": (
        with_references(mixing),
        {"easier": (FAILS, with_references(mixing, label_smoothing=0.0))},
    ),
}
