"""Full-batch gradient descent of linear students, on soft or hard labels, of many transfer sets at once."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from operator import index

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from kdtheory.theory.convexity import probability_difference


def soft_descent(
    inputs: npt.ArrayLike,
    teacher_logits: npt.ArrayLike,
    *,
    steps: Sequence[int],
    dtype: npt.DTypeLike = np.float64,
    progress: Callable[[int], object] | None = None,
) -> np.ndarray:
    """Weights on the path of gradient descent from zero on the distillation loss (PL19 eq. 1 and 3, N = 1).

    The step size is 1/L with L = ‖X‖₂²/(4n), the smoothness of the loss, so the loss never rises; the
    limit is the teacher's projection onto the span of the inputs (PL19 Theorem 1). The iterate is w itself,
    not its coefficients through the Gram matrix: that matrix has the squared condition number of the inputs
    and would lift the floor that float32 ends on.

    Parameters
    ----------
    inputs : array, shape (..., n, d)
        Transfer sets, one row per point; leading axes broadcast against those of `teacher_logits`.
    teacher_logits : array, shape (..., n)
        Logits w*ᵀx of the teacher. Logits, because a soft label near 1 has forgotten them: it rounds to 1 at
        a logit of 36.7 in float64 and of 16.6 in float32.
    steps : sequence of int
        Strictly increasing step counts, from 0 on, at which the weights are recorded; the last ends the run.
    dtype : {numpy.float64, numpy.float32}
        Precision of all that the learner sees and does: inputs and logits are rounded to it first.
    progress : callable, optional
        Called with the step count after each record.

    Returns
    -------
    weights : array of `dtype`, shape (len(steps), ..., d)

    Raises
    ------
    ValueError
        For shapes that do not fit, values that are not finite, an input set of zeros, steps that do not
        increase, another dtype.
    """
    dtype = np.dtype(dtype)
    if dtype not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise ValueError(f"dtype is {dtype}; allowed are float64 and float32")
    inputs, teacher_logits = _paired(inputs, teacher_logits, "teacher_logits", dtype)
    steps = increasing_steps(steps)

    spectral_norm = np.linalg.norm(inputs, ord=2, axis=(-2, -1))
    if not np.all(spectral_norm > 0):
        raise ValueError("inputs holds a transfer set of zeros; each set needs a point that is not zero")
    # step size 1/L times the 1/n of the mean loss
    rate = (4 / spectral_norm**2)[..., None]

    batch = np.broadcast_shapes(inputs.shape[:-2], teacher_logits.shape[:-1])
    weights = np.zeros((*batch, inputs.shape[-1]), dtype)
    recorded = np.empty((len(steps), *weights.shape), dtype)
    done = 0
    for record, step in enumerate(steps):
        for _ in range(step - done):
            residual = probability_difference(np.matvec(inputs, weights), teacher_logits)
            weights -= rate * np.vecmat(residual, inputs)
        done = step
        recorded[record] = weights
        if progress is not None:
            progress(step)
    return recorded


def hard_descent(inputs: npt.ArrayLike, labels: npt.ArrayLike, *, steps: int, learning_rate: float = 1.0) -> np.ndarray:
    """Weights after gradient descent from zero on the logistic loss of hard labels.

    On separable labels the norm grows like the logarithm of the steps and the direction approaches that of
    :func:`kdtheory.students.linear.max_margin.max_margin_weights` as slowly.

    Parameters
    ----------
    inputs : array, shape (..., n, d)
        Transfer sets, one row per point; leading axes broadcast against those of `labels`.
    labels : array of 0 and 1, shape (..., n)
    steps : int
        Number of steps, 0 or more.
    learning_rate : float
        Step size for the mean loss.

    Returns
    -------
    weights : array, shape (..., d)

    Raises
    ------
    ValueError
        For shapes that do not fit, values that are not finite, labels other than 0 and 1, negative steps, a
        learning rate that is not positive.
    """
    signed = signed_points(inputs, labels)
    if (steps := index(steps)) < 0:
        raise ValueError(f"steps is {steps}; it must be 0 or more")
    if not 0 < learning_rate < np.inf:
        raise ValueError(f"learning_rate is {learning_rate}; it must be positive and finite")

    n_train, dim = signed.shape[-2:]
    rate = learning_rate / n_train
    if n_train < 2 * dim:
        # One product with the (n, n) Gram matrix is cheaper than two with the points, and w = signedᵀc.
        gram = signed @ signed.swapaxes(-1, -2)
        coefficients = np.zeros(signed.shape[:-1])
        for _ in range(steps):
            coefficients += rate * expit(-np.matvec(gram, coefficients))
        return np.vecmat(coefficients, signed)
    weights = np.zeros((*signed.shape[:-2], dim))
    for _ in range(steps):
        weights += rate * np.vecmat(expit(-np.matvec(signed, weights)), signed)
    return weights


def signed_points(inputs: npt.ArrayLike, labels: npt.ArrayLike) -> np.ndarray:
    """Points times the signs ±1 of their labels: a positive product with the weights is a right answer.

    Parameters
    ----------
    inputs : array, shape (..., n, d)
    labels : array of 0 and 1, shape (..., n)

    Returns
    -------
    signed : array, shape (..., n, d)

    Raises
    ------
    ValueError
        For shapes that do not fit, values that are not finite, labels other than 0 and 1.
    """
    inputs, labels = _paired(inputs, labels, "labels", np.float64)
    if not np.all((labels == 0) | (labels == 1)):
        raise ValueError("labels holds values other than 0 and 1")
    return np.where(labels == 1, 1.0, -1.0)[..., None] * inputs


def increasing_steps(steps: Iterable[int]) -> list[int]:
    """Step counts as a list of int; ValueError unless they increase strictly from 0 or more."""
    steps = [index(step) for step in steps]
    if not steps or steps[0] < 0 or any(a >= b for a, b in pairwise(steps)):
        raise ValueError(f"steps is {steps}; it must be strictly increasing and start at 0 or later")
    return steps


def _paired(inputs, targets, name, dtype):
    """Both arrays in `dtype`, checked: finite, and one target for each point."""
    inputs, targets = np.asarray(inputs, dtype), np.asarray(targets, dtype)
    if inputs.ndim < 2 or 0 in inputs.shape[-2:]:
        raise ValueError(f"inputs has shape {inputs.shape}; it must be (..., n, d) with n and d at least 1")
    if targets.ndim < 1 or targets.shape[-1] != inputs.shape[-2]:
        raise ValueError(f"{name} has shape {targets.shape}; these inputs need (..., {inputs.shape[-2]})")
    if not (np.all(np.isfinite(inputs)) and np.all(np.isfinite(targets))):
        raise ValueError(f"inputs or {name} holds a value that is not finite")
    return inputs, targets
