"""Effective logits of more than two classes: JZ20 Eq. 3 with the softmax in place of the sigmoid.

With P = softmax(z), p = softmax(z/T), q = softmax(z_t/T) and C = (1 − ρ)T/ρ it reads

    p_k − q_k + C·(P_k − [k = y]) = 0   for every class k.

The label's row is p_y = q_y + C(1 − P_y). Since P_k/P_y = (p_k/p_y)^T, each other row is an equation for
e_k = log(p_k/q_k) < 0 alone once u is known, P_y = σ(u):

    e^(e_k) + e^(T·e_k + λ_k) = 1,   λ_k = log C + log P_y − T log p_y + (T − 1) log q_k,

and Σ p = 1 leaves one equation for u, the difference of a decreasing and an increasing function,

    log(C·σ(−u)) − log Σ_{k≠y} q_k(1 − e^(e_k)) = 0.

Nothing in them cancels, however far the tails. For K = 2, u is the root of Eq. 3.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import expit, log_expit, log_softmax, logsumexp, softmax

from kdtheory.theory.arguments import integers, real, real_number
from kdtheory.theory.stationarity import effective_logits

# Newton's method squares the error: a step from here leaves nothing but rounding.
_LAST_STEP = 1e-9
_LONGEST_STEP = 50.0
_MOST_STEPS = 200
# e_k of this order is invisible beside the logits, and its exponential still is a normal number.
_LOWEST_LAMBDA = -690.0


def effective_logits_multiclass(
    teacher_logits: npt.ArrayLike, labels: npt.ArrayLike, soft_ratio: float, temperature: float
) -> np.ndarray:
    """Return the student logits at which the K-class distillation loss of each sample is stationary.

    They are the root of (ρ/T)(softmax(z/T) − softmax(z_t/T)) + (1 − ρ)(softmax(z) − onehot(y)) = 0, which is
    unique up to a constant: the loss is convex, and strictly so across the constants (JZ20 Eq. 3, K classes).

    Parameters
    ----------
    teacher_logits : array_like, shape (n, K)
        z_t, finite, K ≥ 2.
    labels : array_like of int, shape (n,)
        Hard labels in 0 … K − 1.
    soft_ratio : float
        ρ ∈ (0, 1]; at 0 the root is at infinity.
    temperature : float
        T > 0, finite.

    Returns
    -------
    ndarray, shape (n, K)
        Logits with Σ_k z_k = 0, exact to rounding; at ρ = 1 the centred teacher logits. For K = 2 the difference
        of the two is the root of JZ20 Eq. 3.

    Raises
    ------
    ValueError
        Shapes do not fit, a label is no class, ρ ∉ (0, 1], T is not positive and finite, or a logit is not
        finite.
    RuntimeError
        A sample has not converged.
    """
    teacher_logits, labels = _checked(teacher_logits, labels, soft_ratio, temperature)
    if soft_ratio == 1 or not labels.size:
        return teacher_logits - teacher_logits.mean(axis=1, keepdims=True)
    log_ratio = np.log1p(-soft_ratio) + np.log(temperature) - np.log(soft_ratio)
    is_label = np.arange(teacher_logits.shape[1]) == labels[:, None]
    log_soft = log_softmax(teacher_logits / temperature, axis=1)
    log_label = log_soft[is_label]
    log_others = log_soft[~is_label].reshape(labels.size, -1)

    label_odds = _label_odds(log_label, log_others, log_ratio, soft_ratio, temperature)
    log_student_label, change, _ = _other_classes(label_odds, log_label, log_others, log_ratio, temperature)
    logits = np.empty_like(teacher_logits)
    logits[is_label] = temperature * log_student_label
    logits[~is_label] = (temperature * (log_others + change)).ravel()
    return logits - logits.mean(axis=1, keepdims=True)


def _label_odds(log_label, log_others, log_ratio, soft_ratio, temperature):
    """Solve for u, shape (n,), by Newton's method in a bracket."""
    # With the other classes lumped into one it is Eq. 3 itself: exact for K = 2, a few units away for more.
    lumped = temperature * log_label - logsumexp(temperature * log_others, axis=1)
    label_odds = effective_logits(lumped, 1, soft_ratio, temperature)
    index, here = np.arange(label_odds.size), label_odds
    low, high = np.full(here.shape, -np.inf), np.full(here.shape, np.inf)
    for _ in range(_MOST_STEPS):
        _, change, lambda_slope = _other_classes(here, log_label, log_others, log_ratio, temperature)
        kept, freed = np.exp(change), -np.expm1(change)
        log_freed = log_others + np.log(freed)
        value = log_ratio + log_expit(-here) - logsumexp(log_freed, axis=1)
        # d log(1 − e^(e_k))/du is this share of dλ_k/du, by the implicit function theorem.
        share = np.sum(softmax(log_freed, axis=1) * kept / (kept + temperature * freed), axis=1)
        slope = expit(here) + share * lambda_slope
        step = np.clip(value / slope, -_LONGEST_STEP, _LONGEST_STEP)
        low, high = np.where(value > 0, here, low), np.where(value > 0, high, here)
        here = here + step
        moving = ~(np.abs(step) <= _LAST_STEP)
        here = np.where(moving & ~((here >= low) & (here <= high)), (low + high) / 2, here)
        label_odds[index] = here
        if not moving.any():
            return label_odds
        index, here, low, high, log_label, log_others = (
            values[moving] for values in (index, here, low, high, log_label, log_others)
        )
    raise RuntimeError(f"sample {index[0]} and {index.size - 1} more have not converged in {_MOST_STEPS} steps")


def _other_classes(label_odds, log_label, log_others, log_ratio, temperature):
    """Return log p_y, shape (n,), e_k of the other classes, shape (n, K − 1), and dλ/du, shape (n,)."""
    log_student_label = np.logaddexp(log_label, log_ratio + log_expit(-label_odds))
    common = log_ratio + log_expit(label_odds) - temperature * log_student_label
    change = _log_shrinkage(common[:, None] + (temperature - 1) * log_others, temperature)
    drawn = np.exp(log_ratio + log_expit(-label_odds) - log_student_label)  # (p_y − q_y)/p_y
    return log_student_label, change, expit(-label_odds) + temperature * drawn * expit(label_odds)


def _log_shrinkage(lambdas, temperature):
    """Solve e^e + e^(T·e + λ) = 1 for e < 0, elementwise.

    The logarithm of the left side is increasing and convex in e, and between 0 and log 2 at the start, so Newton's
    method comes down to the root monotonically.
    """
    lambdas = np.maximum(lambdas, _LOWEST_LAMBDA)
    change = np.minimum(0.0, -lambdas / temperature)
    for _ in range(_MOST_STEPS):
        # Not the logarithm of a sum of exponentials: for small e this form keeps its relative accuracy.
        shrunk, hard = np.expm1(change), np.exp(temperature * change + lambdas)
        step = np.log1p(shrunk + hard) * (1 + shrunk + hard) / (1 + shrunk + temperature * hard)
        change = change - step
        if (np.abs(step) <= _LAST_STEP * np.abs(change)).all():
            return change
    raise RuntimeError(f"the classes' equations have not converged in {_MOST_STEPS} steps")


def _checked(teacher_logits, labels, soft_ratio, temperature):
    teacher_logits, labels = real("teacher_logits", teacher_logits), integers("labels", labels)
    soft_ratio, temperature = real_number("soft_ratio", soft_ratio), real_number("temperature", temperature)
    if teacher_logits.ndim != 2 or teacher_logits.shape[1] < 2:
        raise ValueError(f"teacher_logits has shape {teacher_logits.shape}, must be (n, K) with K of at least 2")
    if not np.isfinite(teacher_logits).all():
        raise ValueError("teacher_logits must be finite")
    if labels.shape != teacher_logits.shape[:1]:
        raise ValueError(f"labels has shape {labels.shape}, must be ({len(teacher_logits)},)")
    if not ((labels >= 0) & (labels < teacher_logits.shape[1])).all():
        raise ValueError(f"labels must lie in 0 … {teacher_logits.shape[1] - 1}")
    if not 0 < soft_ratio <= 1:
        raise ValueError(f"soft_ratio is {soft_ratio}, must lie in (0, 1]: at 0 the logits are infinite")
    if not 0 < temperature < np.inf:
        raise ValueError(f"temperature is {temperature}, must be positive and finite")
    return teacher_logits, labels
