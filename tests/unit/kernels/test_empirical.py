import os
import subprocess
import sys

import jax
import numpy as np
import pytest

from kdtheory.kernels._neural_tangents import empirical_ntk_fn, stax
from kdtheory.kernels.empirical import apply_network, empirical_ntk, init_network


def points(n, dim):
    """Inputs from NumPy, for which XLA has nothing to compile."""
    return np.random.default_rng(n).normal(size=(n, dim))


@pytest.mark.slow
@pytest.mark.parametrize(("depth", "width"), [(1, 1), (3, 17)])
def test_the_closed_form_is_the_contraction_of_the_jacobian(depth, width):
    params = init_network(jax.random.key(depth), 4, width, depth)
    x1, x2 = points(6, 4), points(5, 4)

    gradients = jax.tree.leaves(jax.jit(jax.jacobian(apply_network))(params, np.vstack([x1, x2])))
    jacobian = np.hstack([np.reshape(leaf, (11, -1)) for leaf in gradients])
    contraction = jacobian @ jacobian.T
    np.testing.assert_allclose(empirical_ntk(params, x1, x2), contraction[:6, 6:], rtol=1e-10)
    np.testing.assert_allclose(empirical_ntk(params, x1), contraction[:6, :6], rtol=1e-10)


@pytest.mark.slow
def test_network_and_kernel_are_those_of_neural_tangents():
    dense = {"W_std": 1.0, "b_std": 1.0, "parameterization": "ntk"}
    _, apply_fn, _ = stax.serial(
        stax.Dense(30, **dense), stax.Relu(), stax.Dense(30, **dense), stax.Relu(), stax.Dense(1, **dense)
    )
    params = init_network(jax.random.key(0), 3, 30, 2)
    theirs = [params[0], (), params[1], (), params[2]]
    x1, x2 = points(6, 3), points(5, 3)
    np.testing.assert_allclose(apply_network(params, x1), apply_fn(theirs, x1)[:, 0], rtol=1e-12)
    expected = jax.jit(empirical_ntk_fn(apply_fn))(x1, x2, theirs)
    np.testing.assert_allclose(empirical_ntk(params, x1, x2), expected, rtol=1e-10)


def test_a_kernel_of_one_set_is_exactly_symmetric_in_float64():
    params = init_network(jax.random.key(0), 5, 64, 3)
    ntk = np.asarray(empirical_ntk(params, points(130, 5)))
    assert ntk.dtype == np.float64
    np.testing.assert_array_equal(ntk, ntk.T)


def test_parameters_are_standard_normal_and_no_two_layers_share_them():
    params = init_network(jax.random.key(0), 7, 60, 3)
    assert [weight.shape for weight, _ in params] == [(7, 60), (60, 60), (60, 60), (60, 1)]
    assert [bias.shape for _, bias in params] == [(60,), (60,), (60,), (1,)]
    values = np.concatenate([leaf.ravel() for leaf in jax.tree.leaves(params)])
    # mean and mean square of standard normals; a good draw fails with probability 1e-5 each (4.4 standard errors)
    assert abs(values.mean()) < 4.4 / np.sqrt(values.size)
    assert abs(np.mean(values**2) - 1) < 4.4 * np.sqrt(2 / values.size)
    assert np.unique(values).size == values.size


@pytest.mark.parametrize("name", ["dim", "width", "depth"])
def test_a_size_below_one_is_refused(name):
    sizes = {"dim": 2, "width": 3, "depth": 1, name: 0}
    with pytest.raises(ValueError, match=f"{name} is 0"):
        init_network(jax.random.key(0), **sizes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("choice", "outcome"),
    [("cpu", "cpu"), ("tpu", "KDTHEORY_DEVICE is 'tpu'; allowed are auto, cpu and gpu")],
)
def test_the_device_is_chosen_by_an_environment_variable(choice, outcome):
    code = "from kdtheory.kernels import empirical, devices; print(devices.device_name())"
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "KDTHEORY_DEVICE": choice}
    )
    assert outcome in finished.stdout + finished.stderr
    assert (finished.returncode == 0) == (choice != "tpu")


@pytest.mark.skipif(jax.default_backend() == "gpu", reason="there is a GPU")
def test_a_missing_gpu_is_one_clear_error():
    finished = subprocess.run(
        [sys.executable, "-c", "import kdtheory.kernels.empirical"],
        capture_output=True,
        text=True,
        env={**os.environ, "KDTHEORY_DEVICE": "gpu"},
    )
    assert finished.returncode == 1
    assert "KDTHEORY_DEVICE is gpu, but JAX finds no GPU" in finished.stderr
