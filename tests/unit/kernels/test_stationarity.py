"""The JAX function of effective logits against its NumPy twin, and its derivatives against finite differences."""

import jax
import numpy as np
import pytest

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
