"""Learners with reduced optimisation bias: all of them minimise the distillation loss."""

import numpy as np
import pytest

from kdtheory.students.linear.reduced_bias import reduced_bias_weights


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    inputs, teachers = rng.standard_normal((3, 2, 5, 12)), rng.standard_normal((3, 2, 12))
    student = np.vecmat(
        np.linalg.solve(inputs @ inputs.swapaxes(-1, -2), np.matvec(inputs, teachers)[..., None])[..., 0],
        inputs,
    )
    return student, inputs, rng.standard_normal((3, 2, 12))


def test_all_learners_have_the_same_training_logits(batch):
    student, inputs, gaussian = batch
    deltas = [0.0, 1 / 16, 1.0, 90.0, -90.0]
    learners = reduced_bias_weights(student, inputs, deltas, gaussian)
    assert learners.shape == (5, 3, 2, 12)
    logits = np.matvec(inputs, learners)
    np.testing.assert_allclose(logits, np.broadcast_to(logits[0], logits.shape), atol=1e-12)
    np.testing.assert_array_equal(learners[0], student)


def test_the_added_part_has_the_stated_length_and_direction(batch):
    student, inputs, gaussian = batch
    added = reduced_bias_weights(student, inputs, [0.5, -3.0], gaussian) - student
    for i, j in np.ndindex(3, 2):
        fitted = np.linalg.lstsq(inputs[i, j].T, gaussian[i, j])[0]
        unseen = gaussian[i, j] - inputs[i, j].T @ fitted
        unit = unseen / np.linalg.norm(unseen)
        for delta, part in zip([0.5, -3.0], added[:, i, j], strict=True):
            np.testing.assert_allclose(part, delta * np.linalg.norm(student[i, j]) * unit, atol=1e-12)


def test_dependent_inputs_leave_all_their_unseen_directions():
    rng = np.random.default_rng(1)
    inputs = np.linalg.matmul(rng.standard_normal((9, 3)), rng.standard_normal((3, 6)))
    student = inputs.T @ rng.standard_normal(9)
    gaussian = rng.standard_normal((200, 6))
    added = reduced_bias_weights(student, np.broadcast_to(inputs, (200, 9, 6)), [1.0], gaussian)[0] - student
    assert np.abs(added @ inputs.T).max() < 1e-12 * np.linalg.norm(student) * np.linalg.norm(inputs)
    assert np.linalg.matrix_rank(added, rtol=1e-9) == 3


def test_inputs_that_span_the_space_are_refused():
    rng = np.random.default_rng(2)
    with pytest.raises(ValueError, match="spans all 4 dimensions"):
        reduced_bias_weights(np.ones(4), rng.standard_normal((6, 4)), [1.0], np.ones(4))


def test_bad_arguments_are_refused_by_name():
    inputs = np.eye(3)[:2]
    with pytest.raises(ValueError, match="inputs has shape"):
        reduced_bias_weights(np.ones(3), np.ones(3), [1.0], np.ones(3))
    with pytest.raises(ValueError, match="weights has shape"):
        reduced_bias_weights(np.ones(2), inputs, [1.0], np.ones(3))
    with pytest.raises(ValueError, match="gaussian has shape"):
        reduced_bias_weights(np.ones(3), inputs, [1.0], np.ones(2))
    with pytest.raises(ValueError, match="deltas has shape"):
        reduced_bias_weights(np.ones(3), inputs, 1.0, np.ones(3))
    with pytest.raises(ValueError, match="not finite"):
        reduced_bias_weights(np.ones(3), inputs, [np.inf], np.ones(3))
