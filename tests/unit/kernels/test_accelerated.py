import os
import subprocess
import sys

import numpy as np
import pytest

from kdtheory.kernels import accelerated, devices, infinite, nested
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression, NotPositiveDefiniteError


@pytest.fixture
def accelerate(monkeypatch):
    """Return a function that computes with JAX what a GPU would, here on whatever device JAX has."""

    def run(function, *arguments, tile=64, **options):
        with monkeypatch.context() as patched:
            for module in (infinite, nested):
                patched.setattr(module, "on_gpu", lambda: True)
            patched.setattr(accelerated, "TILE", tile)
            return function(*arguments, **options)

    return run


@pytest.fixture(autouse=True)
def on_the_cpu(monkeypatch):
    """What is compared with is NumPy's, on a machine with a GPU as well."""
    for module in (infinite, nested):
        monkeypatch.setattr(module, "on_gpu", lambda: False)


def points(n, dim, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (n, dim))


@pytest.mark.slow
@pytest.mark.parametrize(("n", "dim"), [(1, 2), (64, 3), (150, 61)])
def test_kernels_of_one_set_are_those_of_numpy_and_exactly_symmetric(accelerate, n, dim):
    x = points(n, dim)
    for found, expected in zip(accelerate(relu_kernels, x), relu_kernels(x), strict=True):
        assert type(found) is np.ndarray and found.dtype == np.float64
        np.testing.assert_array_equal(found, found.T)
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [{}, {"depth": 1, "bias_std": 0.0}, {"depth": 5, "weight_std": 1.4, "bias_std": 0.1}]
)
def test_kernels_of_two_sets_are_those_of_numpy(accelerate, options):
    x1, x2 = points(70, 3), points(130, 3, seed=1)
    for found, expected in zip(
        accelerate(relu_kernels, x1, x2, **options), relu_kernels(x1, x2, **options), strict=True
    ):
        # Without bias the kernel of opposite points is zero up to rounding.
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize(("gap", "bias_std"), [(0.0, 0.0), (1e-9, 1.0), (2e-3, 1.0)])
def test_nearly_identical_and_opposite_points_are_exact_too(accelerate, gap, bias_std):
    # 40 of them close to 40 others, so that no small number of close pairs is built in.
    x = points(40, 3)
    near = np.concatenate([x + gap, -x])
    for found, expected in zip(
        accelerate(relu_kernels, x, near, bias_std=bias_std), relu_kernels(x, near, bias_std=bias_std), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.slow
def test_a_small_set_takes_a_small_tile(accelerate):
    x = points(5, 2)
    np.testing.assert_allclose(accelerate(relu_kernels, x, tile=2048)[0], relu_kernels(x)[0], rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(150,), (150, 3)])
def test_regressions_are_those_of_scipy(accelerate, shape):
    x = points(190, 30)
    gram, cross = relu_kernels(x[:150])[0], relu_kernels(x[:150], x[150:])[0]
    one, other = (np.random.default_rng(seed).normal(size=shape) for seed in (1, 2))
    sizes = [64, 1, 150, 64]

    def results():
        regression = NestedRegression(gram, one)
        inner = regression.inner(regression.with_targets(other))
        return regression.coefficients, regression.norms(), inner, regression.predict(cross, sizes)

    for found, expected in zip(accelerate(results), results(), strict=True):
        assert type(found) is np.ndarray and found.dtype == np.float64
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * np.abs(expected).max())


def test_a_failing_minor_is_named_like_on_the_cpu(accelerate):
    x = points(60, 2)
    x[41] = x[7]
    repeated = relu_kernels(x)[0]
    indefinite = relu_kernels(points(60, 2))[0]
    indefinite[30, 30] = 0.0
    for gram in (repeated, indefinite):
        with pytest.raises(NotPositiveDefiniteError) as expected:
            NestedRegression(gram, np.ones(60))
        with pytest.raises(NotPositiveDefiniteError) as found:
            accelerate(NestedRegression, gram, np.ones(60))
        assert (found.value.minor, found.value.pivot) == (expected.value.minor, expected.value.pivot)


CODE = (
    "import sys, numpy as np; from kdtheory.kernels.infinite import relu_kernels;"
    "from kdtheory.kernels.nested import NestedRegression; from kdtheory.kernels.devices import device_name;"
    "x = np.random.default_rng(0).normal(size=(9, 2));"
    "NestedRegression(relu_kernels(x)[0], np.ones(9)).norms();"
    "print(device_name(), 'jax' in sys.modules)"
)


def run_with(choice):
    environment = {**os.environ, "KDTHEORY_DEVICE": choice}
    return subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, env=environment)


def test_on_the_cpu_jax_is_not_imported():
    finished = run_with("cpu")
    assert finished.stdout.split() == ["cpu", "False"], finished.stderr


@pytest.mark.slow
@pytest.mark.skipif(devices.find_spec("jax_plugins") is not None, reason="JAX has a plugin, maybe for a GPU")
def test_without_a_gpu_plugin_jax_is_not_imported_and_asking_for_a_gpu_is_one_clear_error():
    finished = run_with("auto")
    assert finished.stdout.split() == ["cpu", "False"], finished.stderr
    refused = run_with("gpu")
    assert refused.returncode == 1
    assert "KDTHEORY_DEVICE is gpu, but JAX finds no GPU" in refused.stderr


def test_a_device_that_does_not_exist_is_refused():
    refused = run_with("tpu")
    assert refused.returncode == 1
    assert "KDTHEORY_DEVICE is 'tpu'; allowed are auto, cpu and gpu" in refused.stderr


@pytest.mark.parametrize(("backend", "expected"), [("gpu", True), ("cpu", False)])
def test_with_a_plugin_jax_is_asked(backend, expected, monkeypatch):
    import jax

    monkeypatch.delenv("KDTHEORY_DEVICE", raising=False)
    monkeypatch.setattr(devices, "find_spec", lambda name: name)
    monkeypatch.setattr(jax, "default_backend", lambda: backend)
    devices.on_gpu.cache_clear()
    try:
        assert devices.on_gpu() is expected
    finally:
        devices.on_gpu.cache_clear()
