"""Tangent kernel of a finite network, 3 × 512, 256 points.

neural-tangents' third implementation, STRUCTURED_DERIVATIVES, does not run on this JAX (`_neural_tangents`).
"""

import jax
import numpy as np

from bench.harness import Contender, compete
from kdtheory.kernels._neural_tangents import empirical_ntk_fn
from kdtheory.kernels.empirical import apply_network, empirical_ntk, init_network

WIDTH, DEPTH, DIM, POINTS, CHECKED = 512, 3, 2, 256, 24
_IMPLEMENTATIONS = {"JACOBIAN_CONTRACTION": 1, "NTK_VECTOR_PRODUCTS": 2}


def measure(full):
    """Compare with neural-tangents' implementations."""
    params = init_network(jax.random.key(0), DIM, WIDTH, DEPTH)
    x = np.random.default_rng(0).standard_normal((POINTS, DIM))
    few = x[:CHECKED]
    exact = _from_jacobian(params, few)

    def error(kernel):
        return np.max(np.abs(np.asarray(kernel)[:CHECKED, :CHECKED] - exact)) / np.max(np.abs(exact))

    def contender(kernel):
        jitted = jax.jit(kernel)
        return Contender(lambda: jitted(params, x).block_until_ready(), error)

    def column(params, x):
        return apply_network(params, x)[:, None]

    contenders = {"ours": contender(empirical_ntk)}
    for name, number in _IMPLEMENTATIONS.items():
        kernel = empirical_ntk_fn(column, implementation=number, vmap_axes=0)
        contenders[f"neural-tangents {name}"] = contender(lambda params, x, kernel=kernel: kernel(x, None, params))
    parameters = {"width": WIDTH, "hidden layers": DEPTH, "n": POINTS}
    words = "largest distance to the Jacobian's own product at 24 points, relative to the largest entry"
    return {"heats": [compete(parameters, contenders, error=words)]}


def _from_jacobian(params, x):
    """The definition: every derivative of every logit, in NumPy from there on."""
    jacobian = jax.tree.leaves(jax.jacrev(apply_network)(params, x))
    rows = np.concatenate([np.asarray(leaf).reshape(len(x), -1) for leaf in jacobian], axis=1)
    return rows @ rows.T
