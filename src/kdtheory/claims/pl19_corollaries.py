"""Corollaries 1 and 2: bounds and rates of the expected transfer risk with a margin and on polynomial tasks."""

from dataclasses import replace

import numpy as np

from kdtheory.claims.finding import BOUND, ORDER, RATE
from kdtheory.claims.pl19_theorem3 import ASSUMES, TEST, VACUOUS, informative, measured_bounds
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, STRAIGHT, always, beyond, bound, in_parts, law
from kdtheory.statistics.estimate import joined
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import mean_changes_by_world, mean_slopes_by_world
from kdtheory.statistics.means import mean

# A mean risk that fewer transfer sets carry cannot be told from none, and has no usable logarithm.
_SETS_THAT_ERR = 10
_PROMISED, _EXPONENTIAL = "at least the promised rate", "exponential"


@claim(
    "pl19-cor1-bound",
    section="4.2",
    statement="With an angular margin and n < d the expected transfer risk is at most γⁿ (Corollary 1).",
    quantity="mean transfer risk less γⁿ with the best admissible β",
    test=f"{TEST} and in which {_SETS_THAT_ERR} transfer sets or more err",
    error_rate=ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/margin",),
    kind=BOUND,
    assumes=("datasets.<name>.limit_degrees",),
)
def _margin_bound(margin):
    risk = _below_dimension(margin).values
    bounds = margin["risk_bound"].transpose("dim", "n_train").values
    telling = ((risk > 0).sum(axis=0) >= _SETS_THAT_ERR) & (bounds < 1)
    dims = ", ".join(f"{dim:g}" for dim in margin["dim"].values)
    return bound(mean(risk).minus(bounds), bounds, informative=telling, reason=f"d = {dims}, γ = {_gamma(margin):.3f}")


@claim(
    "pl19-cor1-rate",
    section="4.2",
    statement="With an angular margin the expected transfer risk decays exponentially in n, up to n = d − 1.",
    quantity=f"decay of ln mean risk per added point, and its relative change, over the sizes below d at which "
    f"{_SETS_THAT_ERR} transfer sets or more err",
    test="jackknife over worlds in each dimension: one-sided t-test that the rate is above −ln γ; two one-sided "
    "t-tests that it changes little",
    error_rate=2 * ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/margin",),
    kind=RATE,
    parts=(_PROMISED, _EXPONENTIAL),
    tolerance=STRAIGHT,
    assumes=("datasets.<name>.limit_degrees",),
)
def _margin_rate(margin):
    slopes, changes, stories = [], [], []
    for dim in margin["dim"].values:
        risk = _below_dimension(margin).sel(dim=dim)
        risk = risk.isel(n_train=np.flatnonzero((risk > 0).sum("world") >= _SETS_THAT_ERR)).dropna("world", how="all")
        sizes = risk["n_train"].values
        if len(sizes) < 3:
            stories.append(f"d = {dim}: too few sizes at which enough sets err")
            continue
        slopes.append(pooled(mean_slopes_by_world(sizes, risk.values)))
        changes.append(pooled(mean_changes_by_world(sizes, risk.values)))
        stories.append(
            f"d = {dim}, n = {sizes[0]} to {sizes[-1]}: {-float(slopes[-1].value):.2f}, over which it changes by "
            f"{-100 * float(changes[-1].value):.0f} %"
        )
    slopes, promised = joined(slopes), -np.log(_gamma(margin))
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
    quantity="mean transfer risk less the bound, n < d",
    test=TEST,
    error_rate=ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
    kind=BOUND,
    reading="c = 1, the tasks of Sec. 5.1",
)
def _polynomial_bound(alignment):
    risk, bounds, kappa, _ = measured_bounds(alignment, "risk_bound_polynomial")
    return bound(risk.minus(bounds), bounds, reason=f"κ from {kappa.min():g} to {kappa.max():g}")


@claim(
    "pl19-cor2-rate",
    section="4.2",
    statement="On polynomial tasks the expected transfer risk decays essentially like (ln n/n)^κ or faster.",
    quantity="slope of ln mean risk against ln(ln n/n) over the sizes 3 ≤ n < d",
    test="jackknife over worlds: one-sided t-test that it is above κ, for each κ whose sets grow",
    error_rate=ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
    kind=RATE,
    scope="reading",
    reading="essentially: one exponent over all measured sizes, no constant",
    assumes=("datasets.<name>.kappas",),
)
def _polynomial_rate(alignment):
    # From n = 3 > e on, ln n/n decreases.
    sizes = alignment["n_train"].values
    below = alignment["growth_risk"].isel(n_train=(sizes >= 3) & (sizes < float(alignment["input_dim"])))
    below = below.dropna("kappa", how="all").dropna("n_train", how="all")
    sizes = below["n_train"].values
    slopes = pooled(
        mean_slopes_by_world(np.log(np.log(sizes) / sizes), below.transpose("growth_world", "n_train", "kappa").values)
    )
    found = ", ".join(
        f"{slope:.2f} at κ = {kappa:g}" for slope, kappa in zip(slopes.value, below["kappa"].values, strict=True)
    )
    reason = f"slope {found}, n = {sizes[0]} to {sizes[-1]}"
    return beyond(slopes, above=below["kappa"].values, kind=RATE, reason=reason)


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
