import numpy as np
import pytest

from kdtheory.theory import projection
from kdtheory.theory.projection import minimum_norm_prefixes, minimum_norm_weights, project_onto_span


def _projection_by_svd(inputs, weights):
    """The slow twin: LAPACK's minimum-norm least squares (SVD based) for the consistent system."""
    return np.linalg.lstsq(inputs, inputs @ weights, rcond=1e-11)[0]


def _inputs(kind, rng, n_train=12, dim=30):
    inputs = rng.standard_normal((n_train, dim))
    if kind == "duplicates":
        inputs[5], inputs[7] = inputs[2], -3 * inputs[0]
    elif kind == "combination":
        inputs[6] = inputs[:4].sum(axis=0)
    elif kind == "zero row":
        inputs[3] = 0
    elif kind == "zero pixels":
        inputs[:, ::3] = 0
    return inputs


CASES = [
    ("regular", 12, 30),
    ("duplicates", 12, 30),
    ("combination", 12, 30),
    ("zero row", 12, 30),
    ("zero pixels", 12, 30),
    ("one point", 1, 30),
    ("square", 12, 12),
    ("tall", 40, 12),
    ("duplicates", 12, 12),
    ("zero pixels", 40, 12),
    ("duplicates", 12, 11),
]


@pytest.mark.parametrize(("kind", "n_train", "dim"), CASES)
def test_projection_agrees_with_least_squares(kind, n_train, dim):
    rng = np.random.default_rng(1)
    inputs, teacher = _inputs(kind, rng, n_train, dim), rng.standard_normal(dim)
    assert np.allclose(project_onto_span(inputs, teacher), _projection_by_svd(inputs, teacher), atol=1e-11)


def test_projection_does_not_depend_on_the_lengths_of_the_points():
    rng = np.random.default_rng(2)
    inputs, teacher = rng.standard_normal((12, 30)), rng.standard_normal(30)
    lengths = 10.0 ** rng.uniform(-12, 12, (12, 1))
    assert np.allclose(project_onto_span(lengths * inputs, teacher), project_onto_span(inputs, teacher), atol=1e-13)


def test_projection_is_idempotent_and_leaves_an_orthogonal_residual():
    rng = np.random.default_rng(3)
    inputs, teacher = rng.standard_normal((12, 30)), rng.standard_normal(30)
    student = project_onto_span(inputs, teacher)
    assert np.allclose(project_onto_span(inputs, student), student, atol=1e-14)
    assert np.allclose(inputs @ (teacher - student), 0, atol=1e-13)
    assert np.linalg.norm(student) < np.linalg.norm(teacher)


@pytest.mark.parametrize("n_train", [30, 31, 100])
def test_teacher_is_recovered_exactly_from_enough_points(n_train):
    rng = np.random.default_rng(4)
    inputs, teacher = rng.standard_normal((n_train, 30)), rng.standard_normal(30)
    student = project_onto_span(inputs, teacher)
    assert np.array_equal(student, teacher)
    assert student is not teacher


def test_many_points_of_low_rank_do_not_recover_the_teacher():
    rng = np.random.default_rng(5)
    inputs = rng.standard_normal((200, 4)) @ rng.standard_normal((4, 20))
    teacher = rng.standard_normal(20)
    student = project_onto_span(inputs, teacher)
    assert np.allclose(student, _projection_by_svd(inputs, teacher), atol=1e-12)
    assert np.linalg.norm(student - teacher) > 1


def test_zero_points_teach_nothing():
    assert np.array_equal(project_onto_span(np.zeros((3, 5)), np.ones(5)), np.zeros(5))
    assert np.array_equal(minimum_norm_weights(np.zeros((3, 5)), np.zeros(3)), np.zeros(5))


@pytest.mark.parametrize(("kind", "n_train", "dim"), CASES)
def test_minimum_norm_weights_agree_with_least_squares(kind, n_train, dim):
    rng = np.random.default_rng(6)
    inputs = _inputs(kind, rng, n_train, dim)
    logits = inputs @ rng.standard_normal(dim)
    weights = minimum_norm_weights(inputs, logits)
    assert np.allclose(weights, np.linalg.lstsq(inputs, logits, rcond=1e-11)[0], atol=1e-10)
    assert np.allclose(inputs @ weights, logits, atol=1e-11)


def test_minimum_norm_weights_solve_for_arbitrary_logits():
    rng = np.random.default_rng(7)
    inputs, logits = rng.standard_normal((12, 30)), rng.standard_normal(12)
    weights = minimum_norm_weights(inputs, logits)
    assert np.allclose(inputs @ weights, logits, rtol=1e-11)
    assert np.allclose(project_onto_span(inputs, weights), weights, atol=1e-13)  # hence the shortest
    lengths = 10.0 ** rng.uniform(-9, 9, 12)
    assert np.allclose(minimum_norm_weights(lengths[:, None] * inputs, lengths * logits), weights, atol=1e-12)


def test_contradictory_duplicates_get_the_least_squares_solution():
    inputs = np.array([[1.0, 0, 0, 0], [1.0, 0, 0, 0], [0, 2.0, 0, 0]])
    assert np.allclose(minimum_norm_weights(inputs, [0.0, 1.0, 4.0]), [0.5, 2, 0, 0], atol=1e-15)


def test_leading_axes_broadcast_and_one_dependent_set_leaves_the_others_alone():
    rng = np.random.default_rng(8)
    inputs = rng.standard_normal((5, 6, 20))
    inputs[3, 4] = inputs[3, 1]
    teachers = rng.standard_normal((3, 1, 20))
    logits = np.sum(inputs * teachers[..., None, :], axis=-1)
    together = minimum_norm_weights(inputs, logits)
    assert together.shape == (3, 5, 20)
    for a, b in np.ndindex(3, 5):
        assert np.allclose(together[a, b], project_onto_span(inputs[b], teachers[a, 0]), atol=1e-12)
        if b != 3:
            assert np.array_equal(together[a, b], minimum_norm_weights(inputs[b], logits[a, b]))


@pytest.mark.parametrize(("kind", "n_train", "dim"), CASES)
def test_prefixes_agree_with_one_solution_per_prefix(kind, n_train, dim):
    rng = np.random.default_rng(9)
    inputs, teacher = _inputs(kind, rng, n_train, dim), rng.standard_normal(dim)
    sizes = np.arange(n_train, 0, -1)
    students = minimum_norm_prefixes(inputs, inputs @ teacher, sizes)
    assert students.shape == (n_train, dim)
    for size, student in zip(sizes, students, strict=True):
        assert np.allclose(student, _projection_by_svd(inputs[:size], teacher), atol=1e-9)


def test_prefixes_of_regular_points_come_from_one_factorisation(monkeypatch):
    monkeypatch.setattr(projection, "_least_squares", None)  # would fail if any prefix were solved on its own
    rng = np.random.default_rng(10)
    inputs = rng.standard_normal((12, 30))
    assert minimum_norm_prefixes(inputs, inputs[:, 0], [1, 5, 12]).shape == (3, 30)


def test_one_dimensional_inputs_have_no_prefix_below_the_dimension():
    assert np.allclose(minimum_norm_prefixes([[2.0], [1.0]], [4.0, 2.0], [1, 2]), [[2.0], [2.0]])


GOOD, TEACHER = np.eye(3, 5), np.ones(5)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: project_onto_span(np.ones(5), TEACHER), "inputs"),
        (lambda: project_onto_span(np.ones((0, 5)), TEACHER), "inputs"),
        (lambda: project_onto_span(GOOD, np.ones(4)), "teacher_weights"),
        (lambda: project_onto_span(GOOD * np.nan, TEACHER), "inputs"),
        (lambda: project_onto_span(GOOD, TEACHER * np.inf), "teacher_weights"),
        (lambda: minimum_norm_weights(GOOD, np.ones(4)), "logits"),
        (lambda: minimum_norm_weights(GOOD, [0, 0, np.nan]), "logits"),
        (lambda: minimum_norm_prefixes(GOOD, np.ones(3), [0]), "sizes"),
        (lambda: minimum_norm_prefixes(GOOD, np.ones(3), [4]), "sizes"),
        (lambda: minimum_norm_prefixes(GOOD[None], np.ones(3), [1]), "inputs"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()
