"""Deep linear networks wᵀ = W_N ⋯ W_1 trained by gradient descent on the distillation loss (PL19 §4.1)."""

from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import expit

from kdtheory.kernels.devices import configure_jax
from kdtheory.students.linear.descent import increasing_steps
from kdtheory.theory.projection import minimum_norm_weights

configure_jax()


@dataclass(frozen=True)
class DeepTraining:
    """What the training of a batch of deep linear networks left.

    Attributes
    ----------
    steps : array of int, shape (records,)
        Step counts at which the weights were recorded.
    weights : array, shape (starts, records, d)
        End-to-end weights; constant from the record on in which a start has reached the tolerance.
    steps_used : array of int, shape (starts,)
        Step at which the start reached the tolerance, −1 where it never did.
    velocity : array, shape (starts, records, d)
        Velocity that gradient flow on the factors gives the end-to-end weights there (PL19 eq. 3), by the product rule.
    span_error : array, shape (starts,)
        ‖P_X(w − ŵ)‖/‖ŵ‖ at the end.
    """

    steps: np.ndarray
    weights: np.ndarray
    velocity: np.ndarray
    steps_used: np.ndarray
    span_error: np.ndarray

    @property
    def final_weights(self):
        """End-to-end weights at the end of training, shape (starts, d)."""
        return self.weights[:, -1]


def train(starts, inputs, teacher_logits, *, learning_rate, steps, tolerance, progress=None):
    """Gradient descent on the factors of many deep linear networks of one depth (PL19 eq. 2 and 3).

    The loss is the mean cross-entropy with the teacher's probabilities (PL19 eq. 1). A start is done, and
    rests, when its error in the span of the inputs, ‖P_X(w − ŵ)‖/‖ŵ‖, is at most `tolerance`; its part off
    the span is what Theorem 2 is about and never counts. Each start trains as it would alone.

    Parameters
    ----------
    starts : tuple of N arrays
        Factors W_1 … W_N with one leading axis of starts, as the functions of
        :mod:`kdtheory.students.deep_linear.starts` give them for an array of norms.
    inputs : array, shape (n, d)
        Transfer set, one row per point.
    teacher_logits : array, shape (n,)
        Logits w*ᵀx of a linear teacher (moderate ones: convergence slows down exponentially in them).
    learning_rate : float
        Step size for every factor.
    steps : sequence of int
        Strictly increasing step counts, from 0 on, at which the weights are recorded; the last ends the run.
    tolerance : float
        Span error at which a start is done.
    progress : callable, optional
        Called after each record with the step count and the largest span error of all starts.

    Returns
    -------
    training : DeepTraining

    Raises
    ------
    ValueError
        For shapes that do not fit, steps that do not increase, a learning rate or tolerance that is not
        positive, logits that are all zero (ŵ = 0 has no relative error) or no linear teacher's.
    FloatingPointError
        When the weights overflow: the learning rate is too large.
    """
    starts = tuple(np.asarray(factor, np.float64) for factor in starts)
    inputs, teacher_logits = np.asarray(inputs, np.float64), np.asarray(teacher_logits, np.float64)
    steps = increasing_steps(steps)
    _check_problem(starts, inputs, teacher_logits, learning_rate, tolerance)
    problem = _problem(inputs, teacher_logits, learning_rate, tolerance)

    factors = tuple(jnp.asarray(factor) for factor in starts)
    steps_used = jnp.full(len(starts[0]), -1)
    recorded, velocities = [], []
    done = 0
    for step in steps:
        factors, steps_used, weights, error = _advance(factors, steps_used, done, step, problem)
        recorded.append(np.asarray(weights))
        velocities.append(np.asarray(_velocity(factors, problem)))
        if not np.all(np.isfinite(recorded[-1])):
            raise FloatingPointError(f"weights overflow by step {step}: learning_rate {learning_rate} is too large")
        done = step
        if progress is not None:
            progress(step, float(error.max()))
    return DeepTraining(
        steps=np.array(steps),
        weights=np.stack(recorded, axis=1),
        velocity=np.stack(velocities, axis=1),
        steps_used=np.asarray(steps_used),
        span_error=np.asarray(error),
    )


class _Problem(NamedTuple):
    """What the gradient and the stopping rule need, as arrays, so that one compilation serves them all."""

    inputs: np.ndarray
    probabilities: np.ndarray
    span: np.ndarray
    target: np.ndarray
    learning_rate: float
    tolerance: float


def _problem(inputs, teacher_logits, learning_rate, tolerance):
    """The problem with its limit ŵ in the coordinates of an orthonormal basis of the inputs' span."""
    weights = minimum_norm_weights(inputs, teacher_logits)
    miss = np.max(np.abs(inputs @ weights - teacher_logits))
    if not miss <= 1e-9 * np.max(np.abs(teacher_logits)):
        raise ValueError(f"teacher_logits are no linear teacher's: the best weights miss one by {miss:.2g}")
    _, singular_values, directions = np.linalg.svd(inputs, full_matrices=False)
    rounding = max(inputs.shape) * np.finfo(np.float64).eps * singular_values[0]
    span = directions[singular_values > rounding]
    return _Problem(inputs, expit(teacher_logits), span, span @ weights, learning_rate, tolerance)


def _end_to_end(factors):
    """Weights w = (W_N ⋯ W_1)ᵀ of one network, multiplied from the one-row factor on, so always a row."""
    return reduce(jnp.matmul, reversed(factors))[0]


def _gradients(factors, problem):
    """End-to-end weights, and the gradient of the loss in every factor."""
    weights, pull_back = jax.vjp(jax.vmap(_end_to_end), factors)
    residual = jax.nn.sigmoid(weights @ problem.inputs.T) - problem.probabilities
    (gradients,) = pull_back(residual @ problem.inputs / len(problem.inputs))
    return weights, gradients


@jax.jit
def _velocity(factors, problem):
    """Velocity of the end-to-end weights when every factor moves down its gradient."""
    _, gradients = _gradients(factors, problem)
    return jax.jvp(jax.vmap(_end_to_end), (factors,), (jax.tree.map(jnp.negative, gradients),))[1]


@jax.jit
def _advance(factors, steps_used, first, last, problem):
    """Descend from step `first` to `last`, or until every start is done."""

    def settle(weights, steps_used, step):
        error = jnp.linalg.norm(weights @ problem.span.T - problem.target, axis=-1)
        error /= jnp.linalg.norm(problem.target)
        return jnp.where((steps_used < 0) & (error <= problem.tolerance), step, steps_used), error

    def unfinished(state):
        step, _, steps_used = state
        return (step < last) & jnp.any(steps_used < 0)

    def descend(state):
        step, factors, steps_used = state
        weights, gradients = _gradients(factors, problem)
        steps_used, _ = settle(weights, steps_used, step)
        rate = jnp.where(steps_used < 0, problem.learning_rate, 0.0)[:, None, None]
        return step + 1, jax.tree.map(lambda f, g: f - rate * g, factors, gradients), steps_used

    step, factors, steps_used = jax.lax.while_loop(unfinished, descend, (first, factors, steps_used))
    weights = jax.vmap(_end_to_end)(factors)
    steps_used, error = settle(weights, steps_used, step)
    return factors, steps_used, weights, error


def _check_problem(starts, inputs, teacher_logits, learning_rate, tolerance):
    """Raise ValueError for what :func:`train` cannot train."""
    if inputs.ndim != 2 or 0 in inputs.shape:
        raise ValueError(f"inputs has shape {inputs.shape}; it must be (n, d) with n and d at least 1")
    if teacher_logits.shape != inputs.shape[:1]:
        raise ValueError(f"teacher_logits has shape {teacher_logits.shape}; it must be ({len(inputs)},)")
    if not (np.all(np.isfinite(inputs)) and np.all(np.isfinite(teacher_logits)) and np.any(teacher_logits)):
        raise ValueError("inputs and teacher_logits must be finite, and teacher_logits not all zero")
    if not _is_chain(starts, inputs.shape[1]):
        raise ValueError(
            f"starts has shapes {[factor.shape for factor in starts]}; they must be (starts, rows, columns), "
            f"chained from {inputs.shape[1]} columns to 1 row"
        )
    for name, value in (("learning_rate", learning_rate), ("tolerance", tolerance)):
        if not 0 < value < np.inf:
            raise ValueError(f"{name} is {value}; it must be positive and finite")


def _is_chain(starts, dim):
    """Whether the factors of all starts multiply to one row of length `dim`."""
    if not starts or any(factor.ndim != 3 for factor in starts) or len(starts[0]) == 0:
        return False
    widths = [dim, *(factor.shape[1] for factor in starts)]
    shapes = [(len(starts[0]), rows, columns) for columns, rows in pairwise(widths)]
    return [factor.shape for factor in starts] == shapes and widths[-1] == 1
