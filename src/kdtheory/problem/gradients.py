"""What a user's loss is: ρ, T and a missing T², measured from its gradient at a few logits.

The gradient of any loss w·CE(softmax(z_t/T), softmax(z/T)) + h·CE(y, softmax(z)) in the student's logits is

    (w/T)·(softmax(z/T) − softmax(z_t/T)) + h·(softmax(z) − onehot(y)) ,

linear in w/T and h at given T. A least-squares fit in these two is left to be minimised over T alone.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import softmax

from kdtheory.problem.arrays import floats, whole_numbers
from kdtheory.problem.findings import refuse

TEMPERATURES = 0.05, 100.0
# A larger share of the gradient than float32 or bfloat16 loses is another loss.
LARGEST_RESIDUAL = 0.02
_ROUNDING = 0.02
_NO_WEIGHT = 1e-4


@dataclass(frozen=True)
class MeasuredLoss:
    """A loss as its gradient shows it.

    Parameters
    ----------
    soft_ratio : float
        ρ of JZ20 Eq. 2, whatever the loss is multiplied by.
    temperature : float
        T; NaN where ρ = 0.
    soft_weight, hard_weight : float
        w and h for the loss of one sample, for a loss that is a mean over the samples.
    residual : float
        Share of the gradient's norm that the fit leaves.
    summary : str
        What this means in words.
    """

    soft_ratio: float
    temperature: float
    soft_weight: float
    hard_weight: float
    residual: float
    summary: str


def measure_loss(
    student_logits: Any, teacher_logits: Any, labels: Any, gradient: Any, *, alpha: float | None = None,
    temperature: float | None = None,
) -> MeasuredLoss:  # fmt: skip
    """Return ρ, T and the weights of a distillation loss from its gradient.

    Parameters
    ----------
    student_logits, teacher_logits : array_like, shape (m, K)
        A few logits, different from each other and of size 1 to 10; 16 random ones will do. NumPy, torch or JAX.
    labels : array_like of int, shape (m,)
    gradient : array_like, shape (m, K)
        Of the loss, a mean over the samples, in the student's logits.
    alpha : float, optional
        The weight of the soft term that is meant, 1 − α for the hard one: tells a missing T² from another α.
    temperature : float, optional
        The temperature that is meant.

    Raises
    ------
    ProblemError
        Shapes or types do not fit, or the gradient is zero or that of no such loss.
    """
    student, teacher, gradient = (
        floats(name, values)
        for name, values in (
            ("student_logits", student_logits),
            ("teacher_logits", teacher_logits),
            ("gradient", gradient),
        )
    )
    labels = whole_numbers("labels", labels)
    if student.ndim != 2 or student.shape[1] < 2 or teacher.shape != student.shape or gradient.shape != student.shape:
        raise refuse(
            "shape", f"logits {student.shape}, {teacher.shape} and gradient {gradient.shape} must be (m, K), one shape"
        )
    if labels.shape != student.shape[:1] or not ((labels >= 0) & (labels < student.shape[1])).all():
        raise refuse("labels", f"labels must be {len(student)} classes 0 … {student.shape[1] - 1}")
    size = np.linalg.norm(gradient)
    if size == 0:
        raise refuse("gradient", "the gradient is zero")
    fit = _fitted(student, teacher, labels, gradient)
    soft, hard, found, residual = fit
    if residual > LARGEST_RESIDUAL:
        raise refuse(
            "gradient",
            f"the best fit leaves {residual:.1%} of the gradient: the loss is not w·KL(teacher, student) at one "
            "temperature plus h·cross entropy (a reversed KL, a squared error, or a temperature on one side only?)",
        )
    samples = len(student)
    soft, hard = soft * samples * found, hard * samples
    if min(soft, hard) < -_NO_WEIGHT * max(abs(soft), abs(hard)):
        raise refuse("gradient", f"the weights are {soft:.4g} (soft) and {hard:.4g} (hard); one is negative")
    soft, hard = max(soft, 0.0), max(hard, 0.0)
    ratio = soft / (soft + hard)
    if ratio < _NO_WEIGHT:
        found = np.nan
    text = _summary(soft, hard, ratio, found, student.shape[1], alpha, temperature)
    return MeasuredLoss(float(ratio), float(found), float(soft), float(hard), float(residual), text)


def _fitted(student, teacher, labels, gradient):
    """Best (w/T, h), T and the share of the gradient that is left."""
    hard = softmax(student, axis=1)
    hard[np.arange(len(labels)), labels] -= 1.0

    def solved(log_temperature):
        t = np.exp(log_temperature)
        soft = softmax(student / t, axis=1) - softmax(teacher / t, axis=1)
        basis = np.stack([soft.ravel(), hard.ravel()], axis=1)
        # Columns of one length: at large T the soft one is small.
        lengths = np.maximum(np.linalg.norm(basis, axis=0), 1e-300)
        weights = np.linalg.lstsq(basis / lengths, gradient.ravel(), rcond=None)[0] / lengths
        left = np.linalg.norm(gradient.ravel() - basis @ weights) / np.linalg.norm(gradient)
        return weights, left

    grid = np.linspace(*np.log(TEMPERATURES), 200)
    start = int(np.argmin([solved(point)[1] for point in grid]))
    low, high = grid[max(start - 1, 0)], grid[min(start + 1, len(grid) - 1)]
    best = minimize_scalar(
        lambda point: solved(point)[1], bounds=(low, high), method="bounded", options={"xatol": 1e-10}
    )
    (soft, hard_weight), left = solved(best.x)
    return soft, hard_weight, np.exp(best.x), left


def _summary(soft, hard, ratio, found, n_classes, alpha, temperature):
    lines = [f"ρ = {ratio:.4f}" + ("" if np.isnan(found) else f", T = {found:.4g}")]
    lines.append(f"weights for one sample: soft {soft:.4g}, hard {hard:.4g}")
    if temperature is not None and not np.isnan(found) and abs(found / temperature - 1) > _ROUNDING:
        lines.append(f"the temperature is {found:.4g}, not {temperature:g}")
    if abs(found - 1) <= _ROUNDING:
        lines.append("T² is 1: nothing of it can be missing")
    elif alpha is None and abs(hard + soft - 1) <= _ROUNDING:
        lines.append(f"the weights sum to 1 without T²: α = {ratio:.4g}, and the factor T² is missing if it was meant")
    elif alpha is None and not np.isnan(found) and abs(hard + soft / found**2 - 1) <= _ROUNDING:
        lines.append(f"the weights sum to 1 with T²: α = {soft / found**2:.4g} times T² = {found**2:.4g}")
    elif alpha is not None and not np.isnan(found):
        lines.append(
            _against(soft / alpha if alpha else np.nan, hard / (1 - alpha) if alpha < 1 else np.nan, found, n_classes)
        )
    return "; ".join(lines)


def _against(soft_factor, hard_factor, found, n_classes):
    """What multiplies the soft term, beyond the α that is meant, once a common factor of the loss is divided out."""
    common = 1.0 if np.isnan(hard_factor) else hard_factor
    if not common > 0 or not soft_factor > 0:
        return "a term that is meant is missing"
    factor = soft_factor / common
    candidates = {
        "the soft term has its factor T²": found**2,
        "the soft term lacks its factor T²": 1.0,
        f"the soft term is divided by the {n_classes} classes (reduction='mean' in place of 'batchmean')": found**2
        / n_classes,
        f"the soft term lacks T² and is divided by the {n_classes} classes": 1 / n_classes,
        "the soft term is multiplied by T in place of T²": found,
    }
    texts = [text for text, value in candidates.items() if abs(factor / value - 1) <= _ROUNDING]
    words = " or ".join(texts) or f"the soft term is multiplied by {factor:.4g}, neither 1 nor T² = {found**2:.4g}"
    return words if abs(common - 1) <= _ROUNDING else f"{words}; the whole loss is multiplied by {common:.4g}"
