from functools import partial

from samples.flips import flips
from samples.modes import modes
from samples.references import references

from kdtheory.claims.registry import FAILS, UNDECIDED


def pair(first, **changed):
    return lambda: (first(), references(**changed))


noisy_modes = partial(modes, (0.1, 0.2, 0.6), noise=0.5)

TABLE = {
    "jz20-fig3-zero-easiest": (
        pair(modes),
        {
            "harder than a mixture": (FAILS, pair(modes, zero=0.15)),
            "as hard as all": (UNDECIDED, pair(partial(modes, [0.1] * 3, fall=0.0, noise=0.1), zero=0.1, noise=0.1)),
        },
    ),
    "jz20-fig3-zero-easy": (
        pair(flips),
        {"harder than some": (FAILS, pair(flips, zero=0.5)), "harder than random": (FAILS, pair(flips, zero=0.8))},
    ),
    "jz20-fig3-random-hardest": (
        pair(modes),
        {
            "one mixture is harder": (FAILS, pair(partial(modes, (0.1, 0.2, 0.9)))),
            "worlds that differ much": (UNDECIDED, pair(noisy_modes, noise=0.5)),
        },
    ),
}
