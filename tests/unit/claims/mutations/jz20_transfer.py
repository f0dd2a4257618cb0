from functools import partial

from samples.transfer import fed_as_soft, transfer

from kdtheory.claims.registry import FAILS, UNDECIDED

TABLE = {
    "jz20-fig2-power-law": (
        transfer,
        {
            "exponents change by twice the tolerance": (FAILS, partial(transfer, bent=0.4)),
            "the other way": (FAILS, partial(transfer, bent=-0.4)),
            "rising risks": (FAILS, partial(transfer, rates=(-0.1, -0.1, -0.1, -0.1))),
        },
    ),
    "jz20-fig2-faster": (
        transfer,
        {
            "one mix is faster": (FAILS, partial(transfer, rates=(0.4, 0.5, 0.95, 0.6))),
            "ρ = 0.9 fed as ρ = 1": (UNDECIDED, lambda: fed_as_soft(transfer(), 0.9)),
        },
    ),
    "jz20-fig2-ordered": (
        transfer,
        {
            "order reversed": (FAILS, partial(transfer, rates=(0.95, 0.6, 0.5, 0.4))),
            "two ratios exchanged": (FAILS, partial(transfer, rates=(0.5, 0.4, 0.6, 0.95))),
        },
    ),
    "jz20-fig2-lower": (
        transfer,
        {
            "ρ = 1 is worst at the largest n": (FAILS, partial(transfer, last_risks=(1, 1, 1, 100))),
            "ρ = 0.9 fed as ρ = 1": (UNDECIDED, lambda: fed_as_soft(transfer(), 0.9)),
        },
    ),
    "jz20-fig2-rate-half": (transfer, {"slower": (FAILS, partial(transfer, rates=(0.1, 0.2, 0.3, 0.4)))}),
    "jz20-fig2-rate-one": (
        transfer,
        {
            "slower by twice the tolerance": (FAILS, partial(transfer, rates=(0.4, 0.5, 0.6, 0.8))),
            "faster by twice the tolerance": (FAILS, partial(transfer, rates=(0.4, 0.5, 0.6, 1.2))),
        },
    ),
    "jz20-sec4-proxy": (
        transfer,
        {"order reversed": (FAILS, partial(transfer, rates=(0.95, 0.6, 0.5, 0.4)))},
    ),
    "jz20-sec4-proxy-size": (
        transfer,
        {"order reversed": (FAILS, partial(transfer, rates=(0.95, 0.6, 0.5, 0.4)))},
    ),
}
