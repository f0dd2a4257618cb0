"""Theorem 3 on every kind of angle law, and the step of its proof about easy points (eqs. 32 and 33)."""

from dataclasses import replace

import numpy as np

from kdtheory.claims.finding import BOUND
from kdtheory.claims.pl19_theorem3 import TEST
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, bound, in_parts
from kdtheory.statistics.estimate import joined
from kdtheory.statistics.means import mean

# A mean risk that fewer transfer sets carry cannot be told from none.
SETS_THAT_ERR = 10
# Smaller probabilities are rounding.
_SMALLEST = 1e-9
_MARGIN, _SCALED, _POLYNOMIAL = "with a margin", "crowded at the boundary", "polynomial"


@claim(
    "pl19-thm3-bound-laws",
    section="4.2",
    statement="With n < d the expected transfer risk is at most p(β) + p(π/2 − β)ⁿ for every β, whatever the law p of "
    "the angles (eq. 19).",
    quantity="mean transfer risk less the bound minimised over β: students of stored sets where "
    f"{SETS_THAT_ERR} sets or more err, and students drawn by the chain of their angles up to n = d − 1",
    test=TEST,
    error_rate=3 * ERROR_RATE,
    figure="pl19_theorem3",
    reads=("linear/margin", "linear/alignment", "linear/rates"),
    kind=BOUND,
    parts=(_MARGIN, _SCALED, _POLYNOMIAL),
    assumes=("datasets.<name>.limit_degrees", "experiments.rates.scaled.scale", "experiments.rates.polynomial.kappas"),
)
def _laws(margin, alignment, rates):
    below = rates.sel(n_train=rates["n_train"] < rates["input_dim"])
    scaled = rates.sel(scaled_n_train=rates["scaled_risk"].notnull().any("world"))
    crowded = [
        (
            mean(alignment["scaled_risk"].transpose("scaled_world", ...).values),
            alignment["scaled_bound_theorem"].values,
        ),
        (mean(scaled["scaled_risk"].transpose("world", ...).values), scaled["scaled_bound"].values),
    ]
    polynomial = mean(below["risk"].transpose("world", "kappa", "n_train").values)
    parts = {
        _MARGIN: bound_of_all(margin_cells(margin, rates, "risk_bound_theorem", "margin_bound_theorem")),
        _SCALED: bound_of_all(crowded),
        _POLYNOMIAL: bound_of_all([(polynomial, below["risk_bound"].transpose("kappa", "n_train").values)]),
    }
    return replace(in_parts((_MARGIN, _SCALED, _POLYNOMIAL), parts), kind=BOUND)


@claim(
    "pl19-eq32-conditional-error",
    section="4.3",
    statement="A point at an angle below β to the teacher is misclassified with a probability of at most p(π/2 − β)ⁿ, "
    "on either side of the boundary (eqs. 32 and 33).",
    quantity="mean probability that the student errs on a point at the angle β, less the bound, n < d",
    test=f"{TEST} and above {_SMALLEST:g}",
    error_rate=ERROR_RATE,
    figure="pl19_theorem3",
    reads=("linear/rates",),
    kind=BOUND,
    reading="at the largest admissible angle, where the bound is sharpest; both sides are alike on these tasks",
    assumes=("experiments.rates.polynomial.kappas",),
)
def _conditional_error(rates):
    below, dims = rates.sel(n_train=rates["n_train"] < rates["input_dim"]), ("kappa", "easy_angle", "n_train")
    wrong = mean(below["conditional_error"].transpose("world", *dims).values)
    bounds = below["conditional_bound"].transpose(*dims).values
    angles = np.rad2deg(below["easy_angle"].values)
    reason = f"β from {angles.min():.0f}° to {angles.max():.0f}°, κ from {below['kappa'].values.min():g} to "
    reason += f"{below['kappa'].values.max():g}, n from {below['n_train'].values.min()}"
    return bound(wrong.minus(bounds), bounds, informative=(bounds < 1) & (bounds > _SMALLEST), reason=reason)


def margin_cells(margin, rates, of_students, of_chains):
    """Return mean risks with a margin and their bounds, of students of stored sets and of students drawn by the chain.

    Parameters
    ----------
    margin, rates : xarray.Dataset
    of_students, of_chains : str
        The bound in each of the two groups.

    Returns
    -------
    list of (Estimate, array)
        Cells (dim, n_train): NaN where n ≥ d, and where too few of the stored sets err. Every root seed has the same
        cells.
    """
    risk = margin["risk"].where(margin["n_train"] < margin["dim"]).transpose("world", "dim", "n_train").values
    bounds = margin[of_students].transpose("dim", "n_train").values
    telling = np.where((risk > 0).sum(axis=0) >= SETS_THAT_ERR, risk, np.nan)
    drawn = mean(rates["margin_risk"].transpose("world", "dim", "margin_n_train").values)
    return [(mean(telling), bounds), (drawn, rates[of_chains].transpose("dim", "margin_n_train").values)]


def bound_of_all(cells, reason=None):
    """Check that no mean risk exceeds its bound.

    Parameters
    ----------
    cells : list of (Estimate, array)
        Mean risks and bounds of one shape.
    reason : str, optional
        By default the number of measured cells.

    Returns
    -------
    Finding
    """
    risks, bounds = joined([risk for risk, _ in cells]), np.concatenate([most.ravel() for _, most in cells])
    return bound(risks.minus(bounds), bounds, reason=reason or f"{risks.measured.sum()} cells")
