"""The JAX function of effective logits against its NumPy twin, and its derivatives against finite differences."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from scipy.special import expit

from kdtheory.kernels.stationarity import effective_logits_jax
from kdtheory.theory.stationarity import effective_logits

LOGITS = np.concatenate([np.linspace(-12, 12, 97), [1e-9, -1e-9, 40.0, -40.0, 700.0, -700.0, 1e5, -1e5]])
RATIOS, TEMPERATURES = (1e-6, 0.05, 0.3, 0.5, 0.95, 0.999999), (0.05, 0.5, 1.0, 5.0, 20.0)


@pytest.mark.slow
@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("soft_ratio", RATIOS)
@pytest.mark.parametrize("label", [0, 1])
def test_roots_are_those_of_the_numpy_twin(label, soft_ratio, temperature):
    found = jax.jit(effective_logits_jax)(LOGITS, label, soft_ratio, temperature)
    wanted = effective_logits(LOGITS, label, soft_ratio, temperature)
    scale = np.maximum(np.abs(wanted), np.abs(LOGITS))
    assert np.max(np.abs(found - wanted) / scale) < 1e-14


@pytest.mark.slow
def test_arguments_broadcast_and_the_ends_of_the_soft_ratio_are_exact():
    found = effective_logits_jax(LOGITS[:, None], np.array([0, 1, 1]), np.array([0.0, 0.0, 1.0]), 5.0)
    assert found.shape == (LOGITS.size, 3)
    np.testing.assert_array_equal(found[:, :2], np.broadcast_to([-np.inf, np.inf], (LOGITS.size, 2)))
    np.testing.assert_array_equal(found[:, 2], LOGITS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [(1.0, 2, 0.5, 5.0), (1.0, 1, 1.5, 5.0), (1.0, 1, 0.5, 0.0), (np.inf, 1, 0.5, 5.0), (1.0, 1, 0.5, -1.0)],
)
def test_an_argument_out_of_range_gives_nan(arguments):
    assert np.isnan(effective_logits_jax(*arguments))


def _random_points(size, largest=60.0):
    """Logits of all sizes up to ``largest``, with labels, ρ close to both ends, and T from 0.1 to 30."""
    rng = np.random.default_rng(11)
    logits = rng.choice([0.1, 3.0, largest], size) * rng.uniform(-1, 1, size)
    ratios = expit(rng.uniform(-14, 20, size))
    return logits, rng.integers(0, 2, size), ratios, 10 ** rng.uniform(-1, 1.5, size)


@pytest.mark.slow
@pytest.mark.parametrize("largest", [60.0, 1e4, 1e8])
def test_random_roots_are_those_of_the_numpy_twin(largest):
    arguments = _random_points(100_000, largest)
    found, wanted = jax.jit(effective_logits_jax)(*arguments), effective_logits(*arguments)
    assert np.max(np.abs(found - wanted) / np.maximum(np.abs(wanted), np.abs(arguments[0]))) < 1e-14


def _exact(point, near):
    """Root and derivatives in z_t, ρ and T of Eq. 3, in 200 digits, from a root that is nearly right."""
    label, (z_t, ratio, t) = int(point[1]), (mpmath.mpf(float(point[i])) for i in (0, 2, 3))

    def sigma(v):
        return 1 / (1 + mpmath.exp(-v))

    def bend(v):
        return sigma(v) * sigma(-v)

    z = mpmath.mpf(float(near))
    for _ in range(8):
        curvature = ratio / t**2 * bend(z / t) + (1 - ratio) * bend(z)
        z -= (ratio / t * (sigma(z / t) - sigma(z_t / t)) + (1 - ratio) * (sigma(z) - label)) / curvature
    drop = sigma(z / t) - sigma(z_t / t)
    by_temperature = -ratio / t**2 * drop - ratio / t**3 * (z * bend(z / t) - z_t * bend(z_t / t))
    slopes = (-ratio / t**2 * bend(z_t / t), drop / t - (sigma(z) - label), by_temperature)
    return z, [-slope / curvature for slope in slopes]


@pytest.mark.slow
def test_roots_and_derivatives_are_those_of_the_implicit_function_in_200_digits():
    arguments = _random_points(200)
    roots = effective_logits_jax(*arguments)
    gradients = jax.jit(jax.vmap(jax.grad(effective_logits_jax, argnums=(0, 2, 3))))(*arguments)
    with mpmath.workdps(200):
        for i, point in enumerate(zip(*arguments, strict=True)):
            root, slopes = _exact(point, roots[i])
            assert abs(root - mpmath.mpf(float(roots[i]))) < 1e-14 * max(abs(root), abs(point[0]))
            for found, slope in zip(gradients, slopes, strict=True):
                assert abs(mpmath.mpf(float(found[i])) - slope) < 2e-12 * abs(slope)


@pytest.mark.slow
def test_derivatives_in_the_soft_ratio_go_on_through_one():
    first = jax.grad(effective_logits_jax, argnums=2)
    second = jax.jit(jax.grad(first, argnums=2))
    first = jax.jit(first)
    for logit, label, temperature in ((-3.0, 1, 2.0), (0.4, 0, 5.0), (2.0, 1, 0.5)):
        # JZ20 Theorem 2: −δz_h.
        soft = expit(logit / temperature)
        correction = temperature**2 * (label - expit(logit)) / (soft * (1 - soft))
        assert float(first(logit, label, 1.0, temperature)) == pytest.approx(-correction, rel=1e-13)
        slope = (first(logit, label, 1.0, temperature) - first(logit, label, 1 - 1e-6, temperature)) / 1e-6
        assert float(second(logit, label, 1.0, temperature)) == pytest.approx(float(slope), rel=1e-4)


@pytest.mark.slow
def test_single_precision_is_promoted_and_vmap_changes_nothing():
    logits, labels, ratios, temperatures = (values[:50] for values in _random_points(50, 5.0))
    single = jnp.asarray(logits, dtype=jnp.float32)
    found = effective_logits_jax(single, labels, ratios, temperatures)
    assert found.dtype == jnp.float64
    twin = effective_logits(np.asarray(single, dtype=float), labels, ratios, temperatures)
    np.testing.assert_allclose(found, twin, rtol=1e-13, atol=1e-14)
    mapped = jax.vmap(effective_logits_jax)(single, labels, ratios, temperatures)
    np.testing.assert_allclose(mapped, found, rtol=1e-15)


@pytest.mark.slow
def test_a_bad_argument_leaves_other_points_and_their_derivatives_alone():
    logits, ratios = jnp.array([1.0, jnp.nan, 2.0, 3.0]), jnp.array([0.5, 0.5, -1.0, 0.0])
    value, gradient = jax.value_and_grad(lambda z: jnp.sum(effective_logits_jax(z, 1, ratios, 5.0)[:1]))(logits)
    assert float(value) == pytest.approx(float(effective_logits(1.0, 1, 0.5, 5.0)), rel=1e-14)
    assert np.isfinite(gradient).all()
    np.testing.assert_array_equal(gradient[1:], 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("position", [0, 2, 3], ids=["teacher logit", "soft ratio", "temperature"])
@pytest.mark.parametrize("label", [0, 1])
def test_derivatives_are_those_of_finite_differences(label, position):
    derivative = jax.jit(jax.grad(effective_logits_jax, argnums=position))
    for logit in (-6.0, -0.4, 0.3, 2.0, 9.0):
        for soft_ratio in (0.05, 0.5, 0.95):
            for temperature in (0.5, 1.0, 5.0):
                point = [logit, label, soft_ratio, temperature]
                step = 1e-5 * max(abs(point[position]), 0.1)
                ends = []
                for sign in (1, -1):
                    moved = list(point)
                    moved[position] += sign * step
                    ends.append(float(effective_logits(*moved)))
                slope = (ends[0] - ends[1]) / (2 * step)
                assert float(derivative(*point)) == pytest.approx(slope, rel=2e-6, abs=1e-8)


@pytest.mark.slow
def test_far_tails_have_finite_derivatives():
    derivative = jax.vmap(jax.grad(effective_logits_jax, argnums=(0, 2, 3)), (0, None, None, None))
    for label in (0, 1):
        for temperature in TEMPERATURES:
            assert all(np.isfinite(part).all() for part in derivative(LOGITS, label, 0.3, temperature))


@pytest.mark.slow
def test_the_derivative_in_the_teacher_logit_is_one_at_soft_ratio_one():
    assert float(jax.grad(effective_logits_jax)(2.0, 0, 1.0, 5.0)) == 1.0


@pytest.mark.slow
def test_second_derivatives_are_differences_of_the_first():
    first, second = jax.grad(effective_logits_jax), jax.grad(jax.grad(effective_logits_jax))
    slope = (first(2.0 + 1e-5, 1, 0.5, 5.0) - first(2.0 - 1e-5, 1, 0.5, 5.0)) / 2e-5
    assert float(second(2.0, 1, 0.5, 5.0)) == pytest.approx(float(slope), rel=1e-6)
