"""What a few hard labels change in a student of an imperfect teacher: JZ20 Theorem 2.

Near ρ = 1 the effective logit is z_t + (1 − ρ)·δz_h. The inner products of this module are ⟨a, b⟩ = aᵀΘ_n⁻¹b of
logits on the training set, that is of the weights they pull in: g denotes Δz_g (the truth), t denotes Δz_t (the
teacher), h denotes δz_h (the correction); ``gh`` = ⟨Δz_g, δz_h⟩ and so on. They are arrays that broadcast, one entry
for each transfer set (`NestedRegression.inner` gives them for every prefix).
"""

import numpy as np
import numpy.typing as npt

from kdtheory.theory.stationarity import checked_labels, checked_logits, checked_temperature

# ‖Δŵ_c‖² below this share of ‖Δŵ_g‖² is the rounding of the subtraction that gives it.
_ROUNDING = 64 * np.finfo(float).eps


def hard_label_correction(
    teacher_logits: npt.ArrayLike, labels: npt.ArrayLike, temperature: npt.ArrayLike
) -> np.ndarray:
    """Return δz_h = T²(y_g − σ(z_t))/σ′(z_t/T), the derivative of z_eff with respect to 1 − ρ at ρ = 1.

    Parameters
    ----------
    teacher_logits : array_like
        z_t, finite, any shape; all arguments broadcast.
    labels : array_like
        Hard labels y_g, 0 or 1.
    temperature : array_like
        T > 0, finite.

    Returns
    -------
    ndarray, broadcast shape
        δz_h of JZ20 Theorem 2, relative error about 1e-15·(1 + |z_t|/T). It grows like e^(|z_t|/T) where the
        teacher is wrong, and is inf beyond the doubles.

    Raises
    ------
    ValueError
        A label is neither 0 nor 1, T is not positive and finite, or a logit is not finite.
    """
    teacher_logits, temperature = checked_logits(teacher_logits), checked_temperature(temperature)
    toward_label = 2 * checked_labels(labels) - 1
    toward = toward_label * teacher_logits
    size = np.abs(toward)
    scaled = size / temperature
    # 1 − σ(a) = e^(−max(a, 0))/(1 + e^(−|a|)) and 1/σ′(a/T) = e^(|a|/T)(1 + e^(−|a|/T))².
    with np.errstate(over="ignore"):
        growth = np.exp(scaled - np.maximum(toward, 0)) / (1 + np.exp(-size))
        return (toward_label * np.square(temperature * (1 + np.exp(-scaled))) * growth)[()]


def correction_inner_product(gh: npt.ArrayLike, gt: npt.ArrayLike, tt: npt.ArrayLike, th: npt.ArrayLike) -> np.ndarray:
    """Return ⟨δŵ_h, Δŵ_c⟩ = ⟨g,h⟩ − ⟨g,t⟩⟨t,h⟩/⟨t,t⟩, the parentheses of JZ20 eq. 12.

    Δŵ_c is the part of the truth's weights Δŵ_g across the teacher's Δŵ_t; hard labels turn the student towards
    the truth where the product is positive.

    Parameters
    ----------
    gh, gt, tt, th : array_like
        Inner products, tt > 0; see the module.

    Returns
    -------
    ndarray, broadcast shape

    Raises
    ------
    ValueError
        ``tt`` is not positive.
    """
    gh, gt, tt, th = _checked(gh=gh, gt=gt, tt=tt, th=th)
    return (gh - gt / tt * th)[()]


def correction_cosine(
    gh: npt.ArrayLike, gt: npt.ArrayLike, tt: npt.ArrayLike, th: npt.ArrayLike, gg: npt.ArrayLike, hh: npt.ArrayLike
) -> np.ndarray:
    """Return the cosine of the angle between δŵ_h and Δŵ_c, `correction_inner_product` without its scale.

    Parameters
    ----------
    gh, gt, tt, th, gg, hh : array_like
        Inner products, tt > 0; see the module.

    Returns
    -------
    ndarray, broadcast shape
        In [−1, 1]; NaN where one of the two vanishes and there is no angle, such as Δŵ_c on a single point.

    Raises
    ------
    ValueError
        ``tt`` is not positive.
    """
    gh, gt, tt, th, gg, hh = _checked(gh=gh, gt=gt, tt=tt, th=th, gg=gg, hh=hh)
    across = gg - gt / tt * gt
    defined = (across > _ROUNDING * gg) & (hh > 0)
    scale = np.sqrt(np.where(defined, across * hh, np.nan))
    return np.clip(correction_inner_product(gh, gt, tt, th) / scale, -1.0, 1.0)[()]


def cosine_derivative(
    gh: npt.ArrayLike, gt: npt.ArrayLike, tt: npt.ArrayLike, th: npt.ArrayLike, truth_norm: npt.ArrayLike
) -> np.ndarray:
    """Return ∂cos α(Δŵ, Δw_g)/∂(1 − ρ) at ρ = 1 (JZ20 eq. 12).

    Parameters
    ----------
    gh, gt, tt, th : array_like
        Inner products, tt > 0; see the module.
    truth_norm : array_like
        ‖Δw_g‖₂ > 0 of the oracle of the truth, not of its projection.

    Returns
    -------
    ndarray, broadcast shape

    Raises
    ------
    ValueError
        ``tt`` or ``truth_norm`` is not positive.
    """
    truth_norm = np.asarray(truth_norm, dtype=float)
    if not (truth_norm > 0).all():
        raise ValueError(f"truth_norm is {truth_norm.min()}, must be positive")
    return correction_inner_product(gh, gt, tt, th) / (truth_norm * np.sqrt(tt))


def _checked(**products):
    products = {name: np.asarray(values, dtype=float) for name, values in products.items()}
    if not (products["tt"] > 0).all():
        raise ValueError(f"tt is {products['tt'].min()}, must be positive: the teacher must change the weights")
    return products.values()
