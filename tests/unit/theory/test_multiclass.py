import warnings

import mpmath
import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, softmax

from kdtheory.theory.multiclass import effective_logits_multiclass
from kdtheory.theory.stationarity import effective_logits


def _exact_newton_step(z, teacher_logits, label, soft_ratio, temperature):
    """Newton step of the printed equation in 400 digits: at an almost exact root it is the error."""
    rho, t = mpmath.mpf(soft_ratio), mpmath.mpf(temperature)
    classes = range(len(z))

    def probabilities(logits):
        powers = [mpmath.exp(v) for v in logits]
        total = mpmath.fsum(powers)
        return [power / total for power in powers]

    z, z_t = ([mpmath.mpf(float(v)) for v in logits] for logits in (z, teacher_logits))
    soft, hard, teacher = (probabilities(v) for v in ([v / t for v in z], z, [v / t for v in z_t]))
    gradient = mpmath.matrix([rho / t * (soft[k] - teacher[k]) + (1 - rho) * (hard[k] - (k == label)) for k in classes])
    hessian = mpmath.matrix(len(z))
    for i in classes:
        for j in classes:
            hessian[i, j] = rho / t**2 * soft[i] * ((i == j) - soft[j]) + (1 - rho) * hard[i] * ((i == j) - hard[j])
    # The last row is implied by the others: the gauge Σ dz = 0 takes its place.
    for j in classes:
        hessian[len(z) - 1, j] = 1
    gradient[len(z) - 1] = 0
    return np.array([float(v) for v in mpmath.lu_solve(hessian, gradient)])


@pytest.mark.slow
@pytest.mark.parametrize("classes", [3, 10])
@pytest.mark.parametrize("temperature", [0.2, 1.0, 5.0, 20.0])
@pytest.mark.parametrize("soft_ratio", [1e-6, 0.3, 0.95, 1 - 1e-9])
def test_roots_are_exact(classes, temperature, soft_ratio):
    rng = np.random.default_rng(classes)
    teacher_logits = np.concatenate([rng.uniform(-60, 60, (3, classes)), rng.normal(0, 3, (3, classes))])
    labels = rng.integers(0, classes, 6)
    labels[0], labels[3] = teacher_logits[0].argmin(), teacher_logits[3].argmax()
    z = effective_logits_multiclass(teacher_logits, labels, soft_ratio, temperature)
    with mpmath.workdps(400):
        for row, z_t, label in zip(z, teacher_logits, labels, strict=True):
            error = _exact_newton_step(row, z_t, label, soft_ratio, temperature)
            assert np.abs(error).max() < 1e-12 * max(1, np.abs(row).max())


@pytest.mark.slow
@pytest.mark.parametrize("classes", [3, 10])
def test_roots_minimise_the_loss(classes):
    rng = np.random.default_rng(7)
    rho, t = 0.6, 2.0
    teacher_logits, labels = rng.normal(0, 2, (5, classes)), rng.integers(0, classes, 5)
    z = effective_logits_multiclass(teacher_logits, labels, rho, t)
    for row, z_t, label in zip(z, teacher_logits, labels, strict=True):

        def loss(logits, z_t=z_t, label=label):
            return -rho * softmax(z_t / t) @ log_softmax(logits / t) - (1 - rho) * log_softmax(logits)[label]

        found = minimize(loss, np.zeros(classes), method="BFGS", options={"gtol": 1e-7}).x
        assert np.allclose(row, found - found.mean(), atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3, 10, 100])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 20.0])
def test_the_stationarity_holds_for_large_batches(classes, temperature):
    rng = np.random.default_rng(8)
    teacher_logits, labels = rng.uniform(-60, 60, (2000, classes)), rng.integers(0, classes, 2000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for rho in (1e-6, 0.5, 0.999):
            z = effective_logits_multiclass(teacher_logits, labels, rho, temperature)
            soft = softmax(z / temperature, axis=1) - softmax(teacher_logits / temperature, axis=1)
            hard = softmax(z, axis=1) - np.eye(classes)[labels]
            assert np.abs(rho / temperature * soft + (1 - rho) * hard).max() < 2e-13
            assert np.abs(z.sum(axis=1)).max() < 1e-9


def test_two_classes_are_equation_3():
    rng = np.random.default_rng(9)
    teacher_logits, labels = rng.uniform(-30, 30, (500, 2)), rng.integers(0, 2, 500)
    for rho in (1e-4, 0.5, 1 - 1e-6):
        for t in (0.3, 1.0, 5.0):
            z = effective_logits_multiclass(teacher_logits, labels, rho, t)
            binary = effective_logits(teacher_logits[:, 1] - teacher_logits[:, 0], labels, rho, t)
            assert np.allclose(z[:, 1] - z[:, 0], binary, rtol=1e-12, atol=1e-12)
            assert np.allclose(z[:, 0], -z[:, 1])


def test_equal_classes_stay_equal_and_constants_drop_out():
    teacher_logits = np.array([[1.0, 2.0, 2.0, -1.0]])
    z = effective_logits_multiclass(teacher_logits, np.array([0]), 0.5, 3.0)
    assert z[0, 1] == z[0, 2]
    shifted = effective_logits_multiclass(teacher_logits + 17.0, np.array([0]), 0.5, 3.0)
    assert np.allclose(shifted, z, atol=1e-13)


def test_unit_temperature_mixes_the_probabilities():
    teacher_logits, labels = np.random.default_rng(10).normal(0, 3, (20, 5)), np.arange(20) % 5
    z = effective_logits_multiclass(teacher_logits, labels, 0.4, 1.0)
    mixture = 0.4 * softmax(teacher_logits, axis=1) + 0.6 * np.eye(5)[labels]
    assert np.allclose(softmax(z, axis=1), mixture, rtol=1e-13)


def test_soft_ratio_one_gives_the_centred_teacher():
    teacher_logits = np.array([[1.0, 5.0, 0.0], [-60.0, 60.0, 3.0]])
    z = effective_logits_multiclass(teacher_logits, np.array([0, 2]), 1.0, 5.0)
    assert np.allclose(z, teacher_logits - teacher_logits.mean(axis=1, keepdims=True), rtol=1e-15)
    near = effective_logits_multiclass(teacher_logits[:1], np.array([0]), 1 - 1e-12, 5.0)
    assert np.allclose(near, z[:1], atol=1e-9)


def test_an_empty_batch_is_empty():
    assert effective_logits_multiclass(np.empty((0, 4)), np.empty(0, dtype=int), 0.5, 2.0).shape == (0, 4)


def test_far_tails_stay_finite():
    teacher_logits = np.array([[1e4, 0.0, -1e4], [-1e4, 1e4, 0.0]])
    for t in (0.2, 1.0, 20.0):
        z = effective_logits_multiclass(teacher_logits, np.array([0, 0]), 0.5, t)
        assert np.isfinite(z).all()
        if t == 1.0:  # the second teacher is wrong beyond doubt: half of the label's probability remains
            assert softmax(z[1])[0] == pytest.approx(0.5, rel=1e-10)
    assert expit(z[0, 0] - z[0, 1]) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros(3), [0], 0.5, 1.0), "teacher_logits has shape"),
        ((np.zeros((1, 1)), [0], 0.5, 1.0), "teacher_logits has shape"),
        (([[0.0, np.nan]], [0], 0.5, 1.0), "finite"),
        ((np.zeros((2, 3)), [0], 0.5, 1.0), "labels"),
        ((np.zeros((1, 3)), [0.0], 0.5, 1.0), "labels"),
        ((np.zeros((1, 3)), [3], 0.5, 1.0), "labels"),
        ((np.zeros((1, 3)), [-1], 0.5, 1.0), "labels"),
        ((np.zeros((1, 3)), [0], 0.0, 1.0), "soft_ratio is 0.0"),
        ((np.zeros((1, 3)), [0], 1.5, 1.0), "soft_ratio is 1.5"),
        ((np.zeros((1, 3)), [0], 0.5, -1.0), "temperature is -1.0"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        effective_logits_multiclass(*arguments)
