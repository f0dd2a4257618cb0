"""Section 3, Fig. 2 left: the transfer risk as a power of the sample size, and the soft ratio that does best."""

import numpy as np

from kdtheory.claims.draws import fitted, listed, ratios, with_gaps, worlds_of
from kdtheory.claims.finding import LAW, ORDER, RATE, VALUE, in_parts
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, READ_OFF_A_PLOT, STRAIGHT, beyond, law, order, rate, value
from kdtheory.claims.transfer_draws import (
    FIRST_SIZE,
    HARD_LOGIT,
    LAST_SIZE,
    error_counts,
    in_range,
    network,
    risk_slopes,
)
from kdtheory.statistics.correlations import rank_correlations_by_world
from kdtheory.statistics.jackknife import jackknife, pooled
from kdtheory.statistics.laws import count_changes_by_world, count_slopes_by_world, mean_slopes_by_world
from kdtheory.statistics.means import mean, trend_by_world

_PARTS = ("ρ = 1", "ρ < 1")
_SIZES = f"{FIRST_SIZE} ≤ n ≤ {LAST_SIZE}, network teacher"
_COUNTS = "t-tests over worlds of exponents by Poisson quasi-likelihood, pooled by the jackknife"
_READS = {"figure": "jz20_fig2", "reads": ("wide/transfer",), "error_rate": ERROR_RATE}


@claim(
    "jz20-fig2-power-law",
    section="3",
    statement="The transfer risk falls as a power of the sample size.",
    quantity=f"change of the exponent of R ~ n^−b over the range, relative to it, each ρ, {_SIZES}",
    test=f"{_COUNTS}: equivalence to 0 within {STRAIGHT} at every ρ, in each part",
    kind=LAW,
    parts=_PARTS,
    tolerance=STRAIGHT,
    assumes=(HARD_LOGIT,),
    **(_READS | {"error_rate": len(_PARTS) * ERROR_RATE}),
)
def _power_law(transfer):
    sizes, counts = error_counts(transfer)
    names = np.array(ratios(network(transfer)))
    changes = pooled(fitted(count_changes_by_world, np.log(sizes), counts, points=3))
    slopes = pooled(risk_slopes(transfer))
    soft = network(transfer)["soft_ratio"].values == 1
    found = {}
    for part, chosen in zip(_PARTS, (soft, ~soft), strict=True):
        reason = f"b = {listed(names[chosen], -slopes[chosen])}; change/b {listed(names[chosen], changes[chosen])}"
        found[part] = law(changes[chosen], slopes[chosen], reason=with_gaps(reason, changes[chosen]))
    return in_parts(_PARTS, found)


@claim(
    "jz20-fig2-faster",
    section="3",
    statement="Pure soft distillation's risk converges significantly faster than that of any mix with hard labels.",
    quantity=f"exponent b of R ~ n^−b at ρ = 1 less that at each ρ < 1, {_SIZES}",
    test=f"{_COUNTS}: every difference above 0, Holm for `fails`",
    kind=RATE,
    assumes=(HARD_LOGIT,),
    **_READS,
)
def _faster(transfer):
    slopes = risk_slopes(transfer)
    differences = pooled(slopes[:, :-1] - slopes[:, -1:])
    names = ratios(network(transfer))
    linear = listed(names, -pooled(risk_slopes(transfer, "linear")))
    reason = f"b(1) − b(ρ): {listed(names[:-1], differences)}; with a linear teacher b = {linear}"
    return rate(differences, reason=with_gaps(reason, differences))


@claim(
    "jz20-fig2-ordered",
    section="3",
    statement="The softer the task (the higher ρ), the faster the transfer risk converges.",
    quantity=f"exponent b of R ~ n^−b at each ρ less that at the next ρ below, {_SIZES}",
    test=f"{_COUNTS}: every difference above 0, Holm for `fails`",
    kind=RATE,
    reading="every soft ratio against its neighbour",
    assumes=(HARD_LOGIT,),
    **_READS,
)
def _ordered(transfer):
    exponents = -risk_slopes(transfer)
    trend = pooled(trend_by_world(exponents)) if exponents.shape[1] > 1 else None
    reason = f"b = {listed(ratios(network(transfer)), pooled(exponents))}"
    steps = pooled(np.diff(exponents, axis=1))
    return rate(steps, trend=trend, reason=with_gaps(reason, steps))


@claim(
    "jz20-fig2-lower",
    section="3",
    statement="With a perfect teacher hard labels are not beneficial: pure soft labels give the lowest transfer risk.",
    quantity="mean risk at each ρ < 1 less that at ρ = 1, at the largest n, on the same points, network teacher",
    test="one-sided paired t-tests over worlds at every ρ < 1, Holm for `fails`",
    kind=ORDER,
    assumes=(HARD_LOGIT,),
    **_READS,
)
def _lower(transfer):
    risk = network(transfer)["risk"].isel(n_train=-1)
    values = worlds_of(risk, "soft_ratio")
    reason = f"risk at n = {int(risk['n_train'])}: {listed(ratios(risk), mean(values), '{:.2g}')}"
    return order(mean(values[:, :-1] - values[:, -1:]), reason=reason)


@claim(
    "jz20-fig2-rate-half",
    section="3",
    statement="The rate of pure soft distillation is better than the O(1/√n) of traditional theory.",
    quantity=f"exponent b of R ~ n^−b at ρ = 1, {_SIZES}",
    test=f"{_COUNTS}: above ½",
    kind=RATE,
    **_READS,
)
def _rate_half(transfer):
    exponent, reason = _soft_rate(transfer)
    return beyond(exponent, above=0.5, kind=RATE, reason=reason)


@claim(
    "jz20-fig2-rate-one",
    section="3",
    statement="The rate can approach O(1/n).",
    quantity=f"exponent b of R ~ n^−b at ρ = 1, {_SIZES}",
    test=f"{_COUNTS}: equivalence to 1 within {READ_OFF_A_PLOT}",
    kind=VALUE,
    tolerance=READ_OFF_A_PLOT,
    **_READS,
)
def _rate_one(transfer):
    exponent, reason = _soft_rate(transfer)
    return value(exponent, 1.0, READ_OFF_A_PLOT, reason=reason)


@claim(
    "jz20-sec4-proxy",
    section="4",
    statement="√(ΔzᵀΘ⁻¹Δz/n), known as a generalization bound, tells which task generalizes better.",
    quantity=f"rank correlation of ‖Δŵ_n‖/√n and risk over soft ratios, at each n, {_SIZES}",
    test="t-tests over worlds: above 0 at every n, Holm for `fails`",
    kind=ORDER,
    scope="reading",
    reading="tasks are soft ratios, n is fixed",
    assumes=(HARD_LOGIT,),
    **_READS,
)
def _proxy(transfer):
    sizes, risk, proxy = _proxies(transfer)
    correlation = mean(rank_correlations_by_world(proxy.swapaxes(1, 2), risk.swapaxes(1, 2)))
    reason = f"mean rank correlation {listed([f'n = {size}' for size in sizes], correlation)}"
    return beyond(correlation, above=0.0, reason=with_gaps(reason, correlation))


@claim(
    "jz20-sec4-proxy-size",
    section="4",
    statement="A faster falling √(ΔzᵀΘ⁻¹Δz/n) means a faster decreasing generalization error.",
    quantity=f"correlation over soft ratios of two exponents in n, that of ‖Δŵ_n‖/√n and that of the risk, {_SIZES}",
    test="t-test over worlds of Pearson's correlation, pooled by the jackknife: above 0",
    kind=RATE,
    scope="reading",
    reading="rates in n, tasks are soft ratios",
    assumes=(HARD_LOGIT,),
    **_READS,
)
def _proxy_rate(transfer):
    sizes, risk, proxy = _proxies(transfer)
    x, counts = np.log(sizes), np.round(risk * int(network(transfer)["test_points"]))

    def correlation(samples):
        exponents = fitted(count_slopes_by_world, x, samples[:, 0]), fitted(mean_slopes_by_world, x, samples[:, 1])
        first, second = (pooled(draws).value for draws in exponents)
        return np.corrcoef(first, second)[0, 1]

    both = np.stack([counts, proxy], axis=1)
    found = pooled(jackknife(correlation, both) if len(both) > 2 else np.full(len(both), np.nan))
    return beyond(found, above=0.0, kind=RATE, reason=f"correlation {listed(['all ρ'], found)}")


def _soft_rate(transfer):
    soft, linear = (-pooled(risk_slopes(transfer, kind))[-1] for kind in ("network", "linear"))
    return soft, f"b = {listed(['network teacher'], soft)}, {listed(['linear teacher'], linear)}"


def _proxies(transfer):
    """Sizes, risk and ‖Δŵ_n‖/√n, both (worlds, sizes, ratios)."""
    chosen = in_range(network(transfer))
    sizes = chosen["n_train"].values
    risk, norm = (worlds_of(chosen[name], "n_train", "soft_ratio") for name in ("risk", "weight_norm"))
    return sizes, risk, norm / np.sqrt(sizes)[:, None]
