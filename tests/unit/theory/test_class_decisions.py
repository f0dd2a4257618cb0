import numpy as np
import pytest
from scipy.special import softmax

from kdtheory.theory.class_decisions import deciding_soft_ratio, hard_label_correction_multiclass
from kdtheory.theory.correction import hard_label_correction
from kdtheory.theory.multiclass import effective_logits_multiclass
from kdtheory.theory.stationarity import threshold_logit


def drawn(classes, n=400, scale=3.0, seed=0):
    rng = np.random.default_rng([seed, classes])
    return rng.normal(0, scale, (n, classes)), rng.integers(0, classes, n)


@pytest.mark.parametrize("classes", [2, 3, 10])
@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("soft_ratio", [0.05, 0.45, 0.7, 0.95, 0.999])
def test_the_label_wins_exactly_below_the_deciding_ratio(classes, temperature, soft_ratio):
    logits, labels = drawn(classes)
    students = effective_logits_multiclass(logits, labels, soft_ratio, temperature)
    decided = students.argmax(axis=1)
    assert np.array_equal(decided == labels, soft_ratio < deciding_soft_ratio(logits, labels, temperature))
    # No third class ever wins.
    others = np.where(np.eye(classes, dtype=bool)[labels], -np.inf, logits)
    assert ((decided == labels) | (decided == others.argmax(axis=1))).all()


@pytest.mark.parametrize("soft_ratio", [0.3, 0.9])
def test_the_order_of_the_other_classes_stays_the_teachers(soft_ratio):
    logits, labels = drawn(6)
    students = effective_logits_multiclass(logits, labels, soft_ratio, 2.0)
    keep = ~np.eye(6, dtype=bool)[labels]
    order = [np.argsort(each[keep].reshape(len(labels), 5), axis=1) for each in (logits, students)]
    assert np.array_equal(*order)


def test_two_students_on_either_side_of_the_threshold_decide_differently():
    logits, labels = np.array([[4.0, 1.0, 0.0]]), np.array([2])
    ratio = deciding_soft_ratio(logits, labels, 2.0)[0]
    assert 2 / 3 < ratio < 1
    for soft_ratio, winner in ((ratio - 1e-9, 2), (ratio + 1e-9, 0)):
        assert effective_logits_multiclass(logits, labels, soft_ratio, 2.0).argmax() == winner


def test_no_teacher_beats_the_label_below_the_binary_threshold():
    logits, labels = drawn(5, scale=30)
    assert (deciding_soft_ratio(logits, labels, 2.0) >= 2 / 3).all()
    sure = np.array([[0.0, 200.0, 0.0]])
    assert deciding_soft_ratio(sure, np.array([0]), 2.0)[0] == pytest.approx(2 / 3, rel=1e-12)
    # At low temperature a sure, right teacher leaves no ratio at which it would lose.
    assert deciding_soft_ratio(sure, np.array([1]), 0.5)[0] == np.inf


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("soft_ratio", [0.2, 0.8, 0.97])
def test_the_least_margin_of_a_right_teacher_is_the_binary_threshold(soft_ratio, temperature):
    threshold = threshold_logit(soft_ratio, temperature)
    logits, _ = drawn(4, n=3000, scale=1.0)
    logits = np.concatenate([logits, np.sort(logits, axis=1)[:, [0, 1, 3, 3]]])  # the last are ties of two classes
    labels = logits.argmax(axis=1)
    students = np.sort(effective_logits_multiclass(logits, labels, soft_ratio, temperature), axis=1)
    assert (students[:, -1] - students[:, -2]).min() >= threshold - 1e-9
    tie = effective_logits_multiclass([[0.0, 0.0, -300.0]], [0], soft_ratio, temperature)[0]
    assert tie[0] - tie[1] == pytest.approx(threshold, rel=1e-9)


@pytest.mark.parametrize("temperature", [0.7, 1.0, 4.0])
def test_the_correction_of_two_classes_is_the_binary_one(temperature):
    logits, labels = drawn(2)
    change = hard_label_correction_multiclass(logits, labels, temperature)
    binary = hard_label_correction(logits[:, 1] - logits[:, 0], labels, temperature)
    np.testing.assert_allclose(change[:, 1] - change[:, 0], binary, rtol=1e-11)


@pytest.mark.parametrize("classes", [3, 10])
@pytest.mark.parametrize("temperature", [1.0, 2.0, 5.0])
def test_the_correction_is_the_derivative_of_the_stationary_logits(classes, temperature):
    logits, labels = drawn(classes, n=50, scale=1.0)
    step = 1e-6
    students = effective_logits_multiclass(logits, labels, 1 - step, temperature)
    centred = logits - logits.mean(axis=1, keepdims=True)
    change = hard_label_correction_multiclass(logits, labels, temperature)
    np.testing.assert_allclose((students - centred) / step, change, rtol=0.02, atol=1e-3)
    assert np.abs(change.sum(axis=1)).max() < 1e-9 * np.abs(change).max()


def test_the_correction_solves_the_linear_equation():
    logits, labels = drawn(5, n=20)
    q, hard = softmax(logits / 3, axis=1), softmax(logits, axis=1)
    change = hard_label_correction_multiclass(logits, labels, 3.0)
    jacobian = q[:, :, None] * (np.eye(5) - q[:, None, :])
    right = 9.0 * (np.eye(5)[labels] - hard)
    np.testing.assert_allclose(np.einsum("nij,nj->ni", jacobian, change), right, atol=1e-9)


@pytest.mark.parametrize("call", [deciding_soft_ratio, hard_label_correction_multiclass])
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (([[1.0, 2.0]], [2], 1.0), "labels"),
        (([[1.0, np.inf]], [0], 1.0), "teacher_logits"),
        (([[1.0]], [0], 1.0), "teacher_logits"),
        (([[1.0, 2.0]], [0, 1], 1.0), "teacher_logits"),
        (([[1.0, 2.0]], [0], 0.0), "temperature"),
    ],
)
def test_wrong_arguments_are_named(call, arguments, named):
    with pytest.raises(ValueError, match=named):
        call(*arguments)
