"""Section 3.1's rate analysis: from the decay of data inefficiency to the rates of angle and transfer risk."""

import numpy as np

from kdtheory.claims.draws import fitted, listed, worlds_of
from kdtheory.claims.finding import RATE, VALUE
from kdtheory.claims.inefficiency import decline
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import DERIVED, ERROR_RATE, beyond, value, with_oracle
from kdtheory.claims.transfer_draws import (
    FIRST_SIZE,
    LAST_SIZE,
    ORACLE_SIZES,
    in_range,
    near_oracle,
    network,
    oracle_changes,
)
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import count_slopes_by_world, mean_slopes_by_world

_READS = {"figure": "jz20_fig2", "reads": ("wide/transfer",), "section": "3.1", "error_rate": ERROR_RATE}
_ALL_SIZES = f"{FIRST_SIZE} ≤ n ≤ {LAST_SIZE}, ρ = 1, network teacher"
_NEAR = f"{FIRST_SIZE} ≤ n ≤ N/8, largest independent oracle, ρ = 1, network teacher"
_AGREES = f"t-test over worlds, by the jackknife: equivalence to 0 within {DERIVED}; no verdict without an oracle"


@claim(
    "jz20-sec31-angle-rate",
    statement="If I(n) ~ n^−b at ρ = 1, the angle falls like α_n ~ n^(−b/2).",
    quantity=f"measured exponent of mean α′_n less b/2 from the same worlds' norms, {_NEAR}",
    test=_AGREES,
    kind=VALUE,
    reading="exponents over the measured sizes",
    tolerance=DERIVED,
    assumes=(ORACLE_SIZES,),
    **_READS,
)
def _angle_rate(transfer):
    rates, reason = _exponents(near_oracle(transfer, FIRST_SIZE), transfer)
    found = value(pooled(rates["angle"] - rates["decay"] / 2), 0.0, DERIVED, reason=reason)
    return with_oracle(found, _changes(transfer))


@claim(
    "jz20-sec31-risk-rate",
    statement="With p(β) nearly linear the transfer risk falls at least as fast as n^(−b/2).",
    quantity=f"measured exponent of the risk less b/2, {_ALL_SIZES}",
    test="t-test over worlds, by the jackknife: above 0",
    kind=RATE,
    reading="O(n^(−b/2)) bounds the rate from below",
    **_READS,
)
def _risk_rate(transfer):
    rates, reason = _exponents(in_range(network(transfer)), transfer)
    return beyond(pooled(rates["risk"] - rates["decay"] / 2), above=0.0, kind=RATE, reason=reason)


@claim(
    "jz20-sec31-explains",
    statement="The convergence of the angle explains the fast convergence of the transfer risk.",
    quantity=f"measured exponent of the risk less that of mean α′_n, {_NEAR}",
    test=_AGREES,
    kind=VALUE,
    scope="reading",
    reading="explains = same exponent, as a p(β) linear near π/2 would give; a bound alone asks for less",
    tolerance=DERIVED,
    assumes=(ORACLE_SIZES,),
    **_READS,
)
def _explains(transfer):
    rates, reason = _exponents(near_oracle(transfer, FIRST_SIZE), transfer)
    return with_oracle(value(pooled(rates["risk"] - rates["angle"]), 0.0, DERIVED, reason=reason), _changes(transfer))


@claim(
    "ext-classical-rate",
    statement="The bound's rate outperforms classical bounds, b > 1, which the paper leaves open.",
    quantity=f"exponent b of I(n) ~ n^−b, {_ALL_SIZES}",
    test="t-test over worlds, by the jackknife: above 1",
    kind=RATE,
    scope="ours",
    **_READS,
)
def _classical(transfer):
    rates, reason = _exponents(in_range(network(transfer)), transfer)
    return beyond(pooled(rates["decay"]), above=1.0, kind=RATE, reason=reason)


def _exponents(students, transfer):
    """Draws of the exponents of I(n), the risk and, where students have one oracle, α′_n at ρ = 1, and the words."""
    soft = students.sel(soft_ratio=1.0)
    sizes = soft["n_train"].values
    x = np.log(sizes)
    counts = np.round(worlds_of(soft["risk"], "n_train") * int(network(transfer)["test_points"]))
    rates = {
        "decay": decline(soft["weight_norm"]),
        "risk": -fitted(count_slopes_by_world, x, counts),
    }
    if "oracle_size" not in soft.dims:
        rates["angle"] = -fitted(mean_slopes_by_world, x, worlds_of(soft["oracle_angle"], "n_train"))
    words = {"decay": "b", "risk": "R", "angle": "α′_n"}
    shown = ", ".join(listed([words[name]], pooled(draws)) for name, draws in rates.items())
    span = f"{sizes[0]} to {sizes[-1]}" if sizes.size else "no size"
    return rates, f"exponents in n from {span}: {shown}"


def _changes(transfer):
    return oracle_changes(transfer, network(transfer)["soft_ratio"] == 1, FIRST_SIZE)
