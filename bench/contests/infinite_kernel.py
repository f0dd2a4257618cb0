"""Kernels of an infinitely wide network.

Tangent kernel and covariance of three hidden layers; the floor is the product of the inputs with themselves.
"""

from functools import partial

import jax
import numpy as np

from bench import references
from bench.harness import Contender, compete
from bench.memory import peak_bytes
from kdtheory.kernels._neural_tangents import stax
from kdtheory.kernels.infinite import relu_kernels

SIZES, LARGE_SIZES = (1000, 2000, 4000), (8000,)
DIMS = (2, 784)
_DEPTH = 3
_FLOOR = "floor: the matrix product"


def measure(full):
    """Compare time and error by size and input dimension, and memory at the largest size."""
    sizes = SIZES + (LARGE_SIZES if full else ())
    return {"heats": [_heat(size, dim, with_memory=size == sizes[-1]) for dim in DIMS for size in sizes]}


def prepare(name, size, dim):
    """Return a contender's computation as a callable without arguments."""
    x = _inputs(size, dim)
    return {
        "ours": lambda: relu_kernels(x, depth=_DEPTH),
        "neural-tangents, jitted": partial(_tangents, x),
        "NumPy recursion": partial(_textbook, x),
        _FLOOR: lambda: x @ x.T,
    }[name]


def _heat(size, dim, with_memory):
    x = _inputs(size, dim)
    pairs = _pairs(size)
    exact = np.array([references.kernels(x[i], x[j], _DEPTH) for i, j in pairs]).T

    def error(kernels):
        found = np.array([np.asarray(kernel)[*pairs.T] for kernel in kernels])
        return np.max(np.abs(found / exact - 1))

    contenders = {
        name: Contender(
            prepare(name, size, dim),
            None if name == _FLOOR else error,
            bytes=peak_bytes(__name__, "prepare", name, size, dim) if with_memory else None,
        )
        for name in ("ours", "neural-tangents, jitted", "NumPy recursion", _FLOOR)
    }
    return compete(
        {"n": size, "d": dim},
        contenders,
        error="largest relative distance to 50-digit kernels at 60 entries, 20 of them on the diagonal",
        matrix_bytes=8 * size**2,
    )


def _inputs(size, dim):
    return np.random.default_rng(0).standard_normal((size, dim))


def _pairs(size):
    rng = np.random.default_rng(1)
    diagonal = rng.integers(size, size=20)
    return np.concatenate([np.stack([diagonal, diagonal], axis=1), rng.integers(size, size=(40, 2))])


_DENSE = partial(stax.Dense, W_std=1.0, b_std=1.0, parameterization="ntk")
*_, _KERNEL = stax.serial(*[layer for _ in range(_DEPTH) for layer in (_DENSE(1), stax.Relu())], _DENSE(1))


@jax.jit
def _jitted(x):
    return tuple(_KERNEL(x, None, ("ntk", "nngp")))


def _tangents(x):
    return jax.block_until_ready(_jitted(x))


def _textbook(x):
    """The arc-cosine recursion as one would write it down."""
    diagonal = np.sum(x**2, axis=1) / x.shape[1] + 1
    ntk = nngp = x @ x.T / x.shape[1] + 1
    for _ in range(_DEPTH):
        norms = np.sqrt(np.outer(diagonal, diagonal))
        angle = np.arccos(np.clip(nngp / norms, -1, 1))
        nngp = norms * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi) + 1
        ntk = nngp + ntk * (np.pi - angle) / (2 * np.pi)
        diagonal = diagonal / 2 + 1
    return ntk, nngp
