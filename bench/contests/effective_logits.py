"""Effective logits of 200,000 points, in NumPy and as a jitted JAX function."""

import math
from functools import partial

import jax
import jaxopt
import numpy as np
from scipy.optimize import brentq
from scipy.optimize.elementwise import find_root
from scipy.special import expit

from bench import references
from bench.harness import Contender, compete, timed_part
from kdtheory.kernels.stationarity import effective_logits_jax
from kdtheory.theory.stationarity import effective_logits

POINTS, SCALAR_POINTS, EXACT_POINTS = 200_000, 2_000, 100
PROBLEMS = ((0.5, 5.0), (0.95, 5.0), (0.05, 1.0), (0.999, 20.0))
# The peers need a bracket in which no sigmoid rounds to 1: hence moderate logits and T ≥ 1.
_BRACKET = 40.0


def measure(full):
    """Compare for several soft ratios and temperatures."""
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(0, 3, POINTS), rng.integers(0, 2, POINTS).astype(float)
    return {"heats": [_heat(logits, labels, *problem) for problem in PROBLEMS]}


def _heat(logits, labels, soft_ratio, temperature):
    exact = [
        references.effective_logit(z, y, soft_ratio, temperature)
        for z, y in zip(logits[:EXACT_POINTS], labels[:EXACT_POINTS], strict=True)
    ]
    scale = np.maximum(np.abs(exact), np.abs(logits[:EXACT_POINTS]))

    def error(roots):
        return np.max(np.abs(np.asarray(roots)[:EXACT_POINTS] - exact) / scale)

    ours = partial(effective_logits, logits, labels, soft_ratio, temperature)
    jitted = jax.jit(lambda z, y: effective_logits_jax(z, y, soft_ratio, temperature))
    slope = partial(_slope, soft_ratio=soft_ratio, temperature=temperature)
    bisection = jaxopt.Bisection(
        partial(slope, sigmoid=jax.nn.sigmoid), -_BRACKET, _BRACKET, maxiter=60, tol=0.0, check_bracket=False
    )
    bisect = jax.jit(jax.vmap(lambda z, y: bisection.run(None, z, y).params))
    few = logits[:SCALAR_POINTS].tolist(), labels[:SCALAR_POINTS].tolist()
    scalar = partial(slope, sigmoid=_scalar_sigmoid)
    bracket = np.full(POINTS, -_BRACKET), np.full(POINTS, _BRACKET)
    return compete(
        {"soft_ratio": soft_ratio, "temperature": temperature},
        {
            "ours (NumPy)": Contender(ours, error),
            "ours (JAX, jitted)": Contender(lambda: jitted(logits, labels).block_until_ready(), error),
            "scipy brentq in a loop": Contender(
                timed_part(
                    lambda: [
                        brentq(scalar, -_BRACKET, _BRACKET, point, xtol=1e-13) for point in zip(*few, strict=True)
                    ],
                    POINTS / SCALAR_POINTS,
                ),
                error,
                extrapolated=f"{SCALAR_POINTS:,} points, scaled",
            ),
            "scipy elementwise find_root": Contender(
                lambda: find_root(partial(slope, sigmoid=expit), bracket, args=(logits, labels)).x, error
            ),
            "jaxopt Bisection, jitted": Contender(lambda: bisect(logits, labels).block_until_ready(), error),
        },
        error="largest distance to 50-digit roots, relative to max(|z|, |z_t|)",
        unit="point",
        per=POINTS,
    )


def _slope(z, teacher_logit, label, *, soft_ratio, temperature, sigmoid):
    """JZ20 Eq. 3, as one would write it down."""
    soft = sigmoid(z / temperature) - sigmoid(teacher_logit / temperature)
    return soft_ratio / temperature * soft + (1 - soft_ratio) * (sigmoid(z) - label)


def _scalar_sigmoid(z):
    return 1 / (1 + math.exp(-z))
