"""A kernel student of 128 points at its limit.

The limit of descent on the distillation loss is known: effective logits, then one nested fit. neural-tangents solves
the differential equation of the same descent up to a given time; its distance to the limit shrinks with that time.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg
from scipy.optimize import brentq
from scipy.special import expit

from bench.harness import Contender, compete
from kdtheory.kernels._neural_tangents import predict
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression
from kdtheory.theory.stationarity import effective_logits

POINTS, TEST_POINTS = 128, 256
SOFT_RATIO, TEMPERATURE = 0.9, 5.0
TIMES, MORE_TIMES = (1e2, 1e3, 1e4), (1e5, 1e6)


def measure(full):
    """Compare at growing times."""
    rng = np.random.default_rng(0)
    x, x_test = rng.uniform(-1, 1, (POINTS, 2)), rng.uniform(-1, 1, (TEST_POINTS, 2))
    logits = 5 * np.sin(3 * x[:, 0]) + 2 * x[:, 1]
    labels = (logits > 0).astype(float)
    (gram, _), (cross, _) = relu_kernels(x), relu_kernels(x, x_test)
    limit = _slow_limit(gram, cross, logits, labels)

    def error(predicted):
        return np.linalg.norm(np.ravel(predicted) - limit) / np.linalg.norm(limit)

    def ours():
        targets = effective_logits(logits, labels, SOFT_RATIO, TEMPERATURE)
        return NestedRegression(gram, targets).predict(cross, [POINTS])[0]

    descend = _descent(gram, cross, logits, labels)
    contenders = {"ours": Contender(ours, error)}
    for time in TIMES + (MORE_TIMES if full else ()):
        contenders[f"neural-tangents gradient_descent to t = {time:.0e}"] = Contender(partial(descend, time), error)
    heat = compete(
        {"n_train": POINTS, "soft_ratio": SOFT_RATIO, "temperature": TEMPERATURE},
        contenders,
        error="distance to the limit's test logits, relative",
    )
    return {"heats": [heat]}


def _descent(gram, cross, teacher_logits, labels):
    """Jitted gradient flow on the mean distillation loss from zero, by time."""

    soft_target = jax.nn.sigmoid(jnp.asarray(teacher_logits)[:, None] / TEMPERATURE)

    def loss(logits, labels):
        scaled = logits / TEMPERATURE
        soft = jax.nn.softplus(scaled) - soft_target * scaled
        hard = jax.nn.softplus(logits) - labels * logits
        return jnp.mean(SOFT_RATIO * soft + (1 - SOFT_RATIO) * hard)

    flow = predict.gradient_descent(loss, jnp.asarray(gram), jnp.asarray(labels)[:, None])
    start, start_test = jnp.zeros((POINTS, 1)), jnp.zeros((TEST_POINTS, 1))
    jitted = jax.jit(lambda time: flow(time, start, start_test, jnp.asarray(cross.T))[1])
    return lambda time: jitted(time).block_until_ready()


def _slow_limit(gram, cross, logits, labels):
    """The limit by one scalar root at a time and a dense solve."""

    def slope(z, teacher_logit, label):
        soft = expit(z / TEMPERATURE) - expit(teacher_logit / TEMPERATURE)
        return SOFT_RATIO / TEMPERATURE * soft + (1 - SOFT_RATIO) * (expit(z) - label)

    targets = [brentq(slope, -60, 60, point, xtol=1e-14) for point in zip(logits, labels, strict=True)]
    return cross.T @ scipy.linalg.solve(gram, targets, assume_a="pos")
