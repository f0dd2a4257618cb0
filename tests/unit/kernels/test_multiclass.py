"""The JAX function of K-class effective logits against its NumPy twin and its derivatives' defining equations."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import softmax

from kdtheory.kernels.multiclass import effective_logits_multiclass_jax
from kdtheory.kernels.stationarity import effective_logits_jax
from kdtheory.theory.multiclass import effective_logits_multiclass

JITTED = jax.jit(effective_logits_multiclass_jax)
# One shape for most tests: a shape is a compilation.
ROWS, CLASSES = 40, 5


def _problem(spread=3.0):
    rng = np.random.default_rng(12)
    return rng.normal(0, spread, (ROWS, CLASSES)), rng.integers(0, CLASSES, ROWS)


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3, 10, 100])
def test_roots_are_those_of_the_numpy_twin(classes):
    rng = np.random.default_rng(classes)
    logits = np.concatenate([rng.uniform(-60, 60, (100, classes)), rng.normal(0, 3, (100, classes))])
    labels = rng.integers(0, classes, 200)
    labels[0], labels[100] = logits[0].argmin(), logits[100].argmax()
    for soft_ratio in (1e-6, 0.3, 0.95, 1 - 1e-9, 1.0):
        for temperature in (0.2, 1.0, 5.0, 20.0):
            found = JITTED(logits, labels, soft_ratio, temperature)
            wanted = effective_logits_multiclass(logits, labels, soft_ratio, temperature)
            scale = np.maximum(np.abs(wanted), np.abs(logits)).max(axis=1)
            assert np.max(np.abs(found - wanted).max(axis=1) / scale) < 1.5e-14
            assert np.abs(found.sum(axis=1)).max() < 1e-10


@pytest.mark.slow
def test_two_classes_are_equation_3_with_its_derivatives():
    logits, labels = np.array([[0.3, -2.0], [1.0, 4.0]]), np.array([1, 0])

    def many(z_t, ratio, t):
        z = effective_logits_multiclass_jax(z_t, labels, ratio, t)
        return z[:, 1] - z[:, 0]

    def two(z_t, ratio, t):
        return effective_logits_jax(z_t[:, 1] - z_t[:, 0], labels, ratio, t)

    for soft_ratio, temperature in ((0.3, 0.5), (0.95, 5.0), (1.0, 3.0)):
        arguments = jnp.asarray(logits), jnp.asarray(soft_ratio), jnp.asarray(temperature)
        np.testing.assert_allclose(many(*arguments), two(*arguments), rtol=1e-13)
        for found, wanted in zip(*(jax.jacobian(f, (0, 1, 2))(*arguments) for f in (many, two)), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-13)


def _residual(z, z_t, labels, ratio, t):
    soft = jax.nn.softmax(z / t, axis=1) - jax.nn.softmax(z_t / t, axis=1)
    return ratio / t * soft + (1 - ratio) * (jax.nn.softmax(z, axis=1) - jax.nn.one_hot(labels, z.shape[1]))


@pytest.mark.slow
@pytest.mark.parametrize(("soft_ratio", "temperature"), [(0.05, 1.0), (0.5, 0.5), (0.95, 5.0), (1.0, 4.0)])
def test_derivatives_solve_the_differentiated_equation(soft_ratio, temperature):
    z_t, labels = _problem()
    parameters = jnp.asarray(z_t), jnp.asarray(soft_ratio), jnp.asarray(temperature)
    change = np.random.default_rng(13).normal(size=z_t.shape)
    for position, direction in enumerate((jnp.asarray(change), jnp.asarray(1.0), jnp.asarray(1.0))):
        tangents = [jnp.zeros_like(values) for values in parameters]
        tangents[position] = direction

        def student(z_t, ratio, t):
            return effective_logits_multiclass_jax(z_t, labels, ratio, t)

        z, moved = jax.jvp(student, parameters, tuple(tangents))
        # The residual stays zero along the root.
        _, along = jax.jvp(
            lambda z, *rest: _residual(z, rest[0], labels, *rest[1:]), (z, *parameters), (moved, *tangents)
        )
        assert np.abs(moved).max() > 1e-3 or soft_ratio == 1
        assert np.abs(along).max() < 1e-13 * max(1.0, float(np.abs(moved).max()))
        assert np.abs(moved.sum(axis=1)).max() < 1e-11 * max(1.0, float(np.abs(moved).max()))


@pytest.mark.slow
def test_forward_and_reverse_mode_agree_and_second_derivatives_are_differences():
    z_t, labels = _problem()
    weights = jnp.asarray(np.random.default_rng(14).normal(size=z_t.shape))

    def total(ratio, t):
        return jnp.sum(weights * effective_logits_multiclass_jax(z_t, labels, ratio, t))

    point = jnp.asarray(0.4), jnp.asarray(2.0)
    first = jax.jit(jax.grad(total, (0, 1)))
    second = jax.hessian(total, (0, 1))(*point)
    np.testing.assert_allclose(jax.jacfwd(total, (0, 1))(*point), first(*point), rtol=1e-10)
    for position in (0, 1):
        ends = []
        for sign in (1, -1):
            moved = list(point)
            moved[position] += sign * 1e-5
            ends.append(np.array(first(*moved)))
        slope = (ends[0] - ends[1]) / 2e-5
        np.testing.assert_allclose(second[position], slope, rtol=1e-5)


@pytest.mark.slow
def test_far_tails_have_finite_derivatives_and_vmap_changes_nothing():
    z_t, labels = _problem(spread=60.0)
    gradient = jax.jit(
        jax.grad(lambda z, ratio, t: jnp.sum(effective_logits_multiclass_jax(z, labels, ratio, t)[:, 0]), (0, 1, 2))
    )
    for temperature in (0.5, 1.0, 20.0):
        for soft_ratio in (1e-6, 0.3, 1 - 1e-9, 1.0):
            assert all(np.isfinite(part).all() for part in gradient(z_t, soft_ratio, temperature))
    together = JITTED(z_t, labels, 0.4, 2.0)
    mapped = jax.vmap(lambda z, y: effective_logits_multiclass_jax(z[None], y[None], 0.4, 2.0)[0])(z_t, labels)
    np.testing.assert_allclose(mapped, together, rtol=1e-13)


@pytest.mark.slow
def test_rows_have_ratios_and_temperatures_of_their_own_and_single_precision_is_promoted():
    z_t, labels = _problem()
    single = jnp.asarray(z_t, dtype=jnp.float32)
    ratios, temperatures = np.linspace(0.01, 1, ROWS), np.linspace(0.3, 9, ROWS)
    found = JITTED(single, labels, ratios, temperatures)
    assert found.dtype == jnp.float64
    for row in (0, 7, ROWS - 1):
        promoted = np.asarray(single[row : row + 1], dtype=float)
        alone = effective_logits_multiclass(promoted, labels[row : row + 1], ratios[row], temperatures[row])
        np.testing.assert_allclose(found[row : row + 1], alone, rtol=1e-12, atol=1e-13)


@pytest.mark.slow
def test_a_row_out_of_range_is_nan_and_leaves_the_others_alone():
    z_t, labels = _problem()
    z_t, labels = z_t.copy(), labels.copy()
    ratios, temperatures = np.full(ROWS, 0.5), np.full(ROWS, 2.0)
    z_t[0, 1], labels[1], labels[2], ratios[3], ratios[4], temperatures[5] = np.nan, CLASSES, -1, 0.0, 1.1, -1.0
    found = np.asarray(JITTED(z_t, labels, ratios, temperatures))
    assert np.isnan(found[:6]).all()
    mixture = effective_logits_multiclass(z_t[6:], labels[6:], 0.5, 2.0)
    np.testing.assert_allclose(found[6:], mixture, rtol=1e-12, atol=1e-13)
    unit = np.asarray(JITTED(z_t[6:], labels[6:], 0.5, 1.0))
    closed = 0.5 * softmax(z_t[6:], axis=1) + 0.5 * np.eye(CLASSES)[labels[6:]]
    np.testing.assert_allclose(softmax(unit, axis=1), closed, rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.zeros(3), np.array([0]), 0.5, 1.0), ValueError, "teacher_logits has shape"),
        ((np.zeros((1, 1)), np.array([0]), 0.5, 1.0), ValueError, "teacher_logits has shape"),
        ((np.zeros((2, 3)), np.array([0]), 0.5, 1.0), ValueError, "labels has shape"),
        ((np.zeros((1, 3)), np.array([0.0]), 0.5, 1.0), TypeError, "labels has dtype"),
        ((np.zeros((2, 3)), np.array([0, 1]), np.ones(3), 1.0), ValueError, "has shape"),
    ],
)
def test_bad_shapes_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        effective_logits_multiclass_jax(*arguments)
