"""Linearized students f(x; w₀) + Δwᵀφ(x) of finite networks (JZ20 Sec. 2): in closed form, by SGD, and along descent.

The features φ are the network's gradients at w₀, and Θ̂ = φᵀφ is the empirical kernel. From Δw = 0, a gradient step
adds gradients of its batch's points, so Δw = Σ_i a_i φ(x_i), and gradient descent on the weights of
``neural_tangents.linearize(f, w₀)`` is, iterate by iterate, descent on the coefficients a: the same path, at a price
that does not grow with the width.
"""

import jax
import jax.numpy as jnp
import numpy as np

from kdtheory.kernels.nested import NestedRegression
from kdtheory.students.finite_width.distillation import Lesson, distillation_slope, largest_stable_rate


def converged_logits(gram, cross, targets, initial, initial_test, sizes):
    """Logits at test points of a linear model trained to convergence on the first m points (JZ20 Eq. 4).

    Parameters
    ----------
    gram, cross : array, shape (n, n) and (n, test)
        Kernel of the training points, and between these and the test points: the empirical one for the linearized
        student, the infinite one for the infinitely wide student.
    targets : array, shape (ratios, n)
        Effective logits.
    initial, initial_test : array, shape (n,) and (test,)
        The student's logits z₀ before training.
    sizes : sequence of int
        m in 1..n.

    Returns
    -------
    logits : array, shape (sizes, ratios, test)

    Raises
    ------
    kdtheory.kernels.nested.NotPositiveDefiniteError
        When the kernel is singular.
    """
    changes = NestedRegression(gram, (targets - initial).T).predict(cross, sizes)
    return initial_test + np.moveaxis(changes, -1, 1)


def sgd_rates(gram, soft_ratios, temperature, share):
    """Return steps of SGD, one for each soft ratio: a share of the largest at which no batch can diverge.

    λ_max(Θ_B)/|B| of any batch B is at most the largest diagonal entry of Θ.
    """
    return share * largest_stable_rate(np.max(np.diagonal(gram)), soft_ratios, temperature)


def descent_rates(gram, soft_ratios, temperature, share):
    """Return steps of full-batch descent, one for each soft ratio: a share of 8n/(λ_max(Θ)·(ρ/T² + 1 − ρ))."""
    return share * largest_stable_rate(np.linalg.eigvalsh(gram)[-1] / len(gram), soft_ratios, temperature)


@jax.jit
def sgd_coefficients(gram, initial, lessons, rates, batches):
    """Train linearized networks side by side by online-batch SGD on the distillation loss.

    Parameters
    ----------
    gram : array, shape (networks, n, n)
        Empirical kernels.
    initial : array, shape (networks, n)
        z₀ of the training points.
    lessons : kdtheory.students.finite_width.distillation.Lesson
        Teacher's logits and labels (networks, n), soft ratios (networks, ratios), temperature (networks,).
    rates : array, shape (networks, ratios)
        Step sizes for the mean loss of a batch.
    batches : array of int, shape (networks, steps, batch)
        Which points each batch has; a point may occur twice.

    Returns
    -------
    coefficients : array, shape (networks, ratios, n)
        a, so that the trained logits are z₀(x) + Σ_i a_i Θ̂(x_i, x).
    """

    def train(gram, initial, lesson, rate, batches):
        step = _stepper(gram, lesson, rate)
        start = jnp.zeros_like(initial), initial
        return jax.lax.scan(lambda state, batch: (step(state, batch), None), start, batches)[0][0]

    return _for_each_ratio(train)(gram, initial, lessons, rates, batches)


@jax.jit
def descend_further(coefficients, gram, initial, lessons, rates, steps):
    """Take more steps of full-batch gradient descent on the mean distillation loss.

    Parameters
    ----------
    coefficients : array, shape (networks, ratios, n)
        a at the start; zero before training.
    gram, initial, lessons, rates
        As for :func:`sgd_coefficients`.
    steps : int

    Returns
    -------
    coefficients : array, shape (networks, ratios, n)
    """

    def train(gram, initial, lesson, rate, coefficients):
        step = _stepper(gram, lesson, rate)
        state = coefficients, initial + coefficients @ gram
        everything = jnp.arange(len(initial))
        return jax.lax.fori_loop(0, steps, lambda _, state: step(state, everything), state)[0]

    return _for_each_ratio(train, last_axis=0)(gram, initial, lessons, rates, coefficients)


def _stepper(gram, lesson, rate):
    """One gradient step on a batch's mean loss, of coefficients and logits at the training points."""

    def step(state, batch):
        coefficients, logits = state
        taught = lesson._replace(teacher_logits=lesson.teacher_logits[batch], labels=lesson.labels[batch])
        change = -rate / len(batch) * distillation_slope(logits[batch], taught)
        return coefficients.at[batch].add(change), logits + change @ gram[batch]

    return step


def _for_each_ratio(train, last_axis=None):
    """Map ``train(gram, initial, lesson, rate, last)`` over networks and their soft ratios."""
    of_ratio = Lesson(teacher_logits=None, labels=None, soft_ratio=0, temperature=None)
    return jax.vmap(jax.vmap(train, in_axes=(None, None, of_ratio, 0, last_axis)))
