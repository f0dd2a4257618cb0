from functools import partial

from samples.finite_width import finite_width

from kdtheory.claims.registry import FAILS

TABLE = {
    "ext-width-kernel": (
        finite_width,
        {
            "steeper by twice the tolerance": (FAILS, partial(finite_width, kernel=-0.6)),
            "flatter by twice the tolerance": (FAILS, partial(finite_width, kernel=-0.4)),
        },
    ),
    "ext-width-linearized": (
        finite_width,
        {
            "steeper by twice the tolerance": (FAILS, partial(finite_width, linearized=-0.6)),
            "flatter by twice the tolerance": (FAILS, partial(finite_width, linearized=-0.4)),
        },
    ),
    "ext-width-sgd": (finite_width, {"rising": (FAILS, partial(finite_width, sgd=0.2))}),
    "ext-width-network": (finite_width, {"rising": (FAILS, partial(finite_width, network=0.3))}),
    "ext-width-risk": (
        finite_width,
        {
            "more by twice the tolerance": (FAILS, partial(finite_width, off=0.04)),
            "less by twice the tolerance": (FAILS, partial(finite_width, off=-0.04)),
        },
    ),
}
