"""Slow and exact twins in 50-digit arithmetic, that errors are measured against."""

import mpmath
import numpy as np

_DIGITS = 50


def effective_logit(teacher_logit, label, soft_ratio, temperature):
    """Root of JZ20 Eq. 3 for one point, by bisection in 50 digits, rounded."""
    with mpmath.workdps(_DIGITS):
        rho, t, zt = mpmath.mpf(soft_ratio), mpmath.mpf(temperature), mpmath.mpf(float(teacher_logit))

        def sigma(z):
            return 1 / (1 + mpmath.exp(-z))

        def slope(z):
            return rho / t * (sigma(z / t) - sigma(zt / t)) + (1 - rho) * (sigma(z) - int(label))

        return float(mpmath.findroot(slope, (-200, 200), solver="bisect", tol=1e-40, maxsteps=1000))


def kernels(one, other, depth=3):
    """Θ and NNGP of two points, by the textbook recursion from the exact values of the floats (σ_W = σ_b = 1)."""
    with mpmath.workdps(_DIGITS):
        one, other = [mpmath.mpf(float(v)) for v in one], [mpmath.mpf(float(v)) for v in other]
        diagonal1 = mpmath.fdot(one, one) / len(one) + 1
        diagonal2 = mpmath.fdot(other, other) / len(one) + 1
        ntk = nngp = mpmath.fdot(one, other) / len(one) + 1
        for _ in range(depth):
            norms = mpmath.sqrt(diagonal1 * diagonal2)
            angle = mpmath.acos(max(-1, min(1, nngp / norms)))
            nngp = norms * (mpmath.sin(angle) + (mpmath.pi - angle) * mpmath.cos(angle)) / (2 * mpmath.pi) + 1
            ntk = nngp + ntk * (mpmath.pi - angle) / (2 * mpmath.pi)
            diagonal1, diagonal2 = diagonal1 / 2 + 1, diagonal2 / 2 + 1
        return float(ntk), float(nngp)


def minimum_norm(inputs, logits):
    """Least w with Xw = z for rows that are independent, w = Xᵀ(XXᵀ)⁻¹z in 50 digits (n < d)."""
    with mpmath.workdps(_DIGITS):
        x = mpmath.matrix(np.asarray(inputs).tolist())
        z = mpmath.matrix(np.asarray(logits).tolist())
        weights = x.T * mpmath.lu_solve(x * x.T, z)
        return np.array([float(value) for value in weights])
