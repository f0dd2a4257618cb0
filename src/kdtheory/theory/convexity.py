"""The soft-label loss of a linear student: value, gradient and restricted strong convexity (PL19 Appendix A).

Everything is a function of logits, teacher z and student u, because soft labels σ(z) round to 1 above z = 37.
``inputs`` have one point per row, (n, d).
"""

import numpy as np
import numpy.typing as npt
from scipy.special import expit, roots_legendre

# Eight Gauss–Legendre nodes on [0, 1]: σ′ is analytic up to ±iπ, so over a segment of length 1 the error is
# about 1e-17.
_NODES, _WEIGHTS = (roots_legendre(8)[0] + 1) / 2, roots_legendre(8)[1] / 2


def soft_loss(student_logits: npt.ArrayLike, teacher_logits: npt.ArrayLike) -> np.ndarray:
    """Return PL19 eq. 1, the mean cross-entropy of the student to the soft labels, less its minimum.

    That is the mean of KL(Bernoulli(σ(z)) ‖ Bernoulli(σ(u))) = ς(u) − ς(z) − σ(z)(u − z), ς the softplus: a
    Bregman divergence, which vanishes quadratically at u = z, where this formula cancels. So

    * for |u − z| ≤ 1 it is Taylor's remainder (u − z)² ∫₀¹ (1 − s) σ′(z + s(u − z)) ds, a positive integrand,
      by Gauss–Legendre;
    * else, mirrored so that z ≤ 0, it is log1p((eᵘ − eᶻ)/(1 + eᶻ)) − σ(z)(u − z), with softplus differences
      for large u.

    Parameters
    ----------
    student_logits, teacher_logits : array_like, shape (..., n)
        u and z, finite; broadcast.

    Returns
    -------
    ndarray, shape (...)
        Loss in nats, mean over the last axis, to 1e-13 relative however small it is.

    Raises
    ------
    ValueError
        A logit is not finite.
    """
    return np.mean(_divergence(*_checked_logits(student_logits, teacher_logits)), axis=-1)


def soft_loss_gradient(
    inputs: npt.ArrayLike, student_logits: npt.ArrayLike, teacher_logits: npt.ArrayLike
) -> np.ndarray:
    """Return PL19 eq. 38, ∇L₁(w) = (1/n) Σ (σ(wᵀx_i) − σ(w*ᵀx_i)) x_i.

    Parameters
    ----------
    inputs : array_like, shape (..., n, d)
    student_logits, teacher_logits : array_like, shape (..., n)
        u = inputs·w and z = inputs·w*, finite. Leading axes broadcast.

    Returns
    -------
    ndarray, shape (..., d)
        The differences of probabilities are taken as (1 − e^(z−u)) σ(u) σ(−z), exact also where both round to
        1.

    Raises
    ------
    ValueError
        A logit is not finite.
    """
    inputs = np.asarray(inputs, dtype=float)
    difference = probability_difference(*_checked_logits(student_logits, teacher_logits))
    return np.einsum("...n,...nd->...d", difference, inputs) / inputs.shape[-2]


def probability_difference(student_logits: np.ndarray, teacher_logits: np.ndarray) -> np.ndarray:
    """Return σ(u) − σ(z) to full relative accuracy, also where both round to 1, in the precision of the logits."""
    high, low = np.maximum(student_logits, teacher_logits), np.minimum(student_logits, teacher_logits)
    return np.sign(student_logits - teacher_logits) * -np.expm1(low - high) * expit(high) * expit(-low)


def strong_convexity(inputs: npt.ArrayLike, teacher_logits: npt.ArrayLike, level: float) -> float:
    """Return the μ of PL19 Theorem A.3 on the sublevel set {L₁ ≤ level}, made explicit from its proof.

    L₁(v) ≥ L₁(w) + ∇L₁(w)ᵀ(v − w) + (μ/2)‖v − w‖² for w, v in the set with v − w in the span of the data. The
    proof bounds each point's own loss by ℓ_i ≤ n·level (eq. 45), hence its logit by |u| ≤ K, hence σ′(u) ≥ ω
    = σ′(K) (eq. 44). The extreme logit lies outwards of z_i: ℓ_i(−u) ≥ ℓ_i(u) for u of the sign of z_i, so
    one end of each interval is enough. The Hessian (1/n) XDXᵀ then gives μ = ω·λ⁺_min(XXᵀ)/n, λ⁺_min the
    smallest non-zero eigenvalue. Eq. 42 as printed lacks the 1/n of eq. 35, without which the inequality is
    false.

    Parameters
    ----------
    inputs : array_like, shape (n, d)
        Transfer set, not all zero; it need not have full rank.
    teacher_logits : array_like, shape (n,)
    level : float
        At least 0; the loss at w = 0 for a student that starts there.

    Returns
    -------
    float
        μ ≥ 0; falls like e^(−K) and underflows to 0 when K exceeds 745.

    Raises
    ------
    ValueError
        ``level`` is negative, a logit not finite, or every input zero.
    """
    inputs = np.asarray(inputs, dtype=float)
    teacher_logits, _ = _checked_logits(teacher_logits, 0.0)
    if not 0 <= level < np.inf:
        raise ValueError(f"level is {level}, must be at least 0 and finite")
    singular_values = np.linalg.svd(inputs, compute_uv=False)
    if not singular_values[0] > 0:
        raise ValueError("inputs are all zero")
    kept = singular_values > max(inputs.shape) * np.finfo(float).eps * singular_values[0]
    curvature = sigmoid_slope(_largest_logit(np.abs(teacher_logits), inputs.shape[0] * level))
    return curvature * singular_values[kept].min() ** 2 / inputs.shape[0]


def _largest_logit(teacher_logits, level):
    """K: the largest u with ℓ_i(u) ≤ level for some i, teacher logits z ≥ 0.

    With δ = u − z and p = σ(−z) ≤ ½, ℓ(δ) = pδ + log1p(−p(1 − e^(−δ))) lies between p(δ − 2) and pδ. Newton
    on a convex increasing function from above, monotone; the bracket is at most 2 wide.
    """
    rare = expit(-teacher_logits)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        lowest = np.where(level > 0, level / rare, 0.0)
    if np.isinf(lowest).any():
        return np.inf
    excess = lowest + 2
    for _ in range(80):
        logits = teacher_logits + excess
        slope = probability_difference(logits, teacher_logits)
        surplus = _divergence(logits, teacher_logits) - level
        excess = np.maximum(excess - np.divide(surplus, slope, where=slope > 0, out=np.zeros_like(slope)), lowest)
    return np.max(teacher_logits + excess)


def _divergence(student_logits, teacher_logits):
    sign = np.where(teacher_logits > 0, -1.0, 1.0)
    student, teacher = sign * student_logits, sign * teacher_logits
    shift = student - teacher
    near = np.clip(shift, -1.0, 1.0)[..., None]
    slopes = sigmoid_slope(teacher[..., None] + near * _NODES)
    remainder = np.square(near[..., 0]) * np.sum((1 - _NODES) * _WEIGHTS * slopes, axis=-1)
    growth = np.where(
        student > 30,
        np.logaddexp(0, student) - np.logaddexp(0, teacher),
        np.log1p((np.exp(np.minimum(student, 30)) - np.exp(teacher)) / (1 + np.exp(teacher))),
    )
    return np.where(np.abs(shift) <= 1, remainder, growth - expit(teacher) * shift)


def sigmoid_slope(logits):
    """Return σ′ at the logits, without forming 1 − σ."""
    tail = np.exp(-np.abs(logits))
    return tail / np.square(1 + tail)


def _checked_logits(student_logits, teacher_logits):
    student_logits = np.asarray(student_logits, dtype=float)
    teacher_logits = np.asarray(teacher_logits, dtype=float)
    if not (np.isfinite(student_logits).all() and np.isfinite(teacher_logits).all()):
        raise ValueError("student_logits and teacher_logits must be finite")
    return student_logits, teacher_logits
