import re
import subprocess
import sys
from functools import partial
from importlib import metadata
from pathlib import Path

import jax
import numpy as np
import pytest
import scipy.linalg

import kdtheory
from kdtheory.kernels._neural_tangents import empirical_ntk_fn, linearize, predict, stax
from kdtheory.kernels.empirical import apply_network, empirical_ntk, init_network
from kdtheory.kernels.infinite import relu_kernels


def points(n, dim):
    """Inputs from NumPy, for which XLA has nothing to compile."""
    return np.random.default_rng(n).normal(size=(n, dim))


def test_the_versions_are_those_the_patches_were_tried_with():
    """The pin and the newest; another one is a decision."""
    assert metadata.version("neural-tangents") == "0.6.5"
    assert metadata.version("jax") in {"0.10.2", "0.12.0.1"}


def test_no_other_module_imports_neural_tangents():
    package = Path(kdtheory.__file__).parent
    importers = [
        path.name
        for path in package.rglob("*.py")
        if re.search(r"^\s*(import|from) neural_tangents\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert importers == ["_neural_tangents.py"]


@pytest.mark.slow
def test_a_fresh_process_computes_in_64_bits_and_without_tensorflow():
    code = (
        "import sys, jax.numpy; from kdtheory.kernels import _neural_tangents;"
        "print(jax.numpy.ones(1).dtype, 'tensorflow' in sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.split() == ["float64", "False"]


def test_stax_has_the_kernels_of_the_haversine_recursion():
    dense = {"W_std": 1.3, "b_std": 0.7, "parameterization": "ntk"}
    *_, kernel_fn = stax.serial(
        stax.Dense(1, **dense), stax.Relu(), stax.Dense(1, **dense), stax.Relu(), stax.Dense(1, **dense)
    )
    rng = np.random.default_rng(0)
    x1, x2 = rng.normal(size=(9, 4)), rng.normal(size=(7, 4))
    expected = jax.jit(lambda a, b: kernel_fn(a, b, ("ntk", "nngp")))(x1, x2)
    ntk, nngp = relu_kernels(x1, x2, depth=2, weight_std=1.3, bias_std=0.7)
    np.testing.assert_allclose(ntk, expected[0], rtol=1e-12)
    np.testing.assert_allclose(nngp, expected[1], rtol=1e-12)


@pytest.mark.slow
def test_linearize_is_the_first_order_taylor_expansion():
    params = init_network(jax.random.key(0), 3, 20, 2)
    direction = init_network(jax.random.key(1), 3, 20, 2)
    x = points(5, 3)
    moved = jax.tree.map(lambda p, v: p + 0.01 * v, params, direction)
    value, slope = jax.jit(partial(jax.jvp, lambda p: apply_network(p, x)))((params,), (direction,))
    linear = jax.jit(linearize(apply_network, params))(moved, x)
    np.testing.assert_allclose(linear, value + 0.01 * slope, rtol=1e-12)


@pytest.mark.slow
def test_gradient_descent_on_the_squared_loss_follows_the_matrix_exponential():
    params = init_network(jax.random.key(0), 2, 200, 2)
    x, x_test = points(6, 2), points(4, 2)
    targets = np.sin(3 * x[:, :1])
    kernel_fn = jax.jit(empirical_ntk_fn(lambda p, inputs: apply_network(p, inputs)[:, None]))
    gram, cross = kernel_fn(x, None, params), kernel_fn(x_test, x, params)
    np.testing.assert_allclose(gram, empirical_ntk(params, x), rtol=1e-10)

    logits = jax.jit(apply_network)
    time, start, start_test = 3.0, logits(params, x)[:, None], logits(params, x_test)[:, None]
    descend = jax.jit(lambda *start: predict.gradient_descent_mse(gram, targets)(time, *start))
    fitted, predicted = descend(start, start_test, cross)
    decay = scipy.linalg.expm(-time * np.asarray(gram) / len(x))
    np.testing.assert_allclose(fitted, targets + decay @ (start - targets), rtol=1e-9)
    change = cross @ np.linalg.solve(gram, fitted - start)
    np.testing.assert_allclose(predicted, start_test + change, rtol=1e-7)
