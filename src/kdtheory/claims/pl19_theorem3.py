"""Theorem 3 and its variants: the bound on the expected transfer risk, for any law of the angles."""

import numpy as np

from kdtheory.claims.finding import BOUND, IDENTITY, ORDER
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, always, bound, identity
from kdtheory.statistics.estimate import Estimate, joined
from kdtheory.statistics.means import mean

_ROUNDING = 1e-8
_BELOW_ONE = 1e-9
TEST = "upper limit of the one-sided t-test over worlds in every cell whose bound is below 1"
VACUOUS = "far from vacuous: below 1, the trivial bound on a probability, at every measured size"
# κ beyond those of Fig. 3, and sizes n, are our choice.
ASSUMES = ("datasets.<name>.kappas", "experiments.alignment.cells.growth.n_train")


@claim(
    "pl19-thm3-recovery",
    section="4.2",
    statement="With n ≥ d the student's transfer risk is zero (eq. 18).",
    quantity="exact transfer risk of every student that saw at least as many points as dimensions",
    test="every transfer set, to the rounding of a square system",
    figure="pl19_bounds",
    reads=("linear/alignment", "linear/margin"),
    kind=IDENTITY,
    tolerance=_ROUNDING,
)
def _recovery(alignment, margin):
    risks = (
        alignment["growth_risk"].where(alignment["n_train"] >= alignment["input_dim"]),
        margin["risk"].where(margin["n_train"] >= margin["dim"]),
    )
    risk = np.concatenate([each.values.ravel() for each in risks])
    return identity(risk, rounding=_ROUNDING, reason=f"largest risk {np.nanmax(risk, initial=0):.1e}")


@claim(
    "pl19-thm3-bound",
    section="4.2",
    statement="With n < d the expected transfer risk is at most p(β) + p(π/2 − β)ⁿ for every β (eq. 19).",
    quantity="mean transfer risk less the bound minimised over β, on polynomial tasks; stored sets and sets drawn by "
    "their Gram matrix",
    test=TEST,
    error_rate=ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
    kind=BOUND,
)
def _bound(alignment):
    return _against(alignment, "risk_bound")


@claim(
    "pl19-thm3-sharper-bound",
    section="4.3",
    statement="The proof of Theorem 3 gives the sharper bound p(β) + (1 − p(β))·p(π/2 − β)ⁿ.",
    quantity="mean transfer risk less that bound minimised over β, on polynomial tasks; stored sets and sets drawn "
    "by their Gram matrix",
    test=TEST,
    error_rate=ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
    kind=BOUND,
    scope="reading",
    reading="the proof's last line but one",
)
def _sharper_bound(alignment):
    return _against(alignment, "risk_bound_sharper")


@claim(
    "pl19-thm3-informative",
    section="4.2",
    statement="The bound of Theorem 3 is far from vacuous, even with little data.",
    quantity="1 less the bound minimised over β on polynomial tasks with n < d",
    test="every measured size and κ",
    figure="pl19_bounds",
    reads=("linear/alignment",),
    kind=ORDER,
    scope="reading",
    reading=VACUOUS,
    assumes=ASSUMES,
)
def _informative(alignment):
    return informative(alignment, "risk_bound")


@claim(
    "pl19-thmd1-bound",
    section="D",
    statement="A student at distance ε ≤ ‖ŵ‖/2 from the distilled one has an expected risk of at most "
    "p(β) + p(π/2 − δ − β)ⁿ, δ = √(2πε/‖ŵ‖) (Theorem D.1).",
    quantity="mean risk of students turned away from the teacher as far as ε allows, less the bound minimised over β",
    test=TEST,
    error_rate=ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
    kind=BOUND,
)
def _approximate_bound(alignment):
    dims = ("perturbation", "kappa", "gram_n_train")
    risk = mean(alignment["risk_approximate"].transpose("world", *dims).values)
    bounds = alignment["risk_bound_approximate"].transpose(*dims).values
    relative = alignment["perturbation"].values
    return bound(risk.minus(bounds), bounds, reason=f"ε/‖ŵ‖ from {relative.min():g} to {relative.max():g}")


def measured_bounds(alignment, name):
    """Return mean risks over worlds for n < d with their bounds, and κ and n of the cells, flattened.

    Parameters
    ----------
    alignment : xarray.Dataset
    name : str
        A bound, (kappa, n_train).

    Returns
    -------
    risk : Estimate, shape (cells,)
    bounds, kappa, n_train : array, shape (cells,)
    """
    below = alignment.sel(n_train=alignment["n_train"] < alignment["input_dim"])
    cells = ("kappa", "n_train")
    swept = mean(below["risk"].transpose("world", *cells).values)
    grown = mean(below["growth_risk"].transpose("growth_world", *cells).values)
    bounds = below[name].transpose(*cells).values
    places = np.meshgrid(below["kappa"].values, below["n_train"].values, indexing="ij")
    risk = joined([swept[swept.measured], grown[grown.measured]])
    both = [np.concatenate([values[swept.measured], values[grown.measured]]) for values in (bounds, *places)]
    return risk, *both


def informative(alignment, name):
    """Check that a bound (kappa, n_train) is below 1 wherever a risk was measured."""
    _, bounds, kappa, n_train = measured_bounds(alignment, name)
    vacuous = bounds >= 1 - _BELOW_ONE
    cells = ", ".join(f"(κ = {k:g}, n = {n:d})" for k, n in zip(kappa[vacuous], n_train[vacuous], strict=True))
    reason = (
        f"the bound is {bounds.min(initial=np.inf):.2g} to {bounds.max(initial=0):.2g}, and below the ½ of a guess in "
        f"{np.sum(bounds < 0.5)} of {bounds.size} cells; it is 1 or more at {cells or 'none'}"
    )
    return always(1 - _BELOW_ONE - bounds, reason=reason)


def _against(alignment, name):
    risk, bounds, kappa, n_train = measured_bounds(alignment, name)
    dims = ("kappa", "gram_n_train")
    gram = Estimate(
        *(alignment[variable].transpose(*dims).values for variable in ("risk_gram", "risk_gram_se")),
        int(alignment["gram_sets"]) - 1,
    )
    of_gram = alignment[name].sel(n_train=alignment["gram_n_train"].values).transpose("kappa", "n_train").values
    bounds = np.concatenate([bounds, of_gram.ravel()])
    reason = f"κ from {kappa.min():g} to {kappa.max():g}, n from {n_train.min()} to {n_train.max()}"
    return bound(joined([risk, gram]).minus(bounds), bounds, reason=reason)
