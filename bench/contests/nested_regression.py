"""Every training-set size at once."""

import time
from functools import partial

import jax.numpy as jnp
import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpotrf, dtrtrs

from bench.harness import Contender, Timed, compete
from bench.statistics import summed_over_sizes
from kdtheory.kernels._neural_tangents import predict
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression

FLOOR_SIZES = (512, 1024, 2048, 4096)
LARGEST, TEST_POINTS = 2048, 64
SIZES = np.unique(np.geomspace(16, LARGEST, 24).round().astype(int))


def measure(full):
    """Compare all norms with the floor, and students of many sizes with one fit for each size."""
    return {"heats": [*map(_norms, FLOOR_SIZES + ((8192,) if full else ())), *_students()]}


def problem(size, dim=2):
    """Return a Gram matrix of the infinite-width kernel, the kernel to test points, and smooth targets."""
    rng = np.random.default_rng(0)
    x, x_test = rng.uniform(-1, 1, (size, dim)), rng.uniform(-1, 1, (TEST_POINTS, dim))
    return relu_kernels(x)[0], relu_kernels(x, x_test)[0], np.sin(3 * x[:, 0])


def _norms(size):
    gram, _, targets = problem(size)
    checked = np.unique(np.geomspace(2, size, 8).astype(int))
    exact = [np.sqrt(targets[:n] @ np.linalg.solve(gram[:n, :n], targets[:n])) for n in checked]

    def floor():
        # LAPACK without SciPy's checks; of a symmetric matrix the transposed view is in LAPACK's order.
        factor, _ = dpotrf(gram.T, lower=1, clean=0)
        return dtrtrs(factor, targets, lower=1)

    return compete(
        {"task": "all norms", "n_train": size},
        {
            "ours": Contender(
                lambda: NestedRegression(gram, targets).norms(),
                lambda norms: np.max(np.abs(norms[checked - 1] / exact - 1)),
            ),
            "floor: one Cholesky, one triangular solve": Contender(floor, None),
        },
        error="largest relative distance to norms by np.linalg.solve at 8 sizes",
    )


def _students():
    """Predictions of the students of 24 sizes, and of all sizes as far as that can be told from the 24."""
    gram, cross, targets = problem(LARGEST)
    exact = np.array([cross[:n].T @ np.linalg.solve(gram[:n, :n], targets[:n]) for n in SIZES])

    def error(predictions):
        return np.max(np.abs(np.asarray(predictions) - exact)) / np.max(np.abs(exact))

    def ours(sizes):
        return NestedRegression(gram, targets).predict(cross, sizes)

    def every_size():
        return ours(np.arange(1, LARGEST + 1))[SIZES - 1]

    def solved(n):
        return cross[:n].T @ cho_solve(cho_factor(gram[:n, :n], lower=True), targets[:n])

    def limit(n):
        # Not jitted: it cannot be with the Gram matrix as an argument. What it calls, JAX has compiled in the warm-up.
        fit = predict.gradient_descent_mse(jnp.asarray(gram[:n, :n]), jnp.asarray(targets[:n, None]))
        start, start_test = jnp.zeros((n, 1)), jnp.zeros((TEST_POINTS, 1))
        return np.asarray(fit(None, start, start_test, jnp.asarray(cross[:n].T))[1])[:, 0]

    peers = {"neural-tangents gradient_descent_mse per n": limit, "scipy cho_solve per n": solved}
    words = "largest distance to np.linalg.solve at the 24 sizes, relative to the largest logit"
    yield compete(
        {"task": "students of 24 sizes", "n_train": LARGEST},
        {"ours": Contender(partial(ours, SIZES), error)}
        | {name: Contender(partial(_one_by_one, peer), error) for name, peer in peers.items()},
        error=words,
    )
    fitted = "summed over n from a cubic fit to 24 sizes"
    yield compete(
        {"task": "students of all sizes", "n_train": LARGEST},
        {"ours": Contender(every_size, error)}
        | {name: Contender(partial(_all_from_some, peer), error, fitted) for name, peer in peers.items()},
        error=words,
    )


def _one_by_one(peer):
    return [peer(n) for n in SIZES]


def _all_from_some(peer):
    results, seconds = [], []
    for n in SIZES:
        started = time.perf_counter()
        results.append(peer(n))
        seconds.append(time.perf_counter() - started)
    return Timed(results, summed_over_sizes(SIZES, seconds, LARGEST))
