from functools import partial

from samples.finite_width import finite_width
from samples.flow import flow

from kdtheory.claims.finding import NOT_EQUAL
from kdtheory.claims.registry import FAILS, IN_PART


def receding():
    """Networks that drift away from their targets."""
    group = finite_width()
    return group.assign(target_distance=1.1 - group["target_distance"])


TABLE = {
    "jz20-s1-convergence": (flow, {"twice as far at the end as allowed": (FAILS, partial(flow, end=0.02))}),
    "jz20-s1-approach": (flow, {"a setback twice as large as allowed": (FAILS, partial(flow, setback=0.02))}),
    "ext-flow-weights": (flow, {"weights that turn back once": (NOT_EQUAL, partial(flow, weights=1e-3))}),
    "jz20-s1-networks": (finite_width, {"receding": (FAILS, receding)}),
    "jz20-sec2-temperature-sooner": (
        flow,
        {
            "later the higher T": (FAILS, partial(flow, sooner=(-3.0, -3.0))),
            "later without T², in time but not in steps": (IN_PART, partial(flow, sooner=(-0.5, 1.0))),
        },
    ),
}
