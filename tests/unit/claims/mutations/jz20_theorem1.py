from functools import partial

from samples.transfer import transfer

from kdtheory.analysis.printed_bound import counterexample
from kdtheory.claims.finding import NOT_EQUAL
from kdtheory.claims.registry import FAILS, UNDECIDED

RISKS = {
    "risk × 2": (FAILS, partial(transfer, risk_factor=2.0)),
    "risk × 100, at most 1": (FAILS, partial(transfer, risk_factor=100.0)),
    "no informative cell": (UNDECIDED, partial(transfer, many_bound=1.0, counterexample=(0.3, 1.0))),
}


def beyond_a_right_angle():
    """Students at an obtuse angle, of which the acute form says nothing."""
    return transfer().assign({f"angle{suffix}": transfer()[f"angle{suffix}"] + 1.6 for suffix in ("", "_nested")})


TABLE = {
    "jz20-thm1-printed": (
        transfer,
        RISKS | {"the built student": (FAILS, lambda: transfer().assign(counterexample()))},
    ),
    "jz20-thm1-printed-acute": (transfer, RISKS | {"no acute angle": (UNDECIDED, beyond_a_right_angle)}),
    "jz20-thm1-bound": (transfer, RISKS),
    "jz20-thm1-pointwise": (transfer, {"a point outside": (NOT_EQUAL, partial(transfer, outside=1))}),
}
