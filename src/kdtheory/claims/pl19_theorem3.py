"""Theorem 3 and its variants: the bound on the expected transfer risk, for any law of the angles."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import below_bound, every_cell, mean_and_error

_ERROR_RATE = 1e-3
_ROUNDING = 1e-8
_TEST = "mean − z·SE against the bound in every cell, Bonferroni over cells"


@claim(
    "pl19-thm3-recovery",
    section="4.2",
    statement="With n ≥ d the student's transfer risk is zero (eq. 18).",
    quantity="exact transfer risk of every student that saw at least as many points as dimensions",
    test="every transfer set, to the rounding of a square system",
    figure="pl19_bounds",
    reads=("linear/alignment", "linear/margin"),
)
def _recovery(alignment, margin):
    risks = [
        alignment["risk"].where(alignment["n_train"] >= alignment["input_dim"]).values.ravel(),
        margin["risk"].where(margin["n_train"] >= margin["dim"]).values.ravel(),
    ]
    risk = np.concatenate([values[np.isfinite(values)] for values in risks])
    worst = risk.max(initial=0)
    return every_cell(risk > _ROUNDING, f"largest risk {worst:.1e}", what="transfer sets", estimate=worst)


@claim(
    "pl19-thm3-bound",
    section="4.2",
    statement="With n < d the expected transfer risk is at most p(β) + p(π/2 − β)ⁿ for every β (eq. 19).",
    quantity="mean transfer risk over the bound minimised over β, on polynomial tasks; stored sets and sets drawn by "
    "their "
    "Gram matrix",
    test=_TEST,
    error_rate=_ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
)
def _bound(alignment):
    return _against(alignment, "risk_bound")


@claim(
    "pl19-thm3-sharper-bound",
    section="4.3",
    statement="The proof of Theorem 3 gives the sharper bound p(β) + (1 − p(β))·p(π/2 − β)ⁿ.",
    quantity="mean transfer risk over that bound minimised over β, on polynomial tasks; stored sets and sets drawn "
    "by their "
    "Gram matrix",
    test=_TEST,
    error_rate=_ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
)
def _sharper_bound(alignment):
    return _against(alignment, "risk_bound_sharper")


@claim(
    "pl19-thm3-informative",
    section="4.2",
    statement="The bound of Theorem 3 is far from vacuous, even with little data.",
    quantity="bound minimised over β on polynomial tasks with n < d",
    test="below 1 in every cell",
    figure="pl19_bounds",
    reads=("linear/alignment",),
)
def _informative(alignment):
    mean, _ = below_dimension(alignment)
    return informative(alignment, "risk_bound", np.isfinite(mean))


@claim(
    "pl19-thmd1-bound",
    section="D",
    statement="A student at distance ε ≤ ‖ŵ‖/2 from the distilled one has an expected risk of at most "
    "p(β) + p(π/2 − δ − β)ⁿ, δ = √(2πε/‖ŵ‖) (Theorem D.1).",
    quantity="mean risk of students turned away from the teacher as far as ε allows, over the bound minimised over β",
    test=_TEST,
    error_rate=_ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
)
def _approximate_bound(alignment):
    dims = ("perturbation", "kappa", "gram_n_train")
    mean, error = mean_and_error(alignment["risk_approximate"].transpose(*dims, "repeat").values)
    bound = alignment["risk_bound_approximate"].transpose(*dims).values
    relative = alignment["perturbation"].values
    reason = (
        f"ε/‖ŵ‖ from {relative.min():g} to {relative.max():g}; the bound is 1 or more in {np.sum(bound >= 1)} of "
        f"{bound.size} cells, where it says nothing"
    )
    return below_bound(mean, error, bound, reason, error_rate=_ERROR_RATE)


def below_dimension(alignment):
    """Return mean risk and its standard error for n < d, both (kappa, n_train), NaN where nothing was measured."""
    risk = alignment["risk"].where(alignment["n_train"] < alignment["input_dim"])
    return mean_and_error(risk.transpose("kappa", "n_train", "repeat").values)


def informative(alignment, name, measured):
    """Check that a bound (kappa, n_train) is below 1 wherever a risk was measured."""
    bound = alignment[name].transpose("kappa", "n_train").values
    kappa, n_train = np.meshgrid(alignment["kappa"].values, alignment["n_train"].values, indexing="ij")
    values, vacuous = bound[measured], measured & (bound >= 1 - 1e-12)
    cells = ", ".join(f"(κ = {k:g}, n = {n:d})" for k, n in zip(kappa[vacuous], n_train[vacuous], strict=True))
    reason = (
        f"the bound is {values.min(initial=np.inf):.2g} to {values.max(initial=0):.2g}, and below the ½ of a guess in "
        f"{np.sum(values < 0.5)} of {values.size} cells; it is 1 or more at {cells or 'none'}"
    )
    reading = "vacuous where the bound on a probability is 1 or more"
    return every_cell(values >= 1 - 1e-12, reason, estimate=values.max(initial=0), reading=reading)


def _against(alignment, name):
    mean, error = below_dimension(alignment)
    bound = alignment[name].transpose("kappa", "n_train").values
    gram = [alignment[variable].transpose("kappa", "gram_n_train").values for variable in ("risk_gram", "risk_gram_se")]
    gram_bound = alignment[name].sel(n_train=alignment["gram_n_train"].values).transpose("kappa", "n_train").values
    cells = [
        np.concatenate([a.ravel(), b.ravel()]) for a, b in ((mean, gram[0]), (error, gram[1]), (bound, gram_bound))
    ]
    kappa, sizes = alignment["kappa"].values, alignment["n_train"].values[np.isfinite(mean).any(axis=0)]
    reason = f"κ from {kappa.min():g} to {kappa.max():g}, n from {sizes.min()} to {sizes.max()}"
    return below_bound(*cells, reason, error_rate=_ERROR_RATE)
