from functools import partial

from samples.spectra import spectra

from kdtheory.claims.finding import NOT_EQUAL
from kdtheory.claims.registry import FAILS, IN_PART, UNDECIDED

LOUD = (UNDECIDED, partial(spectra, noise=2.0))
UNLEARNED = (UNDECIDED, partial(spectra, unlearned=2))

TABLE = {
    "jz20-sec4-learning-times": (spectra, {"off by 1e-4": (NOT_EQUAL, partial(spectra, deviation=1e-4))}),
    "jz20-sec4-learning-times-distillation": (
        spectra,
        {
            "exponent 0.9": (FAILS, partial(spectra, exponent=0.9)),
            "exponent 1.1": (FAILS, partial(spectra, exponent=1.1)),
            "an octave is not learned": UNLEARNED,
        },
    ),
    "jz20-sec41-low-frequencies": (
        spectra,
        {
            "high frequencies are learned first": (IN_PART, partial(spectra, exponent=-1.0)),
            "eigenfunctions in the order of falling frequencies": (IN_PART, partial(spectra, frequency=-0.5)),
            "neither": (FAILS, partial(spectra, exponent=-1.0, frequency=-0.5)),
        },
    ),
    "jz20-sec41-low-frequencies-ends": (
        spectra,
        {"reversed": (FAILS, partial(spectra, exponent=-1.0)), "an octave is not learned": UNLEARNED},
    ),
    "jz20-sec41-teacher-frequencies": (
        spectra,
        {
            "two epochs exchanged": (FAILS, partial(spectra, by_epoch=(0.3, 0.0, 0.6))),
            "worlds that differ much": LOUD,
        },
    ),
    "jz20-sec41-teacher-frequencies-ends": (spectra, {"reversed": (FAILS, partial(spectra, by_epoch=(0.6, 0.3, 0.0)))}),
    "jz20-sec42-high-frequencies": (
        spectra,
        {"one mix has less": (FAILS, partial(spectra, by_ratio=(1.0, 0.5, -0.3, 0.0)))},
    ),
    "jz20-sec42-high-frequencies-ordered": (
        spectra,
        {"two ratios exchanged": (FAILS, partial(spectra, by_ratio=(1.0, 0.2, 0.7, 0.0)))},
    ),
    "ext-spectra-jump": (
        spectra,
        {
            "steeper by twice the tolerance": (FAILS, partial(spectra, jump=-0.6)),
            "flatter by twice the tolerance": (FAILS, partial(spectra, jump=-0.4)),
        },
    ),
}
