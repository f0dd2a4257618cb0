"""Exact transfer risk of a linear student, a function of its angle to the teacher (PL19 eq. 4).

The data point x is at the angle a to ±w*, with a law symmetric about w*: x ∝ ±(sin b·w̄* + cos b·u), u
uniform on the unit sphere orthogonal to w*. The student at the angle φ ≤ π/2 to w* errs where sin b·cos φ +
cos b·sin φ·τ < 0, τ the component of u along the student's own part across w*, τ² ~ Beta(1/2, (d − 2)/2), so

    R(φ) = ½ E[F(arctan(|τ| tan φ))],   F the cumulative law of the boundary angle b,

and R(φ) = 1 − R(π − φ) beyond π/2. In d = 2, |τ| = 1.
"""

from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.interpolate import make_interp_spline

from kdtheory.theory.angles import AngleLaw, PolynomialAngles, checked_dim
from kdtheory.theory.arguments import real, real_number

# The tanh–sinh rule, measured against 30-digit quadrature (d = 3 … 1e5, κ = 2⁻⁶ … 20, φ = 1e-9 … π/2): 1e-14
# relative for smooth laws, 1e-13 in the tails of laws with kinks. Half as many nodes lose six digits at d =
# 1e5, κ = 20.
_STEP = 1 / 80
_REACH = 3.7
_ANGLES_AT_ONCE = 512

# The table's knots, equidistant in log tan φ. The upper end lies beyond the tangent of the largest double
# below π/2.
_SMALLEST_ANGLE = 1e-10
_SMALLEST_RISK = 1e-290
_LARGEST_LOG_TANGENT = 37.5
_KNOT_DISTANCE = 1 / 40


def angle_risk(angle: npt.ArrayLike, dim: int, law: AngleLaw) -> np.ndarray:
    """Return the transfer risk P[student ≠ teacher] of a linear student at a given angle to its teacher.

    Parameters
    ----------
    angle : array_like
        Signed angle φ ∈ [0, π] between the weight vectors, radians, any shape.
    dim : int
        Dimension d ≥ 2 of the inputs.
    law : AngleLaw
        Law of the angle between inputs and teacher (`kdtheory.theory.angles`).

    Returns
    -------
    ndarray, shape of ``angle``
        Risk, by tanh–sinh quadrature in ψ = arcsin |τ| (density ∝ cos^(d−3) ψ) split at the law's kinks;
        relative error about 1e-12. Memory stays bounded for any number of angles.

    Raises
    ------
    ValueError
        ``angle`` is outside [0, π] or ``dim`` below 2.
    """
    angle = _checked_angle(angle)
    dim = checked_dim(dim)
    acute = np.minimum(angle, np.pi - angle).ravel()
    risk = np.empty_like(acute)
    for start in range(0, acute.size, _ANGLES_AT_ONCE):
        part = slice(start, start + _ANGLES_AT_ONCE)
        risk[part] = _mean_boundary_cdf(acute[part], dim, law) / 2
    return _reflect(angle, risk.reshape(angle.shape))


def polynomial_angle_risk(angle: npt.ArrayLike, dim: int, kappa: float) -> np.ndarray:
    """Return the exact transfer risk for the polynomial task p(θ) = (1 − 2θ/π)^κ.

    R(φ) = ½ E[((2/π) arctan(|τ| tan φ))^κ], τ² ~ Beta(1/2, (d − 2)/2) (PL19 eq. 4 and Section 4.2).

    Parameters
    ----------
    angle : array_like
        Signed angle φ ∈ [0, π] between student and teacher, radians, any shape.
    dim : int
        Dimension d ≥ 2 of the inputs.
    kappa : float
        Exponent κ > 0.

    Returns
    -------
    ndarray, shape of ``angle``

    Raises
    ------
    ValueError
        ``angle`` is outside [0, π], ``dim`` below 2 or ``kappa`` not positive.
    """
    return angle_risk(angle, dim, PolynomialAngles(real_number("kappa", kappa)))


class RiskTable:
    """`angle_risk` of one law and dimension as a spline: equal to 1e-10, for millions of angles.

    The spline is of log R in log(tan φ − tan m), m the law's margin, where R is nearly piecewise linear. It covers
    angles from 1e-10 (with a margin, from where R exceeds 1e-290) to π less that; others are passed on to `angle_risk`.
    Up to the margin R = 0; close above it the difference of tangents, and with it R, loses digits.

    Parameters
    ----------
    dim : int
        Dimension d ≥ 2 of the inputs.
    law : AngleLaw
        A law without kinks but its margin; a kink would travel through the table.

    Raises
    ------
    ValueError
        The law has other kinks.
    """

    def __init__(self, dim: int, law: AngleLaw) -> None:
        if set(law.kinks) - {law.margin}:
            raise ValueError(f"law is {law}, which has kinks at {law.kinks}; a table needs a smooth law")
        self.dim, self.law, self._margin = dim, law, np.tan(law.margin)
        lowest = np.log(np.tan(_SMALLEST_ANGLE))
        knots = np.linspace(lowest, _LARGEST_LOG_TANGENT, int((_LARGEST_LOG_TANGENT - lowest) / _KNOT_DISTANCE))
        risk = angle_risk(np.arctan(np.exp(knots) + self._margin), dim, law)
        first = int(np.argmax(risk > _SMALLEST_RISK))
        self._smallest = np.exp(knots[first]) + self._margin
        self._spline = make_interp_spline(knots[first:], np.log(risk[first:]), k=5)

    def __call__(self, angle: npt.ArrayLike) -> np.ndarray:
        """Return the risk at signed angles in [0, π] (ValueError outside), same shape."""
        angle = _checked_angle(angle)
        acute = np.minimum(angle, np.pi - angle)
        tangent = np.tan(acute)
        risk = np.asarray(np.exp(self._spline(np.log(np.maximum(tangent, self._smallest) - self._margin))))
        tiny = tangent < self._smallest
        if tiny.any():
            risk[tiny] = angle_risk(acute[tiny], self.dim, self.law)
        return _reflect(angle, risk)


def _checked_angle(angle):
    angle = real("angle", angle)
    if not ((angle >= 0) & (angle <= np.pi)).all():
        raise ValueError("angle must lie in [0, pi]")
    return angle


def _reflect(angle, acute_risk):
    """Risk at the signed angle from the risk at its acute one: -w errs exactly where w does not."""
    return np.where(angle > np.pi / 2, 1 - acute_risk, acute_risk)[()]


def _mean_boundary_cdf(angle, dim, law):
    """E[F(arctan(|τ| tan φ))] for a one-dimensional array of acute angles."""
    if dim == 2:
        return law.boundary_cdf(angle)
    sine, cosine = np.sin(angle)[:, None], np.cos(angle)[:, None]
    total = 0.0
    for tau, weights in _pieces(angle, dim, law.kinks):
        total = total + np.sum(law.boundary_cdf(np.arctan2(tau * sine, cosine)) * weights, axis=-1)
    return total


def _pieces(angle, dim, kinks):
    """Nodes |τ| and probabilities on each interval between kinks, of shape (angles or 1, nodes)."""
    if not kinks:
        yield _sphere_rule(dim)
        return
    edges = [(np.zeros(angle.size), np.full(angle.size, np.pi / 2))]
    for kink in kinks:
        # |τ| = tan(kink)/tan φ there. 1 − |τ| is written without a cancellation, for angles just beyond the
        # kink.
        inside = np.maximum(angle, np.nextafter(kink, 2))
        one_minus = np.where(angle > kink, np.sin(inside - kink) / (np.sin(inside) * np.cos(kink)), 0.0)
        complement = np.arctan2(np.sqrt(one_minus * (2 - one_minus)), 1 - one_minus)
        edges.append((np.pi / 2 - complement, complement))
    edges.append((np.full(angle.size, np.pi / 2), np.zeros(angle.size)))
    for (left, _), (right, right_complement) in pairwise(edges):
        tau, density = _weighted_nodes(left[:, None], right[:, None], right_complement[:, None], dim)
        yield tau, density / _normaliser(dim)


@cache
def _sphere_rule(dim):
    tau, density = _weighted_nodes(0.0, np.pi / 2, 0.0, dim)
    return tau[None], density[None] / _normaliser(dim)


@cache
def _normaliser(dim):
    return _weighted_nodes(0.0, np.pi / 2, 0.0, dim)[1].sum()


def _weighted_nodes(left, right, right_complement, dim):
    """Nodes sin ψ and weights cos^(d−3) ψ dψ on [left, right]; ``right_complement`` is π/2 − right."""
    fraction, rest, weights = _rule()
    psi = left + (right - left) * fraction
    complement = right_complement + (right - left) * rest
    sine, cosine = np.sin(psi), np.sin(complement)
    # Each form of log cos ψ where it is exact: at large d an error of one ulp would be multiplied by d.
    log_cosine = np.where(
        sine < 0.7, np.log1p(-np.square(np.minimum(sine, 0.8))) / 2, np.log(np.maximum(cosine, 1e-300))
    )
    return sine, (right - left) * weights * np.exp((dim - 3) * log_cosine)


@cache
def _rule():
    """Tanh–sinh nodes x and 1 − x on (0, 1), each to full relative accuracy, and their weights."""
    grid = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    stretched = np.pi * np.sinh(grid)
    fraction, rest = 1 / (1 + np.exp(-stretched)), 1 / (1 + np.exp(stretched))
    return fraction, rest, _STEP * np.pi * np.cosh(grid) * fraction * rest
