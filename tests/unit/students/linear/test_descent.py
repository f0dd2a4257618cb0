"""Gradient descent of linear students against loops written out longhand."""

import numpy as np
import pytest

from kdtheory.students.linear.descent import hard_descent, increasing_steps, signed_points, soft_descent
from kdtheory.students.linear.max_margin import max_margin_weights
from kdtheory.theory.convexity import probability_difference


def transfer_set(n_train, dim, seed=0, teacher_norm=1.0):
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((n_train, dim))
    teacher = rng.standard_normal(dim)
    teacher *= teacher_norm / np.linalg.norm(teacher)
    return inputs, teacher


def sigmoid(logit):
    return 1 / (1 + np.exp(-logit))


def longhand_soft_descent(inputs, teacher_logits, steps):
    """One set, one step after the other, with the soft labels of PL19 eq. 1."""
    n_train, dim = inputs.shape
    rate = 4 * n_train / np.linalg.svd(inputs)[1][0] ** 2
    weights = np.zeros(dim)
    for _ in range(steps):
        gradient = np.zeros(dim)
        for point, logit in zip(inputs, teacher_logits, strict=True):
            gradient += (sigmoid(point @ weights) - sigmoid(logit)) * point / n_train
        weights = weights - rate * gradient
    return weights


def longhand_hard_descent(inputs, labels, steps, learning_rate):
    weights = np.zeros(inputs.shape[1])
    for _ in range(steps):
        gradient = np.zeros_like(weights)
        for point, label in zip(inputs, labels, strict=True):
            gradient += (sigmoid(point @ weights) - label) * point / len(inputs)
        weights = weights - learning_rate * gradient
    return weights


@pytest.mark.parametrize(("n_train", "dim"), [(4, 9), (9, 4), (1, 1)])
def test_soft_descent_takes_the_steps_of_a_longhand_loop(n_train, dim):
    inputs, teacher = transfer_set(n_train, dim, teacher_norm=2.0)
    recorded = soft_descent(inputs, inputs @ teacher, steps=[0, 1, 7, 40])
    for weights, steps in zip(recorded, [0, 1, 7, 40], strict=True):
        np.testing.assert_allclose(weights, longhand_soft_descent(inputs, inputs @ teacher, steps), atol=1e-13)


def test_soft_descent_ends_at_the_projection_of_the_teacher():
    for n_train, dim in [(20, 50), (60, 20)]:
        inputs, teacher = transfer_set(n_train, dim)
        limit = np.linalg.lstsq(inputs, inputs @ teacher)[0]
        early, late = soft_descent(inputs, inputs @ teacher, steps=[1000, 4000])
        distance = np.linalg.norm(limit)
        assert np.linalg.norm(early - limit) < 1e-5 * distance
        assert np.linalg.norm(late - limit) < 1e-13 * distance


def test_soft_loss_never_rises_even_with_large_logits():
    inputs, teacher = transfer_set(20, 50, teacher_norm=30.0)
    teacher_logits = inputs @ teacher
    student_logits = soft_descent(inputs, teacher_logits, steps=range(300)) @ inputs.T
    loss = np.mean(np.logaddexp(0, student_logits) - sigmoid(teacher_logits) * student_logits, axis=-1)
    assert np.all(np.diff(loss) <= 1e-15)
    assert loss[-1] < loss[0]


def test_batches_and_broadcast_logits_take_the_steps_of_their_sets():
    rng = np.random.default_rng(3)
    inputs, teachers = rng.standard_normal((2, 3, 4, 6)), rng.standard_normal((2, 3, 6))
    teacher_logits = np.matvec(inputs, teachers)
    batch = soft_descent(inputs, teacher_logits, steps=[5, 50])
    assert batch.shape == (2, 2, 3, 6)
    for i, j in np.ndindex(2, 3):
        np.testing.assert_allclose(
            batch[:, i, j], soft_descent(inputs[i, j], teacher_logits[i, j], steps=[5, 50]), atol=1e-14
        )
    scaled = np.array([0.3, 1.0, 3.0])[:, None] * teacher_logits[0, 0]
    shared = soft_descent(inputs[0, 0], scaled, steps=[50])
    assert shared.shape == (1, 3, 6)
    np.testing.assert_allclose(shared[:, 1], batch[1:, 0, 0], atol=1e-14)


def test_single_precision_runs_in_it_and_ends_on_its_floor():
    inputs, teacher = transfer_set(20, 50)
    limit = np.linalg.lstsq(inputs, inputs @ teacher)[0]
    single = soft_descent(inputs, inputs @ teacher, steps=[10, 4000], dtype=np.float32)
    double = soft_descent(inputs, inputs @ teacher, steps=[10])
    assert single.dtype == np.float32
    np.testing.assert_allclose(single[0], double[0], atol=1e-5)
    floor = np.linalg.norm(single[1] - limit) / np.linalg.norm(limit)
    assert 1e-9 < floor < 1e-5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_residual_keeps_its_digits_where_the_soft_labels_have_rounded_to_one(dtype):
    student = np.array([40.0, 41.0, -41.0, 40.0, 0.0, 800.0], dtype)
    teacher = np.array([41.0, 40.0, -40.0, 40.0, 1e-6, -800.0], dtype)
    exact = np.exp(-40.0) - np.exp(-41.0)
    expected = np.array([-exact, exact, -exact, 0.0, -np.tanh(float(teacher[4]) / 2) / 2, 1.0])
    residual = probability_difference(student, teacher)
    assert residual.dtype == dtype
    np.testing.assert_allclose(residual, expected, rtol=8 * np.finfo(dtype).eps, atol=0)


@pytest.mark.parametrize(("n_train", "dim"), [(3, 10), (11, 6), (30, 4)])
def test_hard_descent_takes_the_steps_of_a_longhand_loop(n_train, dim):
    rng = np.random.default_rng(n_train)
    inputs, labels = rng.standard_normal((2, n_train, dim)), rng.integers(0, 2, (2, n_train))
    weights = hard_descent(inputs, labels, steps=60, learning_rate=0.7)
    for i in range(2):
        np.testing.assert_allclose(weights[i], longhand_hard_descent(inputs[i], labels[i], 60, 0.7), atol=1e-12)
    np.testing.assert_array_equal(hard_descent(inputs, labels, steps=0), np.zeros((2, dim)))


def test_hard_descent_approaches_the_max_margin_direction_slowly():
    inputs, teacher = transfer_set(5, 20, seed=4)
    labels = (inputs @ teacher > 0).astype(int)
    limit = max_margin_weights(inputs, labels)
    cosines = []
    for steps in (100, 1000, 10000):
        weights = hard_descent(inputs, labels, steps=steps)
        cosines.append(weights @ limit / np.linalg.norm(weights) / np.linalg.norm(limit))
    assert cosines[0] < cosines[1] < cosines[2] < 1 - 1e-7
    assert cosines[2] > 0.99


def test_progress_is_told_every_record():
    inputs, teacher = transfer_set(3, 4)
    told = []
    soft_descent(inputs, inputs @ teacher, steps=[0, 2, 5], progress=told.append)
    assert told == [0, 2, 5]


@pytest.mark.parametrize("steps", [[], [-1, 2], [3, 3], [5, 2]])
def test_steps_that_do_not_increase_are_refused(steps):
    with pytest.raises(ValueError, match="steps is"):
        increasing_steps(steps)
    with pytest.raises(ValueError, match="steps is"):
        soft_descent(np.eye(2), np.ones(2), steps=steps)


def test_bad_arguments_are_refused_by_name():
    with pytest.raises(ValueError, match="dtype is float16"):
        soft_descent(np.eye(2), np.ones(2), steps=[1], dtype=np.float16)
    with pytest.raises(ValueError, match="inputs has shape"):
        soft_descent(np.ones(2), np.ones(2), steps=[1])
    with pytest.raises(ValueError, match="teacher_logits has shape"):
        soft_descent(np.eye(2), np.ones(3), steps=[1])
    with pytest.raises(ValueError, match="not finite"):
        soft_descent(np.eye(2), [1.0, np.inf], steps=[1])
    with pytest.raises(ValueError, match="zeros"):
        soft_descent(np.zeros((2, 2)), np.ones(2), steps=[1])
    with pytest.raises(ValueError, match="labels holds"):
        signed_points(np.eye(2), [-1, 1])
    with pytest.raises(ValueError, match="steps is -1"):
        hard_descent(np.eye(2), [0, 1], steps=-1)
    with pytest.raises(ValueError, match="learning_rate is 0"):
        hard_descent(np.eye(2), [0, 1], steps=1, learning_rate=0)
