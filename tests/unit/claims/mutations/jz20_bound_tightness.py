from functools import partial

from samples.transfer import transfer

from kdtheory.claims.registry import FAILS, IN_PART

# Every curve p(β) is at 1 until 80° with the first angles, and below 0.9 there with the second.
NARROW, WIDE = (1.51, 1.505, 1.502, 1.5), (1.47, 1.47, 1.47, 1.46)


def informative_at_soft_only():
    group = transfer()
    return group.assign(risk_bound=group["risk_bound"].where(group["soft_ratio"] == 1, 1.0))


INFORMATIVE = {
    "a bound of 1": (FAILS, partial(transfer, many_bound=1.0)),
    "a bound of 1 at ρ < 1": (IN_PART, informative_at_soft_only),
}


def linear_teachers(**changed):
    """A group of which the linear teacher alone is changed."""
    return transfer(mean_angles=NARROW).where(transfer()["teacher_kind"] == "network", transfer(**changed))


TABLE = {
    "jz20-sec32-informative-network": (transfer, INFORMATIVE),
    "ext-informative-linear": (transfer, INFORMATIVE),
    "ext-informative-smooth": (transfer, INFORMATIVE),
    "jz20-s6-gap": (transfer, {"features at 75°": (FAILS, partial(transfer, fresh_angle=1.3))}),
    "jz20-s6-linear-bound": (transfer, {"a bound below 1": (FAILS, partial(transfer, fresh_linear_bound=0.99))}),
    "jz20-sec32-small-samples": (
        transfer,
        {
            "tight with few points": (IN_PART, partial(transfer, first_bound=0.8)),
            "loose with many": (IN_PART, partial(transfer, many_bound=1.0)),
        },
    ),
    "jz20-sec32-perpendicular": (
        partial(transfer, mean_angles=NARROW),
        {
            "a tenth at smaller angles": (FAILS, partial(transfer, mean_angles=WIDE)),
            "with linear teachers only": (IN_PART, partial(linear_teachers, mean_angles=WIDE)),
        },
    ),
    "jz20-sec32-linear-bound": (transfer, {"a bound below 1": (FAILS, partial(transfer, linear_bound=0.99))}),
}
