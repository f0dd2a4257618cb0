from functools import partial

from samples.flips import flips
from samples.modes import modes

from kdtheory.claims.registry import FAILS, UNDECIDED

RISING = {
    "rising": (FAILS, partial(modes, fall=-0.1)),
    "hardly falling": (UNDECIDED, partial(modes, fall=0.1, noise=0.05)),
}


def with_modes(**levels):
    return partial(modes, **levels)


def random_signs(level, **changed):
    return partial(flips, (0.1, 0.3, level), **changed)


TABLE = {
    "jz20-fig3-decreasing": (modes, RISING),
    "jz20-fig3-decreasing-everywhere": (modes, RISING),
    "jz20-fig3-modes-shrinking": (
        modes,
        {
            "two numbers exchanged": (FAILS, with_modes(shrinking=(0.1, 0.05, 0.2))),
            "order reversed": (FAILS, with_modes(shrinking=(0.2, 0.1, 0.05))),
            "worlds that differ much": (UNDECIDED, with_modes(noise=0.2)),
        },
    ),
    "jz20-fig3-modes-fixed": (
        modes,
        {
            "two numbers exchanged": (FAILS, with_modes(fixed=(0.1, 0.05, 0.2))),
            "order reversed": (FAILS, with_modes(fixed=(0.2, 0.1, 0.05))),
        },
    ),
    "jz20-fig3-modes-own": (
        modes,
        {
            "two numbers exchanged": (FAILS, with_modes(own=(0.1, 0.05, 0.2))),
            "order reversed": (FAILS, with_modes(own=(0.2, 0.1, 0.05))),
            "worlds that differ much": (UNDECIDED, with_modes(noise=0.2)),
        },
    ),
    "jz20-fig3-modes-own-ends": (modes, {"order reversed": (FAILS, with_modes(own=(0.2, 0.1, 0.05)))}),
    "jz20-fig3-modes-shrinking-ends": (modes, {"order reversed": (FAILS, with_modes(shrinking=(0.2, 0.1, 0.05)))}),
    "jz20-fig3-modes-fixed-ends": (modes, {"order reversed": (FAILS, with_modes(fixed=(0.2, 0.1, 0.05)))}),
    "jz20-fig3-flips-ordered": (
        flips,
        {
            "two shares exchanged": (FAILS, partial(flips, (0.1, 0.8, 0.7))),
            "worlds that differ much": (UNDECIDED, partial(flips, noise=0.3)),
        },
    ),
    "jz20-fig3-flips-harder": (
        partial(flips, (0.1, 0.8, 0.7)),
        {"one share is easier than none": (FAILS, partial(flips, (0.5, 0.8, 0.4)))},
    ),
    "jz20-fig3-flip-plateau": (
        flips,
        {
            "lower by twice the tolerance": (FAILS, random_signs(0.6)),
            "higher by twice the tolerance": (FAILS, random_signs(1.0)),
            "errors × 100": (UNDECIDED, random_signs(0.8, noise=0.2)),
        },
    ),
    "ext-flip-plateau": (
        random_signs(0.75),
        {
            "lower by twice the tolerance": (FAILS, random_signs(0.65)),
            "higher by twice the tolerance": (FAILS, random_signs(0.85)),
            "errors × 50": (UNDECIDED, random_signs(0.75, noise=0.1)),
        },
    ),
    "jz20-fig3-flip-constant": (
        flips,
        {
            "falling by four times the tolerance": (FAILS, partial(flips, fall=0.3)),
            "rising by four times the tolerance": (FAILS, partial(flips, fall=-0.3)),
        },
    ),
}
