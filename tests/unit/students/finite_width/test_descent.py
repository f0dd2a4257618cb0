import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kdtheory.kernels.empirical import apply_network, empirical_ntk, init_network
from kdtheory.students.finite_width import descent as network_descent
from kdtheory.students.finite_width.descent import descend
from kdtheory.students.finite_width.distillation import Lesson, distillation_loss, largest_stable_rate

STEPS = [0, 1, 2, 16, 64]
TEMPERATURE = 5.0


@pytest.fixture(scope="module")
def start():
    """Two networks with points of their own, as `descend` takes them."""
    rng = np.random.default_rng(0)
    params = jax.tree.map(
        lambda *leaves: np.stack(leaves), *[init_network(jax.random.key(k), 2, 20, 2) for k in (0, 1)]
    )
    inputs, test_inputs = rng.uniform(-1, 1, (2, 6, 2)), rng.uniform(-1, 1, (2, 4, 2))
    kernels = np.stack([np.asarray(empirical_ntk(one(params, k), inputs[k])) for k in range(2)])
    teacher = 3 * rng.standard_normal((2, 6))
    lessons = Lesson(teacher, (teacher > 0) * 1.0, np.array([0.5, 1.0]), np.full(2, TEMPERATURE))
    largest = np.linalg.eigvalsh(kernels)[:, -1] / 6
    rates = 0.5 * largest_stable_rate(largest, lessons.soft_ratio, TEMPERATURE)
    return params, inputs, test_inputs, kernels, lessons, rates


def one(tree, index):
    return jax.tree.map(lambda leaf: leaf[index], tree)


@pytest.fixture(scope="module")
def descent(start):
    return descend(*start, STEPS)


@pytest.mark.slow
def test_every_record_is_that_of_explicit_gradient_steps(start, descent):
    params, inputs, test_inputs, kernels, lessons, rates = start

    @jax.jit
    def step(params, inputs, lesson, rate):
        loss = jax.grad(lambda p: jnp.sum(distillation_loss(apply_network(p, inputs), lesson)) / 6)
        return jax.tree.map(lambda leaf, slope: leaf - rate * slope, params, loss(params))

    for k in range(2):
        now, done = one(params, k), 0
        for record, wanted in enumerate(STEPS):
            for _ in range(wanted - done):
                now = step(now, inputs[k], one(lessons, k), rates[k])
            done = wanted
            np.testing.assert_allclose(descent.train_logits[k, record], apply_network(now, inputs[k]), rtol=1e-9)
            np.testing.assert_allclose(descent.test_logits[k, record], apply_network(now, test_inputs[k]), rtol=1e-9)
            change = np.asarray(empirical_ntk(now, inputs[k])) - kernels[k]
            drift = np.linalg.norm(change) / np.linalg.norm(kernels[k])
            assert descent.kernel_drift[k, record] == pytest.approx(drift, rel=1e-8, abs=1e-14)
    assert np.all(descent.kernel_drift[:, -1] > 0.01)


@pytest.mark.slow
def test_training_in_32_bits_moves_logits_by_less_than_1e_4_of_them(start, descent):
    params, *others = start
    rounded = descend(jax.tree.map(lambda leaf: leaf.astype(np.float32), params), *others, STEPS)
    for exact, found in zip(descent[:2], rounded[:2], strict=True):
        error = np.linalg.norm(found - exact, axis=-1) / np.linalg.norm(exact, axis=-1)
        assert 0 < np.max(error) < 1e-4
    np.testing.assert_allclose(rounded.kernel_drift, descent.kernel_drift, atol=1e-4)


@pytest.mark.slow
def test_side_by_side_and_one_after_the_other_are_the_same(start, descent, monkeypatch):
    for function in (network_descent._advance, network_descent._record):
        function.clear_cache()
    other = {"cpu": lambda function, networks: jax.vmap(function)(networks)}
    monkeypatch.setattr(network_descent, "_for_each", other.get(jax.default_backend(), jax.lax.map))
    for found, expected in zip(descend(*start, STEPS), descent, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-14)
    for function in (network_descent._advance, network_descent._record):
        function.clear_cache()


@pytest.mark.slow
def test_a_step_that_is_too_large_is_an_error_that_says_so(start):
    *others, rates = start
    with pytest.raises(FloatingPointError, match="by step 64: its learning rate is too large"):
        descend(*others, 1e200 * rates, STEPS[-1:])
