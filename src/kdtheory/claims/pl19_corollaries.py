"""Corollaries 1 and 2: bounds and rates of the expected transfer risk with a margin and on polynomial tasks."""

import numpy as np

from kdtheory.claims.pl19_theorem3 import below_dimension, informative
from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import below_bound, beyond, bootstrap, every_cell, mean_and_error, slope

_ERROR_RATE = 1e-3
_RATE_ERROR = 0.05
_TEST = "mean − z·SE against the bound in every cell, Bonferroni over cells"
# A mean risk that fewer transfer sets carry has no usable logarithm.
_SETS_THAT_ERR = 10


@claim(
    "pl19-cor1-bound",
    section="4.2",
    statement="With an angular margin and n < d the expected transfer risk is at most γⁿ (Corollary 1).",
    quantity="mean transfer risk over γⁿ with the best admissible β",
    test=_TEST,
    error_rate=_ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/margin",),
)
def _margin_bound(margin):
    mean, error = mean_and_error(_below_dimension(margin).values)
    bound = margin["risk_bound"].transpose("dim", "n_train").values
    return below_bound(
        mean, error, bound, f"d = {_list(margin['dim'])}, γ = {_gamma(margin):.3f}", error_rate=_ERROR_RATE
    )


@claim(
    "pl19-cor1-rate",
    section="4.2",
    statement="With an angular margin the expected transfer risk decays exponentially in n, up to n = d − 1.",
    quantity="decay of ln mean risk per added point, over the first and the second half of the sizes below d",
    test="bootstrap over transfer sets: each half's interval lies above −ln γ, the rate that Corollary 1 promises",
    error_rate=_RATE_ERROR,
    figure="pl19_bounds",
    reads=("linear/margin",),
)
def _margin_rate(margin):
    estimates, stories = [], []
    for dim in margin["dim"].values:
        risk = _below_dimension(margin).sel(dim=dim).dropna("repeat", how="all").dropna("n_train")
        sizes = risk["n_train"].values[((risk > 0).sum("repeat") >= _SETS_THAT_ERR).values]
        if len(sizes) < 3:
            continue
        middle = sizes[len(sizes) // 2]
        for first, last in ((sizes[0], middle), (middle, sizes[-1])):
            samples = risk.sel(n_train=[first, last]).values
            estimate, interval = bootstrap(
                lambda means, points=last - first: _decay(means, points), samples, error_rate=_RATE_ERROR
            )
            estimates.append((estimate, interval))
            stories.append(f"d = {dim}, n = {first} to {last}: {estimate:.2f} ({interval[0]:.2f} to {interval[1]:.2f})")
        beyond_sizes = risk.where(risk["n_train"] > sizes[-1], drop=True)
        err, sets = int((beyond_sizes > 0).sum()), int(beyond_sizes.notnull().sum())
        if sets:
            stories.append(f"beyond, {err} of {sets} students err at all")
    promised = -np.log(_gamma(margin))
    return beyond(estimates, f"rate per point, −ln γ = {promised:.3f}: {'; '.join(stories)}", above=promised)


@claim(
    "pl19-cor1-informative",
    section="4.2",
    statement="The bound of Corollary 1 is informative however little data there is, since γ < 1.",
    quantity="γⁿ for n < d",
    test="below 1 in every cell",
    figure="pl19_bounds",
    reads=("linear/margin",),
)
def _margin_informative(margin):
    measured = _below_dimension(margin).notnull().any("repeat").transpose("dim", "n_train").values
    bound = margin["risk_bound"].transpose("dim", "n_train").values[measured]
    first = int(np.ceil(np.log(0.5) / np.log(_gamma(margin)))) if 0 < _gamma(margin) < 1 else "no n"
    reason = f"the bound is {bound.min():.2g} to {bound.max():.2g}, below the ½ of a guess from n = {first} on"
    reading = "vacuous where the bound on a probability is 1 or more"
    return every_cell(bound >= 1 - 1e-12, reason, estimate=bound.max(), reading=reading)


@claim(
    "pl19-cor2-bound",
    section="4.2",
    statement="On polynomial tasks, p(θ) ≤ (1 − 2θ/π)^κ, the expected transfer risk is at most (1 + (ln n)^κ)/n^κ "
    "(Corollary 2, c = 1).",
    quantity="mean transfer risk over the bound, n < d",
    test=_TEST,
    error_rate=_ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
)
def _polynomial_bound(alignment):
    mean, error = below_dimension(alignment)
    bound = alignment["risk_bound_polynomial"].transpose("kappa", "n_train").values
    kappa = alignment["kappa"].values
    reason = f"κ from {kappa.min():g} to {kappa.max():g}"
    return below_bound(mean, error, bound, reason, error_rate=_ERROR_RATE, reading="c = 1, the tasks of Sec. 5.1")


@claim(
    "pl19-cor2-rate",
    section="4.2",
    statement="On polynomial tasks the expected transfer risk decays essentially like (ln n/n)^κ or faster.",
    quantity="slope of ln mean risk against ln(ln n/n) over the sizes 3 ≤ n < d",
    test="bootstrap over transfer sets: the interval lies above κ, for each κ whose sets grow",
    error_rate=_RATE_ERROR,
    figure="pl19_bounds",
    reads=("linear/alignment",),
)
def _polynomial_rate(alignment):
    estimates, thresholds, stories = [], [], []
    below = alignment["risk"].where(alignment["n_train"] < alignment["input_dim"])
    # From n = 3 > e on, ln n/n decreases.
    below = below.isel(n_train=np.flatnonzero(below["n_train"] >= 3))
    for kappa in alignment["kappa"].values:
        risk = below.sel(kappa=kappa).transpose("n_train", "repeat")
        risk = risk.isel(repeat=np.flatnonzero(risk.notnull().sum("n_train") >= 3)).dropna("n_train")
        if min(risk.shape) < 2:
            continue
        sizes = risk["n_train"].values
        shape = np.log(np.log(sizes) / sizes)
        estimate, interval = bootstrap(
            lambda means, shape=shape: slope(shape, np.log(means)), risk.values, error_rate=_RATE_ERROR
        )
        estimates.append((estimate, interval))
        thresholds.append(kappa)
        mean, half = np.log(risk.values.mean(axis=1)), len(sizes) // 2
        halves = [slope(shape[part], mean[part]) for part in (slice(half + 1), slice(half, None))]
        stories.append(
            f"κ = {kappa:g}, n = {sizes[0]} to {sizes[-1]}: {estimate:.2f} ({interval[0]:.2f} to {interval[1]:.2f}), "
            f"{halves[0]:.2f} up to n = {sizes[half]} and {halves[1]:.2f} from there"
        )
    return beyond(estimates, f"slope at {'; '.join(stories)}", above=thresholds)


@claim(
    "pl19-cor2-informative",
    section="4.2",
    statement="The bound of Corollary 2 is far from vacuous, even with little data.",
    quantity="(1 + (ln n)^κ)/n^κ on polynomial tasks with n < d",
    test="below 1 in every cell",
    figure="pl19_bounds",
    reads=("linear/alignment",),
)
def _polynomial_informative(alignment):
    mean, _ = below_dimension(alignment)
    return informative(alignment, "risk_bound_polynomial", np.isfinite(mean))


@claim(
    "pl19-cor2-constant",
    section="4.2",
    statement="If p(θ) ≤ c(1 − 2θ/π)^κ the expected transfer risk is at most c(1 + (ln n)^κ)/n^κ, for any c (eq. 21).",
    quantity="mean transfer risk over that bound on a task with c > 1, whose data crowd at the boundary",
    test=_TEST,
    error_rate=_ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
)
def _printed_constant(alignment):
    return _scaled(alignment, "scaled_bound_printed", "as printed; the proof (eqs. 22, 23) drops c")


@claim(
    "pl19-cor2-constant-proved",
    section="4.2",
    statement="What the proof of Corollary 2 gives when c is kept: a risk of at most c(ln n/n)^κ + cⁿn^(−κ).",
    quantity="mean transfer risk over that bound on a task with c > 1, whose data crowd at the boundary",
    test=_TEST,
    error_rate=_ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
)
def _proved_constant(alignment):
    return _scaled(alignment, "scaled_bound_proved", "our correction of eq. 21")


def _scaled(alignment, name, reading):
    mean, error = mean_and_error(alignment["scaled_risk"].transpose("scaled_n_train", "scaled_repeat").values)
    bound = alignment[name].values
    cells = (
        f"n = {n}: mean risk {m:.4f} ± {e:.4f} (SE), bound {b:.3g}"
        for n, m, e, b in zip(alignment["scaled_n_train"].values, mean, error, bound, strict=True)
    )
    vacuous = ", so it holds but says nothing" if (bound >= 1).all() else ""
    return below_bound(mean, error, bound, "; ".join(cells) + vacuous, error_rate=_ERROR_RATE, reading=reading)


def _below_dimension(margin):
    return margin["risk"].where(margin["n_train"] < margin["dim"]).transpose("dim", "n_train", "repeat")


def _gamma(margin):
    """γ, from the bound at the smallest size."""
    return float(margin["risk_bound"].isel(n_train=0).max() ** (1 / margin["n_train"].values[0]))


def _decay(means, points):
    """Fall of the logarithm per point; infinite where no set of a resample errs any more."""
    first, last = means
    return np.log(first / np.where(last > 0, last, 1.0), out=np.full_like(first, np.inf), where=last > 0) / points


def _list(values):
    return ", ".join(f"{value:g}" for value in values.values)
