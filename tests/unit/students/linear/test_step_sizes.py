"""Steps of descent to an angle, against a loop that takes one step after the other."""

import numpy as np
import pytest
from scipy.special import expit

from kdtheory.students.linear.step_sizes import steps_to_angles


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    inputs, teacher = rng.standard_normal((3, 12, 5)), rng.standard_normal((3, 5))
    return inputs, teacher / np.linalg.norm(teacher, axis=1, keepdims=True)


def longhand(inputs, teacher, labels, size, angle, max_steps):
    rate = size * 4 * len(inputs) / np.linalg.norm(inputs, 2) ** 2
    weights = np.zeros(inputs.shape[1])
    for step in range(1, max_steps + 1):
        gradient = sum((expit(weights @ x) - y) * x for x, y in zip(inputs, labels, strict=True)) / len(inputs)
        weights = weights - rate * gradient
        if np.arccos(weights @ teacher / np.linalg.norm(weights)) <= angle:
            return step
    return -1


@pytest.mark.parametrize("hard", [False, True])
def test_the_first_step_within_the_angle_is_found(problem, hard):
    inputs, teacher = problem
    logits = np.einsum("wnd,wd->wn", inputs, teacher)
    labels = (logits > 0).astype(float) if hard else expit(logits)
    angles = np.deg2rad([40.0, 20.0, 5.0])
    found = steps_to_angles(inputs, teacher, labels, step_sizes=[0.1, 1.0, 20.0], angles=angles, max_steps=60)
    assert found.shape == (3, 3, 3)
    assert (found == -1).any() and len(set(found.ravel())) > 3
    for (row, size), (column, angle) in ((a, b) for a in enumerate([0.1, 1.0, 20.0]) for b in enumerate(angles)):
        for world in range(3):
            expected = longhand(inputs[world], teacher[world], labels[world], size, angle, 60)
            assert found[row, column, world] == expected


def test_bad_arguments_are_refused(problem):
    inputs, teacher = problem
    options = {"angles": [0.1], "max_steps": 3}
    with pytest.raises(ValueError, match="do not fit"):
        steps_to_angles(inputs, teacher, np.zeros((3, 11)), step_sizes=[1.0], **options)
    with pytest.raises(ValueError, match="step_sizes are"):
        steps_to_angles(inputs, teacher, np.zeros((3, 12)), step_sizes=[0.0], **options)
