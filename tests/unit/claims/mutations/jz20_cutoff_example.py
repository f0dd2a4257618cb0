from functools import partial

from samples.example import example

from kdtheory.claims.registry import FAILS, UNDECIDED

TABLE = {
    "jz20-sec42-cutoff-example": (
        example,
        {
            "off by twice the tolerance": (FAILS, partial(example, deviation=0.2)),
            "off by the tolerance in some worlds": (UNDECIDED, partial(example, deviation=0.1, spread=1.0)),
        },
    )
}
