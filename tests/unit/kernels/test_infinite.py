import os
import subprocess
import sys

import jax
import mpmath
import numpy as np
import pytest

from kdtheory.kernels import infinite
from kdtheory.kernels.empirical import empirical_ntk, init_network
from kdtheory.kernels.infinite import relu_kernels


def arc_cosine_recursion(x1, x2, depth, weight_std=1.0, bias_std=1.0):
    """The textbook recursion in float64: right where no two points are close, 1e-8 off where they coincide."""
    variance, shift = weight_std**2, bias_std**2
    diagonal1 = variance * np.sum(x1**2, axis=1)[:, None] / x1.shape[1] + shift
    diagonal2 = variance * np.sum(x2**2, axis=1)[None, :] / x1.shape[1] + shift
    nngp = variance * x1 @ x2.T / x1.shape[1] + shift
    ntk = nngp
    for _ in range(depth):
        norms = np.sqrt(diagonal1 * diagonal2)
        angle = np.arccos(np.clip(nngp / norms, -1, 1))
        nngp = variance * norms * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi) + shift
        ntk = nngp + variance * ntk * (np.pi - angle) / (2 * np.pi)
        diagonal1, diagonal2 = variance * diagonal1 / 2 + shift, variance * diagonal2 / 2 + shift
    return ntk, nngp


def fifty_digits(x1, x2, depth, weight_std=1.0, bias_std=1.0):
    """The same recursion for one pair of points in 50-digit arithmetic, from the exact values of the floats."""
    with mpmath.workdps(50):
        one, other = [mpmath.mpf(float(v)) for v in x1], [mpmath.mpf(float(v)) for v in x2]
        variance, shift = mpmath.mpf(weight_std) ** 2, mpmath.mpf(bias_std) ** 2
        diagonal1 = variance * mpmath.fdot(one, one) / len(one) + shift
        diagonal2 = variance * mpmath.fdot(other, other) / len(one) + shift
        nngp = variance * mpmath.fdot(one, other) / len(one) + shift
        ntk = nngp
        for _ in range(depth):
            norms = mpmath.sqrt(diagonal1 * diagonal2)
            angle = mpmath.acos(max(-1, min(1, nngp / norms)))
            kappa = mpmath.sin(angle) + (mpmath.pi - angle) * mpmath.cos(angle)
            nngp = variance * norms * kappa / (2 * mpmath.pi) + shift
            ntk = nngp + variance * ntk * (mpmath.pi - angle) / (2 * mpmath.pi)
            diagonal1, diagonal2 = variance * diagonal1 / 2 + shift, variance * diagonal2 / 2 + shift
        return float(ntk), float(nngp)


@pytest.mark.parametrize("dim", [1, 2, 20, 784])
@pytest.mark.parametrize(("depth", "weight_std", "bias_std"), [(1, 1.0, 1.0), (3, 1.0, 1.0), (5, 1.4, 0.1)])
def test_kernels_agree_with_the_arc_cosine_recursion(dim, depth, weight_std, bias_std):
    rng = np.random.default_rng(dim)
    # On a line only points on the two sides of the origin are far apart in angle; keep them 0.05 from each other.
    x1 = np.linspace(-1, 1, 40)[:, None] if dim == 1 else rng.normal(size=(40, dim))
    x2 = x1[:-1] + 1 / 39 if dim == 1 else rng.normal(size=(30, dim))
    ntk, nngp = relu_kernels(x1, x2, depth=depth, weight_std=weight_std, bias_std=bias_std)
    expected_ntk, expected_nngp = arc_cosine_recursion(x1, x2, depth, weight_std, bias_std)
    np.testing.assert_allclose(ntk, expected_ntk, rtol=1e-12)
    np.testing.assert_allclose(nngp, expected_nngp, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("dim", [1, 2, 784])
@pytest.mark.parametrize("gap", [0.0, 1e-15, 1e-12, 1e-9, 1e-6, 5e-4, 2e-3, 1e-2, 1e-1])
@pytest.mark.parametrize("bias_std", [1.0, 0.05])
def test_nearly_identical_points_agree_with_fifty_digits(dim, gap, bias_std):
    rng = np.random.default_rng(3)
    x1 = rng.normal(size=(10, dim))
    x2 = x1 + gap * rng.normal(size=(10, dim))
    ntk, nngp = relu_kernels(x1, x2, bias_std=bias_std)
    for i in range(10):
        expected = fifty_digits(x1[i], x2[i], 3, bias_std=bias_std)
        # Just above haversines.CLOSE the angle comes from a matrix product, whose last digit depends on the processor.
        np.testing.assert_allclose((ntk[i, i], nngp[i, i]), expected, rtol=5e-14)


@pytest.mark.parametrize("factor", [1.0, 1 + 1e-9, 2.0, -1.0, -3.0, -1 - 1e-9])
def test_collinear_points_without_bias_agree_with_fifty_digits(factor):
    x = np.random.default_rng(4).normal(size=(3, 5))
    kernels = np.array(relu_kernels(x, factor * x, bias_std=0.0))
    for i in range(3):
        expected = fifty_digits(x[i], factor * x[i], 3, bias_std=0.0)
        np.testing.assert_allclose(kernels[:, i, i], expected, rtol=1e-13, atol=1e-14)


def test_the_diagonal_is_that_of_the_variance_recursion():
    x = np.random.default_rng(5).uniform(-1, 1, (300, 2))
    ntk, nngp = relu_kernels(x, depth=4)
    variance = np.sum(x**2, axis=1) / 2 + 1
    tangent = variance
    for _ in range(4):
        variance = variance / 2 + 1
        tangent = variance + tangent / 2
    np.testing.assert_allclose(np.diagonal(nngp), variance, rtol=1e-14)
    np.testing.assert_allclose(np.diagonal(ntk), tangent, rtol=1e-14)


@pytest.mark.parametrize("n", [1, infinite.BLOCK, 2 * infinite.BLOCK + 45])
@pytest.mark.parametrize("dim", [2, 61])
def test_one_set_of_points_gives_exactly_symmetric_kernels_equal_to_the_two_set_form(n, dim):
    x = np.random.default_rng(6).uniform(-1, 1, (n, dim))
    for symmetric, general in zip(relu_kernels(x), relu_kernels(x, x.copy()), strict=True):
        assert symmetric.shape == (n, n)
        assert symmetric.dtype == np.float64
        np.testing.assert_array_equal(symmetric, symmetric.T)
        np.testing.assert_allclose(symmetric, general, rtol=1e-13)


def test_blocks_at_every_edge_hold_the_values_of_single_pairs():
    rng = np.random.default_rng(7)
    x1 = rng.normal(size=(infinite.BLOCK + 3, 3))
    x2 = rng.normal(size=(2 * infinite.BLOCK + 1, 3))
    kernels = relu_kernels(x1, x2)
    for i in (0, infinite.BLOCK - 1, infinite.BLOCK, infinite.BLOCK + 2):
        for j in (0, infinite.BLOCK - 1, infinite.BLOCK, 2 * infinite.BLOCK):
            pair = relu_kernels(x1[i : i + 1], x2[j : j + 1])
            for kernel, value in zip(kernels, pair, strict=True):
                np.testing.assert_allclose(kernel[i, j], value[0, 0], rtol=1e-13)


def test_the_origin_without_bias_has_no_variance():
    ntk, nngp = relu_kernels(np.array([[0.0, 0.0], [1.0, 2.0]]), bias_std=0.0)
    assert np.all(ntk[0] == 0) and np.all(nngp[0] == 0)
    np.testing.assert_allclose(nngp[1, 1], 2.5 / 8)


def test_memory_stays_near_the_two_results():
    code = (
        "import resource, numpy as np; from kdtheory.kernels.infinite import relu_kernels;"
        "x = np.random.default_rng(0).normal(size=(2500, 2)); relu_kernels(x[:300]);"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024;"
        "before = peak(); relu_kernels(x); print(peak() - before)"
    )
    on_cpu = {**os.environ, "KDTHEORY_DEVICE": "cpu"}
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=on_cpu)
    results = 2 * 2500**2 * 8 / 2**20
    assert float(finished.stdout) < results + 20


@pytest.mark.slow
def test_the_mean_kernel_of_finite_networks_extrapolates_to_the_infinite_one():
    # 200 networks at each of two widths; 2 K(2m) − K(m) removes the O(1/m) bias. A true kernel fails with
    # probability 1e-4 (t statistic at 10 entries, Bonferroni, threshold 4.6).
    x = np.random.default_rng(8).normal(size=(4, 3))
    means, errors = [], []
    for width, seed in ((64, 0), (128, 1)):
        draw = jax.vmap(lambda key, width=width: empirical_ntk(init_network(key, 3, width, 2), x))
        kernels = np.asarray(draw(jax.random.split(jax.random.key(seed), 200)))
        means.append(kernels.mean(axis=0))
        errors.append(kernels.std(axis=0, ddof=1) / np.sqrt(200))
    extrapolated, error = 2 * means[1] - means[0], np.hypot(2 * errors[1], errors[0])
    ntk, _ = relu_kernels(x, depth=2)
    assert np.all(np.abs(extrapolated - ntk) < 4.6 * error)
    # The test can tell: the kernel of one more layer lies far outside.
    assert np.any(np.abs(extrapolated - relu_kernels(x, depth=3)[0]) > 9 * error)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x1": np.ones(3)}, r"x1 has shape \(3,\)"),
        ({"x1": np.ones((0, 3))}, r"x1 has shape \(0, 3\)"),
        ({"x1": np.array([[np.nan]])}, "x1 holds a value that is not finite"),
        ({"x1": np.ones((2, 3)), "x2": np.ones((2, 4))}, r"x2 has shape \(2, 4\); .* 3 columns"),
        ({"x1": np.ones((2, 3)), "x2": np.full((2, 3), np.inf)}, "x2 holds a value that is not finite"),
        ({"x1": np.ones((2, 3)), "depth": 0}, "depth is 0"),
        ({"x1": np.ones((2, 3)), "depth": 1.5}, r"depth is 1\.5"),
        ({"x1": np.ones((2, 3)), "weight_std": 0.0}, r"weight_std is 0\.0"),
        ({"x1": np.ones((2, 3)), "bias_std": -1.0}, r"bias_std is -1\.0"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        relu_kernels(**arguments)
