from functools import partial

from samples.finite_width import finite_width

from kdtheory.claims.registry import FAILS

TABLE = {
    "jz20-sec2-kernel-constant": (
        partial(finite_width, level=0.05),
        {"twice the limit": (FAILS, partial(finite_width, level=0.2, drift=0.0))},
    ),
    "jz20-sec2-kernel-constant-width": (finite_width, {"rising": (FAILS, partial(finite_width, drift=0.3))}),
}
