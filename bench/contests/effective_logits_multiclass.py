"""Effective logits of 20,000 points with ten classes, in NumPy and as a jitted JAX function."""

from functools import partial

import jax
import numpy as np
from scipy.special import softmax

from bench.harness import Contender, compete
from kdtheory.kernels.multiclass import effective_logits_multiclass_jax
from kdtheory.theory.multiclass import effective_logits_multiclass

POINTS, CLASSES = 20_000, 10
PROBLEMS = ((0.5, 5.0), (0.95, 5.0), (0.05, 1.0), (0.999, 20.0))


def measure(full):
    """Compare for several soft ratios and temperatures."""
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(0, 3, (POINTS, CLASSES)), rng.integers(0, CLASSES, POINTS)
    return {"heats": [_heat(logits, labels, *problem) for problem in PROBLEMS]}


def _heat(logits, labels, soft_ratio, temperature):
    jitted = jax.jit(lambda z, y: effective_logits_multiclass_jax(z, y, soft_ratio, temperature))
    teacher, one_hot = softmax(logits / temperature, axis=1), np.eye(logits.shape[1])[labels]

    def error(roots):
        soft, hard = softmax(roots / temperature, axis=1) - teacher, softmax(roots, axis=1) - one_hot
        return np.max(np.abs(soft_ratio / temperature * soft + (1 - soft_ratio) * hard))

    return compete(
        {"classes": logits.shape[1], "soft_ratio": soft_ratio, "temperature": temperature},
        {
            "ours (NumPy)": Contender(
                partial(effective_logits_multiclass, logits, labels, soft_ratio, temperature), error
            ),
            "ours (JAX, jitted)": Contender(lambda: np.asarray(jitted(logits, labels)), error),
        },
        error="largest slope of the loss in a logit",
        unit="logit",
        per=logits.size,
    )
