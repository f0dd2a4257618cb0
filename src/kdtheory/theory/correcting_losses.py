"""Losses that correct a teacher without a jump at its decision boundary, and where their students rest.

JZ20 asks for one in its outlook (Sec. 6). With s = 2y_g − 1 a hard label's term is weighted, or is a hinge:

    ℓ(z) = ρ·H(σ(z_t/T), σ(z/T)) + (1 − ρ)·w·H(y_g, σ(z)),
    ℓ(z) = ρ·H(σ(z_t/T), σ(z/T)) + (1 − ρ)·max(0, m − s·z).

``mixed``: w = 1, JZ20 Eq. 2. ``confidence``: w = |2σ(z_t/T) − 1|, the teacher's confidence, which fades with its
margin. ``disagreement``: w = 1 where teacher and label disagree, else 0. ``hinge``: m = |z_t|. ``perceptron``: m = 0.
All but the first one have effective logits that are continuous at z_t = 0 for a perfect teacher.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from kdtheory.theory.arguments import real
from kdtheory.theory.stationarity import checked_labels, checked_logits, checked_temperature, effective_logits

_WEIGHTS = {
    "mixed": lambda scaled, disagree: np.ones_like(scaled),
    "confidence": lambda scaled, disagree: np.tanh(np.abs(scaled) / 2),
    "disagreement": lambda scaled, disagree: disagree.astype(float),
}
_MARGINS = {"hinge": np.abs, "perceptron": np.zeros_like}
LOSSES = (*_WEIGHTS, *_MARGINS)


def correcting_logits(
    loss: str,
    teacher_logits: npt.ArrayLike,
    labels: npt.ArrayLike,
    soft_ratio: npt.ArrayLike,
    temperature: npt.ArrayLike,
) -> np.ndarray:
    """Return the student logits at which a loss is least: its effective logits.

    Parameters
    ----------
    loss : str
        One of `LOSSES`; see the module.
    teacher_logits : array_like
        z_t, finite, any shape; all arguments broadcast. The teacher's decision is z_t > 0.
    labels : array_like
        Hard labels y_g, 0 or 1.
    soft_ratio : array_like
        ρ ∈ (0, 1], the weight of the soft labels.
    temperature : array_like
        T > 0, finite.

    Returns
    -------
    ndarray, broadcast shape
        For weighted losses the root of JZ20 Eq. 3 at the soft ratio ρ/(ρ + (1 − ρ)w) of each sample; for hinges a
        closed form.

    Raises
    ------
    ValueError
        An unknown loss, a label is neither 0 nor 1, ρ ∉ (0, 1], T is not positive and finite, or a logit is not finite.
    """
    teacher_logits, labels, soft_ratio, temperature = _checked(loss, teacher_logits, labels, soft_ratio, temperature)
    if loss in _WEIGHTS:
        hard = (1 - soft_ratio) * _weight(loss, teacher_logits, labels, temperature)
        return effective_logits(teacher_logits, labels, soft_ratio / (soft_ratio + hard), temperature)
    sign = 2 * labels - 1
    anchor, margin = sign * teacher_logits, _MARGINS[loss](teacher_logits)
    # The hinge pulls with one strength up to its margin: there the soft labels hold it, or before.
    pull = temperature * (1 - soft_ratio) / soft_ratio
    held = expit(margin / temperature) - expit(anchor / temperature) > pull
    odds = np.log(expit(anchor / temperature) + pull) - np.log(np.where(held, expit(-anchor / temperature) - pull, 1.0))
    below = np.where(held, temperature * odds, margin)
    return (sign * np.where(anchor >= margin, anchor, below))[()]


def correcting_loss(
    loss: str,
    logits: npt.ArrayLike,
    teacher_logits: npt.ArrayLike,
    labels: npt.ArrayLike,
    soft_ratio: npt.ArrayLike,
    temperature: npt.ArrayLike,
) -> np.ndarray:
    """Return the value of a loss of one sample.

    Parameters
    ----------
    loss : str
        One of `LOSSES`; see the module.
    logits : array_like
        Student logits z, finite.
    teacher_logits, labels, soft_ratio, temperature : array_like
        As for `correcting_logits`; all arguments broadcast.

    Returns
    -------
    ndarray, broadcast shape
        In nats.

    Raises
    ------
    ValueError
        As for `correcting_logits`.
    """
    teacher_logits, labels, soft_ratio, temperature = _checked(loss, teacher_logits, labels, soft_ratio, temperature)
    logits = real("logits", logits)
    soft = _cross_entropy(expit(teacher_logits / temperature), logits / temperature)
    if loss in _WEIGHTS:
        hard = _weight(loss, teacher_logits, labels, temperature) * _cross_entropy(labels, logits)
    else:
        hard = np.maximum(0.0, _MARGINS[loss](teacher_logits) - (2 * labels - 1) * logits)
    return (soft_ratio * soft + (1 - soft_ratio) * hard)[()]


def _weight(loss, teacher_logits, labels, temperature):
    disagree = (teacher_logits > 0) != (labels == 1)
    return _WEIGHTS[loss](teacher_logits / temperature, disagree)


def _cross_entropy(probability, logits):
    """H(p, σ(z))."""
    return np.logaddexp(0.0, logits) - probability * logits


def _checked(loss, teacher_logits, labels, soft_ratio, temperature):
    if loss not in LOSSES:
        raise ValueError(f"loss is {loss!r}, must be one of {', '.join(LOSSES)}")
    soft_ratio = real("soft_ratio", soft_ratio)
    outside = soft_ratio[~((soft_ratio > 0) & (soft_ratio <= 1))]
    if outside.size:
        raise ValueError(f"soft_ratio is {outside[0]}, must be in (0, 1]")
    return checked_logits(teacher_logits), checked_labels(labels), soft_ratio, checked_temperature(temperature)
