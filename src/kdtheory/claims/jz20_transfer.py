"""Section 3, Fig. 2 left: the transfer risk as a power of the sample size, and the soft ratio that does best."""

import numpy as np

from kdtheory.claims.estimates import each_above, poisson_slope, rank_correlation, t_intervals
from kdtheory.claims.growth_draws import FIRST_SIZE
from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import beyond, bootstrap, every_cell, rising

_ERROR_RATE = 0.05
_STRAIGHT = 0.97
_ALMOST_ONE = 0.9
_READS = {"figure": "jz20_fig2", "reads": ("wide/transfer",)}
_BOOTSTRAP = "bootstrap over runs of slopes by Poisson regression; "


@claim(
    "jz20-fig2-power-law",
    section="3",
    statement="The transfer risk falls as a power of the sample size.",
    quantity=f"R² of the line of ln mean risk against ln n, n ≥ {FIRST_SIZE}, each ρ, network teacher",
    test=f"every soft ratio, R² of {_STRAIGHT} or more",
    **_READS,
)
def _power_law(transfer):
    ratios, sizes, counts = _counts(transfer, "network")
    mean = counts.mean(axis=-1)
    with np.errstate(divide="ignore"):
        straight = np.array([_explained(np.log(sizes)[row > 0], np.log(row[row > 0])) for row in mean])
    shown = ", ".join(f"{value:.3f} (ρ = {ratio:g})" for ratio, value in zip(ratios, straight, strict=True))
    return every_cell(straight < _STRAIGHT, f"R² {shown}", what="soft ratios", estimate=straight.min())


@claim(
    "jz20-fig2-faster",
    section="3",
    statement="Pure soft distillation's risk converges significantly faster than that of any mix with hard labels.",
    quantity=f"exponent b of R ~ n^−b at ρ = 1 less that at each ρ < 1, n ≥ {FIRST_SIZE}, network teacher",
    test=_BOOTSTRAP + "every interval, Bonferroni over ρ, lies above 0",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _faster(transfer):
    ratios, sizes, counts = _counts(transfer, "network")
    estimates = [_exponent_difference(sizes, counts[-1], row, len(counts) - 1) for row in counts[:-1]]
    shown = ", ".join(_with_interval(found, f"ρ = {ratio:g}") for ratio, found in zip(ratios, estimates, strict=False))
    linear = ", ".join(
        f"{exponent:.2f} (ρ = {ratio:g})" for ratio, exponent in zip(*_exponents(transfer, "linear"), strict=True)
    )
    reason = f"b(1) − b(ρ): {shown}; with a linear teacher b = {linear}"
    return beyond(estimates, reason, above=0.0, reading="one network teacher, its students' runs are the draws")


@claim(
    "jz20-fig2-ordered",
    section="3",
    statement="The softer the task (the higher ρ), the faster the transfer risk converges.",
    quantity=f"exponent b of R ~ n^−b at each ρ less that at the next ρ below, n ≥ {FIRST_SIZE}, network teacher",
    test=_BOOTSTRAP + "every interval, Bonferroni over ρ, lies above 0",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _ordered(transfer):
    _, sizes, counts = _counts(transfer, "network")
    estimates = [_exponent_difference(sizes, counts[i + 1], counts[i], len(counts) - 1) for i in range(len(counts) - 1)]
    shown = ", ".join(
        f"{exponent:.2f} (ρ = {ratio:g})" for ratio, exponent in zip(*_exponents(transfer, "network"), strict=True)
    )
    return beyond(estimates, f"b = {shown}", above=0.0, reading="every soft ratio against its neighbour")


@claim(
    "jz20-fig2-lower",
    section="3",
    statement="With a perfect teacher hard labels are not beneficial: pure soft labels give the lowest transfer risk.",
    quantity="mean risk at each ρ < 1 less that at ρ = 1, at the largest n, on the same points, network teacher",
    test="intersection–union of one-sided paired t-tests over ρ, Holm for `fails`",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _lower(transfer):
    risk = _of_kind(transfer, "network").isel(n_train=-1).transpose("soft_ratio", "repeat")
    values = risk.values
    shown = ", ".join(
        f"{mean:.2g} (ρ = {ratio:g})"
        for ratio, mean in zip(risk["soft_ratio"].values, values.mean(axis=1), strict=True)
    )
    reason = f"mean risk at n = {int(risk['n_train'])}: {shown}"
    return rising(values[:-1] - values[-1], reason, error_rate=_ERROR_RATE)


@claim(
    "jz20-fig2-rate-half",
    section="3",
    statement="The rate of pure soft distillation is better than the O(1/√n) of traditional theory.",
    quantity=f"exponent b of R ~ n^−b at ρ = 1, n ≥ {FIRST_SIZE}, network teacher",
    test=_BOOTSTRAP + "the interval lies above ½",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _rate_half(transfer):
    estimate, reason = _soft_rate(transfer)
    return beyond([estimate], reason, above=0.5)


@claim(
    "jz20-fig2-rate-one",
    section="3",
    statement="The rate can approach O(1/n).",
    quantity=f"exponent b of R ~ n^−b at ρ = 1, n ≥ {FIRST_SIZE}, network teacher",
    test=_BOOTSTRAP + f"the interval lies above {_ALMOST_ONE}",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _rate_one(transfer):
    estimate, reason = _soft_rate(transfer)
    return beyond([estimate], reason, above=_ALMOST_ONE, reading=f"an exponent of {_ALMOST_ONE} or more approaches 1")


@claim(
    "jz20-sec4-proxy",
    section="4",
    statement="√(ΔzᵀΘ⁻¹Δz/n), known as a generalization bound, tells which task generalizes better.",
    quantity=f"rank correlation of ‖Δŵ_n‖/√n and risk over soft ratios, at each n ≥ {FIRST_SIZE}, network teacher",
    test="t-intervals over runs, Bonferroni over n: every one lies above 0",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _proxy(transfer):
    risk, proxy = _proxies(transfer)
    correlation = rank_correlation(proxy.values, risk.values)
    estimates = t_intervals(correlation, error_rate=_ERROR_RATE / len(correlation))
    shown = ", ".join(
        f"{found[0]:.2f} (n = {size})" for size, found in zip(risk["n_train"].values, estimates, strict=True)
    )
    return each_above(estimates, 0.0, f"mean rank correlation {shown}", reading="tasks are soft ratios, n is fixed")


@claim(
    "jz20-sec4-proxy-size",
    section="4",
    statement="A faster falling √(ΔzᵀΘ⁻¹Δz/n) means a faster decreasing generalization error.",
    quantity="rank correlation over soft ratios of two exponents in n, that of ‖Δŵ_n‖/√n and that of the risk, "
    "network teacher",
    test="bootstrap over runs: the interval lies above 0",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _proxy_rate(transfer):
    risk, proxy = _proxies(transfer)
    sizes = risk["n_train"].values
    samples = np.stack([proxy.values, risk.values * int(transfer["test_points"])])

    def correlated(means):
        exponents = [poisson_slope(np.log(sizes), values.swapaxes(0, 1)) for values in means]
        return rank_correlation(*exponents)

    estimate, interval = bootstrap(correlated, samples, error_rate=_ERROR_RATE)
    reason = f"rank correlation {estimate:.2f} ({interval[0]:.2f} to {interval[1]:.2f})"
    return beyond([(estimate, interval)], reason, above=0.0, reading="rates in n, tasks are soft ratios")


def exponent(sizes, counts):
    """Return b of counts ~ n^−b with its bootstrap interval; counts (sizes, runs)."""
    return bootstrap(lambda means: -poisson_slope(np.log(sizes), means), counts, error_rate=_ERROR_RATE)


def soft_counts(transfer, kind="network"):
    """Return sizes and the numbers of misclassified test points at ρ = 1, (sizes, runs)."""
    ratios, sizes, counts = _counts(transfer, kind)
    return sizes, counts[list(ratios).index(1.0)]


def _soft_rate(transfer):
    estimate = exponent(*soft_counts(transfer))
    linear = exponent(*soft_counts(transfer, "linear"))
    reason = f"{_with_interval(estimate, 'network teacher')}; {_with_interval(linear, 'linear teacher')}"
    return estimate, reason


def _exponent_difference(sizes, one, other, cells):
    """b of one less b of the other, one of several cells."""
    return bootstrap(
        lambda means: poisson_slope(np.log(sizes), means[1]) - poisson_slope(np.log(sizes), means[0]),
        np.stack([one, other]),
        error_rate=_ERROR_RATE / cells,
    )


def _exponents(transfer, kind):
    ratios, sizes, counts = _counts(transfer, kind)
    return ratios, [-float(poisson_slope(np.log(sizes), row.mean(axis=1))) for row in counts]


def _counts(transfer, kind):
    """Soft ratios in rising order, sizes, and numbers of misclassified test points (ratios, sizes, runs)."""
    risk = _of_kind(transfer, kind)
    counts = np.round(risk.transpose("soft_ratio", "n_train", "repeat").values * int(transfer["test_points"]))
    return risk["soft_ratio"].values, risk["n_train"].values, counts


def _of_kind(transfer, kind):
    chosen = transfer["risk"].sel(teacher_kind=kind).sortby("soft_ratio")
    return chosen.sel(n_train=chosen["n_train"] >= FIRST_SIZE)


def _proxies(transfer):
    """Risk and ‖Δŵ_n‖/√n, both (soft_ratio, n_train, repeat)."""
    dims = ("soft_ratio", "n_train", "repeat")
    risk = _of_kind(transfer, "network").transpose(*dims)
    norm = transfer["weight_norm"].sel(teacher_kind="network", soft_ratio=risk["soft_ratio"], n_train=risk["n_train"])
    return risk, (norm / np.sqrt(norm["n_train"])).transpose(*dims)


def _explained(x, y):
    return np.corrcoef(x, y)[0, 1] ** 2 if len(x) > 2 else np.nan


def _with_interval(found, name):
    estimate, (low, high) = found
    return f"{estimate:.2f} ({low:.2f} to {high:.2f}; {name})"
