"""Bounds on the expected transfer risk of a distilled linear student (PL19 Theorem 3, D.1, Corollaries 1, 2).

They hold for n < d; for n ≥ d the student is the teacher and the risk 0 (PL19 eq. 18), which is the caller's
case.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize.elementwise import find_root
from scipy.special import expit, log_expit

from kdtheory.theory.angles import AngleLaw
from kdtheory.theory.arguments import real


def transfer_risk_bound(n_train: npt.ArrayLike, kappa: npt.ArrayLike) -> np.ndarray:
    """Return PL19 eq. 19 for the polynomial task p(θ) = (1 − 2θ/π)^κ, minimised over β ∈ [0, π/2].

    With s = 2β/π and m = κn the bound is g(s) = (1 − s)^κ + s^m, g(0) = g(1) = 1. The sign of g′ is that of
    D(s) = log n + (m − 1) log s + (1 − κ) log(1 − s), so the global minimum is known exactly:

    * m ≤ 1: D decreases, g rises and falls, and the minimum is 1, at the ends (also κ = n = 1, where g ≡ 1);
    * m > 1, κ ≥ 1: D increases, one minimum;
    * m > 1, κ < 1: D rises up to s = (m − 1)/(m − κ) and falls beyond; its first root is the only interior
      minimum, below 1.

    Parameters
    ----------
    n_train : array_like of int
        Size of the transfer set, at least 1.
    kappa : array_like
        Exponent κ > 0; broadcasts with ``n_train``.

    Returns
    -------
    ndarray, broadcast shape
        The bound on the expected risk, in (0, 1].

    Raises
    ------
    ValueError
        ``n_train`` below 1 or ``kappa`` not positive.
    """
    n_train, kappa = np.broadcast_arrays(_checked_sizes(n_train), _checked_exponents(kappa))
    interior = n_train * kappa > 1
    n, k = np.where(interior, n_train, 2.0), np.where(interior, kappa, 1.0)
    m = n * k

    def slope(logit, n, k, m):  # D at s = expit(logit), which keeps both s and 1 − s
        return np.log(n) + (m - 1) * log_expit(logit) + (1 - k) * log_expit(-logit)

    # D < 0 at the lower end since log s < logit and, for logit < 0, −log(1 − s) ≤ log 2.
    lower = -(np.log(n) + np.maximum(k - 1, 0) * np.log(2)) / (m - 1) - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        upper = np.where(k < 1, np.log((m - 1) / (1 - k)), np.maximum(1, np.log(m) + 0.5))
    best = find_root(slope, (lower, upper), args=(n, k, m)).x
    return np.where(interior, np.exp(k * log_expit(-best)) + np.exp(m * log_expit(best)), 1.0)[()]


def risk_bound(
    law: AngleLaw, n_train: npt.ArrayLike, *, inflation: npt.ArrayLike = 0.0, sharper: bool = False
) -> np.ndarray:
    """Return PL19 eq. 19 or eq. 78, minimised over β, for any law of the angles.

    min over β ∈ [0, π/2 − δ] of p(β) + p(π/2 − δ − β)^n; δ = 0 is Theorem 3, δ > 0 Theorem D.1.

    Parameters
    ----------
    law : AngleLaw
        Law of the angle between data and teacher, which gives p.
    n_train : array_like of int
        Size of the transfer set, at least 1.
    inflation : array_like
        δ ≥ 0 in radians, see `angle_inflation`; broadcasts with ``n_train``.
    sharper : bool
        Weight the second term by 1 − p(β), the probability of the test points that it accounts for: what eqs.
        29 and 32 (for δ > 0, eqs. 86 and 90) prove before they are rounded up.

    Returns
    -------
    ndarray, broadcast shape
        The bound, which may exceed 1 where δ > 0 and not ``sharper``; inf where δ > π/2, since then no β is
        admissible and the theorem is silent. Relative error about n·1e-16: an ulp of p to the power n.

    Raises
    ------
    ValueError
        ``n_train`` below 1 or ``inflation`` negative.
    """
    inflation = np.asarray(inflation, dtype=float)
    if not (inflation >= 0).all():
        raise ValueError("inflation must be at least 0")
    n_train, inflation = np.broadcast_arrays(_checked_sizes(n_train), inflation)
    delta = inflation[..., None]
    width = np.maximum(np.pi / 2 - delta, 0.0)

    def bound(logit):  # β = width·expit(logit); the complement π/2 − β without a cancellation
        missed = law.boundary_cdf(delta + width * expit(-logit))
        unseen = law.boundary_cdf(delta + width * expit(logit)) ** n_train[..., None]
        return missed + (1 - missed if sharper else 1) * unseen

    # The ends, then a grid dense in log β and log(π/2 − β), then zooming into the best cell. The value is
    # flat or has a kink there; 12 rounds shrink the cell by 16¹² in either case.
    ends = bound(np.array([-np.inf, np.inf])).min(axis=-1)
    lowest, highest = np.full(delta.shape, -45.0), np.full(delta.shape, 45.0)
    fraction = np.linspace(0, 1, 4097)
    for _ in range(13):
        grid = lowest + (highest - lowest) * fraction
        values = bound(grid)
        best = values.argmin(axis=-1)[..., None]
        last = grid.shape[-1] - 1
        lowest = np.take_along_axis(grid, np.maximum(best - 1, 0), axis=-1)
        highest = np.take_along_axis(grid, np.minimum(best + 1, last), axis=-1)
        fraction = np.linspace(0, 1, 33)
    return np.where(inflation > np.pi / 2, np.inf, np.minimum(ends, values.min(axis=-1)))[()]


def margin_bound(law: AngleLaw, n_train: npt.ArrayLike) -> np.ndarray:
    """Return γⁿ of PL19 Corollary 1 with the best admissible β.

    p(β) = 0 holds from β = π/2 − margin on, and γ = p(π/2 − β) grows with β, so the smallest such β is best.

    Parameters
    ----------
    law : AngleLaw
        A law with a margin.
    n_train : array_like of int
        Size of the transfer set, at least 1.

    Returns
    -------
    ndarray, shape of ``n_train``
        0 when no point is further than the margin from ±w*.

    Raises
    ------
    ValueError
        ``n_train`` below 1, or the law has no margin: then γ = 1 and the corollary's premise fails.
    """
    if not law.margin > 0:
        raise ValueError(f"law is {law}, which has no margin; Corollary 1 needs one")
    return law.boundary_cdf(np.pi / 2 - law.margin) ** _checked_sizes(n_train)


def polynomial_bound(n_train: npt.ArrayLike, kappa: npt.ArrayLike, constant: float = 1.0) -> np.ndarray:
    """Return PL19 Corollary 2 as printed (eq. 21), c·(1 + (ln n)^κ)/n^κ.

    Its proof (eqs. 22–23) drops c; it is a theorem for c = 1 only. `polynomial_bound_proved` says what holds
    for c > 1.

    Parameters
    ----------
    n_train : array_like of int
        Size of the transfer set, at least 1.
    kappa : array_like
        Exponent κ > 0 with p(θ) ≤ c(1 − 2θ/π)^κ.
    constant : float
        c, at least 1 because p(0) = 1.

    Returns
    -------
    ndarray, broadcast shape

    Raises
    ------
    ValueError
        ``n_train`` below 1, ``kappa`` not positive or ``constant`` below 1.
    """
    n_train, kappa, constant = _checked_sizes(n_train), _checked_exponents(kappa), _checked_constant(constant)
    return constant * (1 + np.log(n_train) ** kappa) / n_train**kappa


def polynomial_bound_proved(n_train: npt.ArrayLike, kappa: npt.ArrayLike, constant: float = 1.0) -> np.ndarray:
    """Return what the proof of PL19 Corollary 2 gives when c is kept, c(ln n/n)^κ + cⁿn^(−κ).

    Theorem 3 with p(θ) ≤ c(1 − 2θ/π)^κ and s = 2β/π is p(β) + p(π/2 − β)ⁿ ≤ c(1 − s)^κ + (c·s^κ)ⁿ: the power
    n acts on c too. At the proof's s = n^(−1/n), s^(κn) = n^(−κ) and 1 − s = 1 − exp(−ln n/n) ≤ ln n/n. For c
    = 1 this is eq. 21. For c > 1 it grows with n and soon exceeds 1; no choice of s repairs that, because
    c·s^κ < 1 needs s < c^(−1/κ), which keeps the first term at or above c(1 − c^(−1/κ))^κ. Parameters, shapes
    and errors as in `polynomial_bound`; inf on overflow.
    """
    n_train, kappa, constant = _checked_sizes(n_train), _checked_exponents(kappa), _checked_constant(constant)
    with np.errstate(over="ignore"):
        second = np.exp(n_train * np.log(constant) - kappa * np.log(n_train))
    return constant * (np.log(n_train) / n_train) ** kappa + second


def angle_inflation(epsilon_ratio: npt.ArrayLike) -> np.ndarray:
    """Return δ = √(2πε/‖ŵ‖) of PL19 Theorem D.1, in radians.

    Parameters
    ----------
    epsilon_ratio : array_like
        ε/‖ŵ‖, relative distance of the student to the distillation solution, in [0, 1/2].

    Returns
    -------
    ndarray, shape of ``epsilon_ratio``
        Above π/8 the angle exceeds π/2, and the theorem has no admissible β.

    Raises
    ------
    ValueError
        A ratio is outside [0, 1/2]: the theorem assumes ε ≤ ‖ŵ‖/2.
    """
    epsilon_ratio = np.asarray(epsilon_ratio, dtype=float)
    if not ((epsilon_ratio >= 0) & (epsilon_ratio <= 0.5)).all():
        raise ValueError(f"epsilon_ratio is {epsilon_ratio}, Theorem D.1 needs it in [0, 1/2]")
    return np.sqrt(2 * np.pi * epsilon_ratio)


def _checked_sizes(n_train):
    n_train = real("n_train", n_train)
    if not ((n_train >= 1) & (n_train < np.inf)).all():
        raise ValueError(f"n_train is {n_train}, must be at least 1 and finite")
    return n_train


def _checked_exponents(kappa):
    kappa = real("kappa", kappa)
    if not ((kappa > 0) & (kappa < np.inf)).all():
        raise ValueError(f"kappa is {kappa}, must be positive and finite")
    return kappa


def _checked_constant(constant):
    if not 1 <= constant < np.inf:
        raise ValueError(f"constant is {constant}, must be at least 1 and finite, because p(0) = 1")
    return constant
