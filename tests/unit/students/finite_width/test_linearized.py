from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kdtheory.kernels._neural_tangents import linearize
from kdtheory.kernels.empirical import apply_network, empirical_ntk, init_network
from kdtheory.students.finite_width.distillation import Lesson, distillation_loss
from kdtheory.students.finite_width.linearized import (
    converged_logits,
    descend_further,
    descent_rates,
    sgd_coefficients,
    sgd_rates,
)
from kdtheory.theory.stationarity import effective_logits

N, TEST, TEMPERATURE = 6, 5, 5.0
RATIOS = np.array([0.5, 1.0])


class Case:
    """A small network with everything that its students need."""

    params = init_network(jax.random.key(3), 2, 24, 2)
    inputs, test_inputs = np.split(np.random.default_rng(1).uniform(-1, 1, (N + TEST, 2)), [N])
    teacher = np.array([2.0, -1.0, 0.5, -3.0, 1.0, -0.3])
    labels = (teacher > 0).astype(float)
    initial, initial_test = np.asarray(apply_network(params, inputs)), np.asarray(apply_network(params, test_inputs))
    gram = np.asarray(empirical_ntk(params, inputs))
    cross = np.asarray(empirical_ntk(params, inputs, test_inputs))
    targets = effective_logits(teacher, labels.astype(int), RATIOS[:, None], TEMPERATURE)
    lessons = Lesson(teacher[None], labels[None], RATIOS[None], np.array([TEMPERATURE]))

    def at_test_points(self, coefficients):
        return self.initial_test + np.asarray(coefficients)[0] @ self.cross


@pytest.fixture(scope="module")
def case():
    return Case()


@pytest.fixture(scope="module")
def slope(case):
    """Gradient of the mean loss of a batch with respect to the weights of the linearized network."""
    linear = linearize(apply_network, case.params)

    def loss(params, batch, soft_ratio):
        lesson = Lesson(jnp.asarray(case.teacher)[batch], jnp.asarray(case.labels)[batch], soft_ratio, TEMPERATURE)
        return jnp.mean(distillation_loss(linear(params, jnp.asarray(case.inputs)[batch]), lesson))

    return jax.jit(jax.grad(loss))


def trained_weights(case, slope, rate, soft_ratio, batches):
    """Logits after SGD on the weights of the linearized network, step by step."""
    params = case.params
    for batch in batches:
        params = jax.tree.map(
            lambda leaf, step: leaf - rate * np.asarray(step), params, slope(params, batch, soft_ratio)
        )
    return linearize(apply_network, case.params)(params, case.test_inputs)


def test_the_closed_form_is_the_least_norm_change_of_the_weights(case):
    gradients = jax.tree.leaves(
        jax.jit(jax.jacobian(apply_network))(case.params, np.vstack([case.inputs, case.test_inputs]))
    )
    jacobian = np.hstack([np.reshape(leaf, (N + TEST, -1)) for leaf in gradients])
    logits = converged_logits(case.gram, case.cross, case.targets, case.initial, case.initial_test, [3, N])
    for index, size in enumerate([3, N]):
        for row, target in zip(logits[index], case.targets, strict=True):
            change = np.linalg.lstsq(jacobian[:size], target[:size] - case.initial[:size], rcond=None)[0]
            np.testing.assert_allclose(row, case.initial_test + jacobian[N:] @ change, rtol=1e-8)


@pytest.mark.slow
def test_sgd_on_the_coefficients_is_sgd_on_the_weights_of_the_linearized_network(case, slope):
    rates = sgd_rates(case.gram, RATIOS, TEMPERATURE, 0.9)
    # A batch may hold a point twice.
    batches = np.random.default_rng(0).integers(N, size=(1, 30, 4))
    found = case.at_test_points(
        sgd_coefficients(case.gram[None], case.initial[None], case.lessons, rates[None], batches)
    )
    for row, rate, soft_ratio in zip(found, rates, RATIOS, strict=True):
        np.testing.assert_allclose(row, trained_weights(case, slope, rate, soft_ratio, batches[0]), rtol=1e-10)


@pytest.mark.slow
def test_full_batch_descent_may_be_taken_in_pieces_and_is_that_of_the_weights(case, slope):
    rates = descent_rates(case.gram, RATIOS, TEMPERATURE, 0.5)
    further = partial(
        descend_further, gram=case.gram[None], initial=case.initial[None], lessons=case.lessons, rates=rates[None]
    )
    found = case.at_test_points(further(further(np.zeros((1, 2, N)), steps=8), steps=12))
    for row, rate, soft_ratio in zip(found, rates, RATIOS, strict=True):
        expected = trained_weights(case, slope, rate, soft_ratio, np.tile(np.arange(N), (20, 1)))
        np.testing.assert_allclose(row, expected, rtol=1e-10)


@pytest.mark.slow
def test_sgd_and_descent_approach_the_closed_form(case):
    limit = converged_logits(case.gram, case.cross, case.targets, case.initial, case.initial_test, [N])[0]
    given = case.gram[None], case.initial[None], case.lessons
    distances = []
    for steps in (1000, 64000):
        batches = np.random.default_rng(2).integers(N, size=(1, steps, 3))
        rates = sgd_rates(case.gram, RATIOS, TEMPERATURE, 0.9)
        sgd = case.at_test_points(sgd_coefficients(*given, rates[None], batches))
        rates = descent_rates(case.gram, RATIOS, TEMPERATURE, 0.9)
        descent = case.at_test_points(descend_further(np.zeros((1, 2, N)), *given, rates[None], steps))
        distances.append([np.linalg.norm(logits - limit) / np.linalg.norm(limit) for logits in (sgd, descent)])
    assert np.all(np.diff(distances, axis=0) < 0)
    assert np.all(np.array(distances[-1]) < 0.02)


def test_no_batch_has_a_larger_mean_eigenvalue_than_the_rate_of_sgd_allows_for(case):
    rng = np.random.default_rng(0)
    for _ in range(50):
        batch = rng.integers(N, size=rng.integers(1, 9))
        largest = np.linalg.eigvalsh(case.gram[np.ix_(batch, batch)])[-1] / len(batch)
        assert sgd_rates(case.gram, 1.0, 1.0, 1.0) <= 8 / largest * (1 + 1e-12)
