"""Who wins between teacher and label, K classes: thresholds and derivatives of the stationary logits (JZ20 Eq. 3).

With p = softmax(z/T) and P = softmax(z) of the student, q = softmax(z_t/T) and C = (1 − ρ)T/ρ, the difference of two
rows of Eq. 3 is

    (p_y − p_k) + C·(P_y − P_k) = C − (q_k − q_y).

The two terms on the left have the sign of z_y − z_k, and so has the right side. The order of the other classes stays
the teacher's, since p_k + C·P_k = q_k. Hence the student decides for the label or for the teacher's best other class.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax, softmax

from kdtheory.theory.arguments import integers, real, real_number


def deciding_soft_ratio(teacher_logits: npt.ArrayLike, labels: npt.ArrayLike, temperature: float) -> np.ndarray:
    """Return the largest soft ratio at which the label wins at each point, T/(T + q_k − q_y), k the best other class.

    For K = 2 and any sure, wrong teacher it is T/(1 + T), JZ20's ½ at T = 1; no teacher has less.

    Parameters
    ----------
    teacher_logits : array_like, shape (..., K)
        z_t, finite, K ≥ 2.
    labels : array_like of int, shape (...)
        In 0 … K − 1.
    temperature : float
        T > 0, finite.

    Returns
    -------
    ndarray, shape (...)
        ρ* ∈ (T/(1 + T), ∞]: the student that minimises the loss decides for the label where ρ < ρ*, for the teacher's
        best other class where ρ > ρ*. At least 1 where the teacher decides for the label.

    Raises
    ------
    ValueError
        Shapes do not fit, a label is no class, T is not positive and finite, or a logit is not finite.
    """
    teacher_logits, is_label, temperature = _checked(teacher_logits, labels, temperature)
    soft = softmax(teacher_logits / temperature, axis=-1)
    label = soft[is_label].reshape(is_label.shape[:-1])
    other = np.where(is_label, -np.inf, soft).max(axis=-1)
    with np.errstate(divide="ignore"):
        return temperature / np.maximum(temperature + other - label, 0.0)


def hard_label_correction_multiclass(
    teacher_logits: npt.ArrayLike, labels: npt.ArrayLike, temperature: float
) -> np.ndarray:
    """Return the derivative of the stationary logits with respect to 1 − ρ at ρ = 1, for JZ20 Theorem 2 with K classes.

    Differentiating Eq. 3 at ρ = 1 gives (diag q − q qᵀ)·δz = T²(onehot(y) − softmax(z_t)), which
    δz_k = T²([k = y] − softmax(z_t)_k)/q_k solves, up to a constant.

    Parameters
    ----------
    teacher_logits, labels, temperature
        As for `deciding_soft_ratio`.

    Returns
    -------
    ndarray, shape (..., K)
        δz_h with Σ_k δz_k = 0; for K = 2 the difference of the two is `hard_label_correction`. It grows like
        e^((z_max − z_y)/T) and is not finite beyond the doubles.

    Raises
    ------
    ValueError
        As for `deciding_soft_ratio`.
    """
    teacher_logits, is_label, temperature = _checked(teacher_logits, labels, temperature)
    log_soft, log_hard = log_softmax(teacher_logits / temperature, axis=-1), log_softmax(teacher_logits, axis=-1)
    # 1 − P_y as the sum of the others keeps its digits where the teacher is sure and right.
    missing = np.where(is_label, 0.0, np.exp(log_hard)).sum(axis=-1, keepdims=True)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        log_size = np.where(is_label, np.log(missing), log_hard) - log_soft
        change = temperature**2 * np.where(is_label, 1.0, -1.0) * np.exp(log_size)
        return change - change.mean(axis=-1, keepdims=True)


def _checked(teacher_logits, labels, temperature):
    teacher_logits, labels = real("teacher_logits", teacher_logits), integers("labels", labels)
    temperature = real_number("temperature", temperature)
    if teacher_logits.ndim < 1 or teacher_logits.shape[-1] < 2 or labels.shape != teacher_logits.shape[:-1]:
        raise ValueError(
            f"teacher_logits {teacher_logits.shape} must be labels' shape {labels.shape} and K of at least 2"
        )
    if not np.isfinite(teacher_logits).all():
        raise ValueError("teacher_logits must be finite")
    if not ((labels >= 0) & (labels < teacher_logits.shape[-1])).all():
        raise ValueError(f"labels must lie in 0 … {teacher_logits.shape[-1] - 1}")
    if not 0 < temperature < np.inf:
        raise ValueError(f"temperature is {temperature}, must be positive and finite")
    return teacher_logits, np.arange(teacher_logits.shape[-1]) == labels[..., None], temperature
