"""Theorem 3 on the paper's only real data, MNIST digits 0 and 1: the bound by the images' own angles to the teacher."""

import numpy as np

from kdtheory.claims.finding import BOUND, ORDER
from kdtheory.claims.pl19_theorem3 import VACUOUS
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, always, bound
from kdtheory.statistics.means import paired_difference

_BELOW_ONE = 1e-9
_TEST = "upper limit of the one-sided paired t-test over worlds at every n whose mean bound is below 1"
_STATEMENT = "With n < d the expected transfer risk is at most p(β) + p(π/2 − β)ⁿ for every β (MNIST digits 0 and 1)."
_ASSUMES = ("teachers.<name>.inverse_regularisation",)


@claim(
    "pl19-thm3-bound-digits",
    section="4.2",
    statement=_STATEMENT,
    quantity="risk on a world's pool less the bound minimised over β, with the pool's exact p(θ)",
    test=_TEST,
    error_rate=ERROR_RATE,
    figure="pl19_theorem3",
    reads=("linear/digit_bound",),
    kind=BOUND,
    reading="the pool of images is the population, from which transfer sets are drawn with replacement",
    assumes=_ASSUMES,
)
def _population(digits):
    return _against(digits, "population", ERROR_RATE)


@claim(
    "pl19-thm3-bound-digits-held-out",
    section="4.2",
    statement=_STATEMENT,
    quantity="risk on the test images less the bound minimised over β, with their p̂(θ) + √(ln 20/2m)",
    test=f"{_TEST}; the band of p̂ is one-sided, of Dvoretzky, Kiefer, Wolfowitz and Massart, at 5 %",
    error_rate=2 * ERROR_RATE,
    figure="pl19_theorem3",
    reads=("linear/digit_bound",),
    kind=BOUND,
    scope="reading",
    reading="MNIST's distribution; the m test images, which neither teacher nor transfer set saw, are a sample of it",
    assumes=_ASSUMES,
)
def _held_out(digits):
    return _against(digits, "held_out", 2 * ERROR_RATE)


@claim(
    "pl19-thm3-informative-digits",
    section="4.2",
    statement="The bound of Theorem 3 is far from vacuous, even with little data (MNIST digits 0 and 1).",
    quantity="1 less the bound minimised over β, with the exact p(θ) of each world's pool, n < d",
    test="every measured size and world",
    figure="pl19_theorem3",
    reads=("linear/digit_bound",),
    kind=ORDER,
    scope="reading",
    reading=VACUOUS,
    assumes=_ASSUMES,
)
def _informative(digits):
    bounds, limit = digits["population_bound"].values, digits["regularised_bound"].values
    nearest, sizes = np.rad2deg(digits["nearest_angle"].values), digits["n_train"].values
    risk = digits["population_risk"].mean("world").values
    reason = (
        f"the bound is {bounds.min():.3g} to {bounds.max():.3g} at n = {sizes.min()} to {sizes.max()}, where the mean "
        f"risk falls to {risk.min():.2g}; it needs images closer than 45° to the teacher, and the closest are at "
        f"{nearest.min():.1f}°; with the strongest regularisation of the teacher it is {limit.min():.3g} to "
        f"{limit.max():.3g}"
    )
    return always(1 - _BELOW_ONE - bounds, reason=reason)


def _against(digits, name, error_rate):
    risk, bounds = (digits[f"{name}_{part}"].transpose("world", "n_train").values for part in ("risk", "bound"))
    cells = ", ".join(
        f"{value:.2g} against {most:.3g} (n = {n})"
        for n, value, most in zip(digits["n_train"].values, risk.mean(axis=0), bounds.mean(axis=0), strict=True)
    )
    return bound(
        paired_difference(risk, bounds),
        bounds.mean(axis=0),
        informative=bounds.mean(axis=0) < 1 - _BELOW_ONE,
        error_rate=error_rate,
        reason=f"mean risk {cells}",
    )
