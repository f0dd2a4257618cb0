"""Corollaries 1 and 2: bounds and rates of the expected transfer risk with a margin and on polynomial tasks."""

from dataclasses import replace

import numpy as np

from kdtheory.claims.finding import BOUND, ORDER, RATE
from kdtheory.claims.pl19_rates import SETS_THAT_ERR, bound_of_all, margin_cells
from kdtheory.claims.pl19_theorem3 import ASSUMES, TEST, VACUOUS, informative, measured_bounds
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, STRAIGHT, always, beyond, bound, in_parts, law
from kdtheory.statistics.estimate import joined
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import mean_changes_by_world, mean_slopes_by_world
from kdtheory.statistics.means import mean

_PROMISED, _EXPONENTIAL = "at least the promised rate", "exponential"


@claim(
    "pl19-cor1-bound",
    section="4.2",
    statement="With an angular margin and n < d the expected transfer risk is at most γⁿ (Corollary 1).",
    quantity="mean transfer risk less γⁿ with the best admissible β: students of stored sets, where "
    f"{SETS_THAT_ERR} sets or more err, and students drawn by the chain of their angles up to n = d − 1",
    test=TEST,
    error_rate=ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/margin", "linear/rates"),
    kind=BOUND,
    assumes=("datasets.<name>.limit_degrees",),
)
def _margin_bound(margin, rates):
    dims = ", ".join(f"{dim:g}" for dim in rates["dim"].values)
    cells = margin_cells(margin, rates, "risk_bound", "margin_bound")
    return bound_of_all(cells, reason=f"d = {dims}, γ = {_gamma(margin):.3f}")


@claim(
    "pl19-cor1-rate",
    section="4.2",
    statement="With an angular margin the expected transfer risk decays exponentially in n, up to n = d − 1.",
    quantity="decay of ln mean risk per added point, and its relative change, over all n < d; students drawn by the "
    "chain of their angles",
    test="jackknife over worlds in each dimension: one-sided t-test that the rate is above −ln γ; two one-sided "
    "t-tests that it changes little",
    error_rate=2 * ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/rates",),
    kind=RATE,
    parts=(_PROMISED, _EXPONENTIAL),
    tolerance=STRAIGHT,
    assumes=("experiments.rates.margin.limit_degrees",),
)
def _margin_rate(rates):
    slopes, changes, stories = [], [], []
    for dim in rates["dim"].values:
        risk = rates["margin_risk"].sel(dim=dim).dropna("margin_n_train", how="all")
        sizes, risk = risk["margin_n_train"].values, risk.transpose("world", "margin_n_train").values
        slopes.append(pooled(mean_slopes_by_world(sizes, risk)))
        changes.append(pooled(mean_changes_by_world(sizes, risk)))
        stories.append(
            f"d = {dim}, n = {sizes[0]} to {sizes[-1]}: {-float(slopes[-1].value):.2f}, over which it changes by "
            f"{-100 * float(changes[-1].value):.0f} %; mean risk {risk[:, -1].mean():.1e} at the last"
        )
    gamma = float(rates["margin_bound"].sel(margin_n_train=1).max())
    slopes, promised = joined(slopes), -np.log(gamma)
    reason = f"rate per point, −ln γ = {promised:.3f}: {'; '.join(stories)}"
    parts = {
        _PROMISED: beyond(-slopes, above=promised, kind=RATE, reason=reason),
        _EXPONENTIAL: law(joined(changes), slopes, reason="the relative change of the exponent"),
    }
    return replace(in_parts((_PROMISED, _EXPONENTIAL), parts), kind=RATE)


@claim(
    "pl19-cor1-informative",
    section="4.2",
    statement="The bound of Corollary 1 is informative however little data there is, since γ < 1.",
    quantity="1 less γⁿ for n < d",
    test="every measured size",
    figure="pl19_bounds",
    reads=("linear/margin",),
    kind=ORDER,
    scope="reading",
    reading=VACUOUS,
    assumes=("datasets.<name>.limit_degrees",),
)
def _margin_informative(margin):
    measured = _below_dimension(margin).notnull().any("world").transpose("dim", "n_train").values
    bounds = margin["risk_bound"].transpose("dim", "n_train").values[measured]
    first = int(np.ceil(np.log(0.5) / np.log(_gamma(margin)))) if 0 < _gamma(margin) < 1 else "no n"
    reason = f"the bound is {bounds.min():.2g} to {bounds.max():.2g}, below the ½ of a guess from n = {first} on"
    return always(1 - 1e-9 - bounds, reason=reason)


@claim(
    "pl19-cor2-bound",
    section="4.2",
    statement="On polynomial tasks, p(θ) ≤ (1 − 2θ/π)^κ, the expected transfer risk is at most (1 + (ln n)^κ)/n^κ "
    "(Corollary 2, c = 1).",
    quantity="mean transfer risk less the bound, n < d; students of stored sets and students drawn by the chain of "
    "their angles",
    test=TEST,
    error_rate=ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment", "linear/rates"),
    kind=BOUND,
    reading="c = 1, the tasks of Sec. 5.1",
)
def _polynomial_bound(alignment, rates):
    risk, bounds, kappa, _ = measured_bounds(alignment, "risk_bound_polynomial")
    below = rates.sel(n_train=rates["n_train"] < rates["input_dim"])
    drawn = mean(below["risk"].transpose("world", "kappa", "n_train").values)
    of_drawn = below["risk_bound_polynomial"].transpose("kappa", "n_train").values[drawn.measured]
    bounds = np.concatenate([bounds, of_drawn])
    reason = f"κ from {kappa.min():g} to {kappa.max():g}"
    return bound(joined([risk, drawn[drawn.measured]]).minus(bounds), bounds, reason=reason)


@claim(
    "pl19-cor2-rate",
    section="4.2",
    statement="On polynomial tasks the expected transfer risk decays essentially like (ln n/n)^κ or faster.",
    quantity="slope of ln mean risk against ln(ln n/n) over the sizes 3 ≤ n < d",
    test="jackknife over worlds: one-sided t-test that it is above κ, for each κ, of students of stored sets that grow "
    "and of students drawn by the chain of their angles",
    error_rate=ERROR_RATE,
    figure="pl19_theorem3",
    reads=("linear/alignment", "linear/rates"),
    kind=RATE,
    scope="reading",
    reading="essentially: one exponent over all measured sizes, no constant",
    assumes=("datasets.<name>.kappas", "experiments.rates.polynomial.kappas"),
)
def _polynomial_rate(alignment, rates):
    grown = alignment["growth_risk"].rename(growth_world="world").dropna("kappa", how="all")
    dims = float(alignment["input_dim"]), float(rates["input_dim"])
    slopes, kappas, stories = [], [], []
    for words, risk, dim in zip(("of stored sets", "drawn"), (grown, rates["risk"]), dims, strict=True):
        # From n = 3 > e on, ln n/n decreases.
        below = risk.isel(n_train=(risk["n_train"].values >= 3) & (risk["n_train"].values < dim))
        below = below.dropna("n_train", how="all").transpose("world", "n_train", "kappa")
        sizes, kappa = below["n_train"].values, below["kappa"].values
        slopes.append(pooled(mean_slopes_by_world(np.log(np.log(sizes) / sizes), below.values)))
        kappas.append(kappa)
        found = ", ".join(f"{slope:.2f} at κ = {k:g}" for slope, k in zip(slopes[-1].value, kappa, strict=True))
        stories.append(f"{found} ({words}, n = {sizes[0]} to {sizes[-1]})")
    return beyond(joined(slopes), above=np.concatenate(kappas), kind=RATE, reason=f"slope {'; '.join(stories)}")


@claim(
    "pl19-cor2-informative",
    section="4.2",
    statement="The bound of Corollary 2 is far from vacuous, even with little data.",
    quantity="1 less (1 + (ln n)^κ)/n^κ on polynomial tasks with n < d",
    test="every measured size and κ",
    figure="pl19_bounds",
    reads=("linear/alignment",),
    kind=ORDER,
    scope="reading",
    reading=VACUOUS,
    assumes=ASSUMES,
)
def _polynomial_informative(alignment):
    return informative(alignment, "risk_bound_polynomial")


@claim(
    "pl19-cor2-constant",
    section="4.2",
    statement="If p(θ) ≤ c(1 − 2θ/π)^κ the expected transfer risk is at most c(1 + (ln n)^κ)/n^κ, for any c (eq. 21).",
    quantity="mean transfer risk less that bound on a task with c > 1, whose data crowd at the boundary",
    test=TEST,
    error_rate=ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
    kind=BOUND,
    reading="as printed; the proof (eqs. 22, 23) drops c",
)
def _printed_constant(alignment):
    return _scaled(alignment, "scaled_bound_printed")


@claim(
    "pl19-cor2-constant-proved",
    section="4.2",
    statement="What the proof of Corollary 2 gives when c is kept: a risk of at most c(ln n/n)^κ + cⁿn^(−κ).",
    quantity="mean transfer risk less that bound on a task with c > 1, whose data crowd at the boundary",
    test=TEST,
    error_rate=ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
    kind=BOUND,
    scope="reading",
    reading="our correction of eq. 21",
)
def _proved_constant(alignment):
    return _scaled(alignment, "scaled_bound_proved")


def _scaled(alignment, name):
    risk = mean(alignment["scaled_risk"].transpose("scaled_world", "scaled_n_train").values)
    bounds = alignment[name].values
    cells = (
        f"n = {n}: mean risk {value:.4f} ± {error:.4f} (SE), bound {most:.3g}"
        for n, value, error, most in zip(
            alignment["scaled_n_train"].values, risk.value, risk.standard_error, bounds, strict=True
        )
    )
    # A bound that overflows to infinity leaves nothing to measure.
    excess = risk.minus(np.where(np.isinf(bounds), np.nan, bounds))
    return bound(excess, bounds, reason="; ".join(cells))


def _below_dimension(margin):
    return margin["risk"].where(margin["n_train"] < margin["dim"]).transpose("world", "dim", "n_train")


def _gamma(margin):
    """γ, from the bound at the smallest size."""
    return float(margin["risk_bound"].isel(n_train=0).max() ** (1 / margin["n_train"].values[0]))
