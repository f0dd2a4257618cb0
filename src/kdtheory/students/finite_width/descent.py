"""Finite networks trained by full-batch gradient descent on the distillation loss, side by side."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from kdtheory.kernels.empirical import apply_network, empirical_ntk
from kdtheory.students.finite_width.distillation import distillation_loss


class Descent(NamedTuple):
    """What full-batch descent of a batch of networks left at each recorded step.

    Attributes
    ----------
    train_logits : array, shape (networks, steps, n)
    test_logits : array, shape (networks, steps, test)
    kernel_drift : array, shape (networks, steps)
        ‖Θ̂_step − Θ̂_0‖_F/‖Θ̂_0‖_F of the training points.
    """

    train_logits: np.ndarray
    test_logits: np.ndarray
    kernel_drift: np.ndarray


def descend(params, inputs, test_inputs, kernels, lessons, rates, steps):
    """Train a batch of networks side by side by gradient descent on the mean distillation loss.

    Parameters
    ----------
    params : list of (W, b)
        Of :func:`kdtheory.kernels.empirical.init_network`, each with a leading axis of networks. Their precision is
        that of the training; kernels are computed in float64.
    inputs, test_inputs : array, shape (networks, n, dim) and (networks, test, dim)
    kernels : array, shape (networks, n, n)
        Θ̂_0 of the inputs, from which the drift is measured.
    lessons : kdtheory.students.finite_width.distillation.Lesson
        Teacher's logits and labels (networks, n), soft ratio and temperature (networks,).
    rates : array, shape (networks,)
        Step sizes.
    steps : sequence of int
        Step counts from 0 on at which the networks are recorded; the last ends the training.

    Returns
    -------
    Descent

    Raises
    ------
    FloatingPointError
        When a network's logits overflow: its step is too large.
    """
    precision = params[0][0].dtype
    lessons, inputs, test_inputs, rates = jax.tree.map(
        lambda leaf: np.asarray(leaf, precision), (lessons, inputs, test_inputs, rates)
    )
    records, done = [], 0
    for step in steps:
        params = _advance(params, inputs, lessons, rates, step - done)
        done = step
        record = _record(params, inputs, test_inputs, kernels)
        records.append([np.asarray(values, np.float64) for values in record])
        if not np.all(np.isfinite(records[-1][0])):
            raise FloatingPointError(f"a network's logits overflow by step {step}: its learning rate is too large")
    return Descent(*(np.stack(values, axis=1) for values in zip(*records, strict=True)))


def _mean_loss(params, inputs, lesson):
    return jnp.mean(distillation_loss(apply_network(params, inputs), lesson))


@jax.jit
def _advance(params, inputs, lessons, rates, steps):
    def advance(network):
        params, inputs, lesson, rate = network

        def step(_, params):
            gradient = jax.grad(_mean_loss)(params, inputs, lesson)
            return jax.tree.map(lambda leaf, slope: leaf - rate * slope, params, gradient)

        return jax.lax.fori_loop(0, steps, step, params)

    return _for_each(advance, (params, inputs, lessons, rates))


@jax.jit
def _record(params, inputs, test_inputs, kernels):
    def record(network):
        params, inputs, test_inputs, start = network
        kernel = empirical_ntk(*jax.tree.map(lambda leaf: leaf.astype(jnp.float64), (params, inputs)))
        drift = jnp.linalg.norm(kernel - start) / jnp.linalg.norm(start)
        return apply_network(params, inputs), apply_network(params, test_inputs), drift

    return _for_each(record, (params, inputs, test_inputs, kernels))


def _for_each(function, networks):
    """Side by side on a GPU; one after the other on a CPU, where batched matrix products take twice the time."""
    return jax.lax.map(function, networks) if jax.default_backend() == "cpu" else jax.vmap(function)(networks)
