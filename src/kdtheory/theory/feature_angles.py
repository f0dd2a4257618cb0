"""Angles of random features to the student's oracle, and the risk bound they give: JZ20 Theorem 1.

With φ(x) the features, w* and w_z the weight changes that make the network the effective logits and zero, z_eff =
(Δw* − Δw_z)ᵀφ(x) and z_s = (Δŵ − Δw_z)ᵀφ(x). If the two differ in sign, φ(x) and Δw* − Δw_z form an acute angle
ᾱ ≥ π/2 − α_n, where α_n ∈ [0, π] is the *signed* angle between Δw* − Δw_z and Δŵ − Δw_z. The paper prints the acute
angle of these two as well (eq. 7), which is too small a bound when their product is negative.
"""

import numpy as np
import numpy.typing as npt


def cosine_to_features(logits: npt.ArrayLike, weight_norm: npt.ArrayLike, kernel_diagonal: npt.ArrayLike) -> np.ndarray:
    """Return the cosines between the features of points and Δw* − Δw_z (JZ20 eq. 8, with its sign).

    Parameters
    ----------
    logits : array_like
        z_eff(x) = (Δw* − Δw_z)ᵀφ(x); all arguments broadcast.
    weight_norm : array_like
        ‖Δw* − Δw_z‖₂ > 0.
    kernel_diagonal : array_like
        Θ(x, x) = ‖φ(x)‖² > 0.

    Returns
    -------
    ndarray, broadcast shape

    Raises
    ------
    ValueError
        ``weight_norm`` or ``kernel_diagonal`` is not positive.
    """
    logits = np.asarray(logits, dtype=float)
    weight_norm, kernel_diagonal = np.asarray(weight_norm, dtype=float), np.asarray(kernel_diagonal, dtype=float)
    for name, values in (("weight_norm", weight_norm), ("kernel_diagonal", kernel_diagonal)):
        if not (values > 0).all():
            raise ValueError(f"{name} must be positive")
    return (logits / (weight_norm * np.sqrt(kernel_diagonal)))[()]


def angle_survival(cosines: npt.ArrayLike, beta: npt.ArrayLike) -> np.ndarray:
    """Return the accumulative angle distribution of sampled points, p(β) = P[ᾱ(φ(x), Δw* − Δw_z) > β] (JZ20 eq. 6).

    Parameters
    ----------
    cosines : array_like, shape (points,)
        From `cosine_to_features`; the sign is ignored.
    beta : array_like
        Angles in [0, π/2], any shape.

    Returns
    -------
    ndarray, shape of ``beta``

    Raises
    ------
    ValueError
        ``cosines`` is no non-empty list of numbers, or β ∉ [0, π/2].
    """
    beta = np.asarray(beta, dtype=float)
    if not ((beta >= 0) & (beta <= np.pi / 2)).all():
        raise ValueError("beta must lie in [0, pi/2]")
    return _share_below(cosines, np.cos(beta), "left")


def error_region(cosines: npt.ArrayLike, angle: npt.ArrayLike) -> np.ndarray:
    """Return which points a student at the signed angle α_n can misclassify: those with ᾱ ≥ π/2 − α_n.

    Parameters
    ----------
    cosines : array_like
        From `cosine_to_features`; broadcasts with ``angle``.
    angle : array_like
        α_n ∈ [0, π], signed.

    Returns
    -------
    ndarray of bool, broadcast shape
        Everything beyond π/2. `risk_bound` is the share of these points.

    Raises
    ------
    ValueError
        An angle lies outside [0, π].
    """
    return (np.abs(cosines) <= _largest_cosine(angle))[()]


def risk_bound(cosines: npt.ArrayLike, angle: npt.ArrayLike) -> np.ndarray:
    """Return the bound of JZ20 Theorem 1 with the signed angle, R ≤ P[ᾱ(φ(x), Δw* − Δw_z) ≥ π/2 − α_n].

    Parameters
    ----------
    cosines : array_like, shape (points,)
        From `cosine_to_features`.
    angle : array_like
        α_n ∈ [0, π], signed, any shape.

    Returns
    -------
    ndarray, shape of ``angle``
        The share of points in the `error_region`; 1 beyond π/2.

    Raises
    ------
    ValueError
        ``cosines`` is no non-empty list of numbers, or an angle lies outside [0, π].
    """
    return _share_below(cosines, _largest_cosine(angle), "right")


def printed_risk_bound(cosines: npt.ArrayLike, angle: npt.ArrayLike) -> np.ndarray:
    """Return JZ20 eq. 7 as printed, p(π/2 − ᾱ_n) with the acute ᾱ_n = min(α_n, π − α_n).

    It holds only for α_n ≤ π/2. Parameters, result and errors as for `risk_bound`.
    """
    angle = _checked_angle(angle)
    return angle_survival(cosines, np.pi / 2 - np.minimum(angle, np.pi - angle))


def _largest_cosine(angle):
    """cos(π/2 − α) up to π/2, infinite beyond."""
    angle = _checked_angle(angle)
    return np.where(angle < np.pi / 2, np.sin(angle), np.inf)


def _share_below(cosines, limit, side):
    """P[|cosine| < limit], or ≤ for the side "right"."""
    cosines = np.sort(np.abs(np.asarray(cosines, dtype=float)), axis=None)
    if not cosines.size or np.isnan(cosines[-1]):
        raise ValueError("cosines must hold at least one number and no NaN")
    return np.searchsorted(cosines, limit, side) / cosines.size


def _checked_angle(angle):
    angle = np.asarray(angle, dtype=float)
    if not ((angle >= 0) & (angle <= np.pi)).all():
        raise ValueError("angle must lie in [0, pi]")
    return angle
