from functools import partial

from samples.temperature import temperature

from kdtheory.claims.registry import FAILS, IN_PART, UNDECIDED

TABLE = {
    "jz20-sec2-temperature-training": (
        temperature,
        {
            "a benefit of twice the limit": (FAILS, partial(temperature, risk=(-0.004, -0.004))),
            "a benefit with T² alone": (IN_PART, partial(temperature, risk=(0.01, -0.01))),
        },
    ),
    "ext-temperature-risk": (
        temperature,
        {
            "falling": (FAILS, partial(temperature, risk=(-0.01, -0.01))),
            "falling with T² alone": (IN_PART, partial(temperature, risk=(0.01, -0.01))),
            "of no effect": (UNDECIDED, partial(temperature, risk=(0.0, 0.0))),
        },
    ),
    "ext-temperature-inefficiency": (
        temperature,
        {
            "falling": (FAILS, partial(temperature, exponent=(-0.02, -0.02))),
            "falling with T² alone": (IN_PART, partial(temperature, exponent=(0.05, -0.02))),
        },
    ),
    "ext-temperature-correction": (
        temperature,
        {
            "rising": (FAILS, partial(temperature, error=(-0.02, -0.02))),
            "rising with T² alone": (IN_PART, partial(temperature, error=(0.02, -0.02))),
        },
    ),
}
