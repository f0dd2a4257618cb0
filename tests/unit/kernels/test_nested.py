import tracemalloc
from copy import copy

import numpy as np
import pytest

from kdtheory.kernels import nested
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression, NotPositiveDefiniteError

N_TRAIN, N_TEST = 150, 40


@pytest.fixture(scope="module", params=[1, 2, 30], ids=lambda dim: f"dim={dim}")
def kernels(request):
    """Gram matrix of training points and their kernel with test points, real ReLU tangent kernels."""
    rng = np.random.default_rng(request.param)
    x = rng.uniform(-1, 1, (N_TRAIN, request.param))
    return relu_kernels(x)[0], relu_kernels(x, rng.uniform(-1, 1, (N_TEST, request.param)))[0]


def targets_of(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def relative_tolerance(gram):
    """1e-10, or the rounding that any solver must show when the matrix is nearly singular (one dimension)."""
    return max(1e-10, 1e-15 * np.linalg.cond(gram))


@pytest.mark.parametrize("shape", [(N_TRAIN,), (N_TRAIN, 1), (N_TRAIN, 3)])
def test_norms_agree_with_a_solve_at_each_size(kernels, shape):
    gram, _ = kernels
    targets = targets_of(shape)
    norms = NestedRegression(gram, targets).norms()
    assert norms.shape == shape
    for m in (1, 2, 3, 64, 149, 150):
        weights = np.linalg.solve(gram[:m, :m], targets[:m])
        expected = np.sqrt(np.sum(targets[:m] * weights, axis=0))
        np.testing.assert_allclose(norms[m - 1], expected, rtol=relative_tolerance(gram))


@pytest.mark.parametrize("shape", [(N_TRAIN,), (N_TRAIN, 1), (N_TRAIN, 3)])
def test_predictions_agree_with_a_solve_at_each_size(kernels, shape):
    gram, cross = kernels
    targets = targets_of(shape)
    sizes = [64, 1, 150, 2, 64, 149]
    change = NestedRegression(gram, targets).predict(cross, sizes)
    assert change.shape == (len(sizes), N_TEST, *shape[1:])
    for m, predicted in zip(sizes, change, strict=True):
        expected = cross[:m].T @ np.linalg.solve(gram[:m, :m], targets[:m])
        np.testing.assert_allclose(predicted, expected, rtol=0, atol=relative_tolerance(gram) * np.abs(expected).max())


def test_every_size_at_once_agrees_with_each_size_alone(kernels):
    gram, cross = kernels
    regression = NestedRegression(gram, targets_of((N_TRAIN, 2)))
    together = regression.predict(cross, np.arange(1, N_TRAIN + 1))
    alone = np.concatenate([regression.predict(cross, [m]) for m in range(1, N_TRAIN + 1)])
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-11 * np.abs(alone).max())


def test_predictions_at_training_points_interpolate_the_targets(kernels):
    gram, _ = kernels
    targets = targets_of(N_TRAIN)
    change = NestedRegression(gram, targets).predict(gram, [50, N_TRAIN])
    tolerance = relative_tolerance(gram) * np.abs(targets).max()
    np.testing.assert_allclose(change[0, :50], targets[:50], rtol=0, atol=tolerance)
    np.testing.assert_allclose(change[1], targets, rtol=0, atol=tolerance)


@pytest.mark.parametrize("shape", [(N_TRAIN,), (N_TRAIN, 3)])
def test_inner_products_agree_with_a_solve_at_each_size(kernels, shape):
    gram, _ = kernels
    one, other = targets_of(shape, 1), targets_of(shape, 2)
    regression = NestedRegression(gram, one)
    inner = regression.inner(regression.with_targets(other))
    assert inner.shape == shape
    scale = regression.norms() * regression.with_targets(other).norms()
    for m in (1, 2, 3, 64, 149, 150):
        expected = np.sum(one[:m] * np.linalg.solve(gram[:m, :m], other[:m]), axis=0)
        assert np.all(np.abs(inner[m - 1] - expected) <= relative_tolerance(gram) * scale[m - 1])
    np.testing.assert_allclose(regression.inner(regression), regression.norms() ** 2, rtol=1e-13)


def test_two_regressions_on_equal_gram_matrices_pair_like_a_shared_factor(kernels):
    gram, _ = kernels
    one, other = targets_of(N_TRAIN, 1), targets_of(N_TRAIN, 2)
    regression = NestedRegression(gram, one)
    separate = regression.inner(NestedRegression(gram.copy(), other))
    np.testing.assert_array_equal(separate, regression.inner(regression.with_targets(other)))


def test_with_targets_leaves_the_first_regression_as_it_was(kernels):
    gram, _ = kernels
    regression = NestedRegression(gram, targets_of(N_TRAIN))
    before = regression.norms()
    regression.with_targets(targets_of((N_TRAIN, 2), 1))
    np.testing.assert_array_equal(regression.norms(), before)


def test_arguments_are_not_modified(kernels):
    gram, cross = (kernel.copy() for kernel in kernels)
    targets = targets_of((N_TRAIN, 2))
    kept = [array.copy() for array in (gram, cross, targets)]
    for array in (gram, cross, targets):
        array.flags.writeable = False
    NestedRegression(gram, targets).predict(cross, [3, N_TRAIN])
    for array, original in zip((gram, cross, targets), kept, strict=True):
        np.testing.assert_array_equal(array, original)


@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_the_memory_layout_of_the_gram_matrix_does_not_matter(kernels, layout):
    gram, _ = kernels
    if layout == "strided":
        arranged = np.zeros((2 * N_TRAIN, 2 * N_TRAIN))[::2, ::2]
        arranged[:] = gram
    else:
        arranged = np.array(gram, order=layout)
    targets = targets_of(N_TRAIN)
    np.testing.assert_array_equal(NestedRegression(arranged, targets).norms(), NestedRegression(gram, targets).norms())


def test_one_point_is_enough():
    regression = NestedRegression([[4.0]], [6.0])
    np.testing.assert_array_equal(regression.norms(), [3.0])
    np.testing.assert_array_equal(regression.predict([[2.0, 4.0]], [1]), [[3.0, 6.0]])


def test_no_sizes_and_no_test_points_give_empty_predictions(kernels):
    gram, cross = kernels
    regression = NestedRegression(gram, targets_of((N_TRAIN, 2)))
    assert regression.predict(cross, np.array([], int)).shape == (0, N_TEST, 2)
    assert regression.predict(cross[:, :0], [1, 2]).shape == (2, 0, 2)


@pytest.mark.parametrize("seed", range(10))
def test_a_repeated_point_is_named_by_its_minor(seed):
    # Its pivot is zero up to rounding, which is positive in about 4 of 10 of such matrices: LAPACK accepts those.
    x = np.random.default_rng(seed).uniform(-1, 1, (60, 2))
    x[41] = x[7]
    with pytest.raises(NotPositiveDefiniteError, match="leading minor of order 42") as caught:
        NestedRegression(relu_kernels(x)[0], np.ones(60))
    assert caught.value.minor == 42
    assert abs(caught.value.pivot) < 1e-13


@pytest.mark.parametrize(("n", "panel"), [(5, 5), (400, 400), (400, 128), (401, 100)])
def test_an_indefinite_matrix_is_named_by_its_first_bad_minor_and_its_pivot(n, panel, monkeypatch):
    monkeypatch.setattr(nested, "PANEL", panel)
    gram = relu_kernels(np.random.default_rng(1).uniform(-1, 1, (n, 3)))[0]
    minor = n - 1
    past = gram[: minor - 1, : minor - 1]
    schur = gram[minor - 1, : minor - 1] @ np.linalg.solve(past, gram[: minor - 1, minor - 1])
    gram[minor - 1, minor - 1] = schur - 0.25
    with pytest.raises(NotPositiveDefiniteError) as caught:
        NestedRegression(gram, np.ones(n))
    assert caught.value.minor == minor
    np.testing.assert_allclose(caught.value.pivot, -0.25, rtol=1e-8)


@pytest.mark.parametrize("diagonal", [0.0, -1.0])
def test_a_first_pivot_that_is_not_positive_is_refused(diagonal):
    with pytest.raises(NotPositiveDefiniteError) as caught:
        NestedRegression([[diagonal, 0.0], [0.0, 1.0]], [1.0, 1.0])
    assert (caught.value.minor, caught.value.pivot) == (1, diagonal)


@pytest.mark.parametrize("distance", [1e-9, 1e-6])
def test_points_that_are_merely_close_are_solved(distance):
    x = np.random.default_rng(2).uniform(-1, 1, (50, 2))
    x[1] = x[0] + distance
    gram = relu_kernels(x)[0]
    norms = NestedRegression(gram, np.ones(50)).norms()
    expected = np.sqrt(np.sum(np.linalg.solve(gram, np.ones(50))))
    np.testing.assert_allclose(norms[-1], expected, rtol=1e-15 * np.linalg.cond(gram))


def test_factorisation_takes_one_array_of_the_size_of_the_gram_matrix(monkeypatch):
    monkeypatch.setattr(nested, "on_gpu", lambda: False)
    n = 1000
    gram = relu_kernels(np.random.default_rng(3).uniform(-1, 1, (n, 2)))[0]
    tracemalloc.start()
    regression = NestedRegression(gram, np.ones(n))
    regression.norms()
    regression.with_targets(np.arange(n)).inner(regression)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.1 * gram.nbytes


def test_the_error_names_minor_and_pivot_and_can_be_copied():
    error = copy(NotPositiveDefiniteError(7, -1e-3))
    assert (error.minor, error.pivot) == (7, -1e-3)
    assert str(error) == "the leading minor of order 7 is not positive definite: its pivot is -0.001"


@pytest.mark.slow
@pytest.mark.parametrize("panel", [1, 50, 64, 149])
def test_a_factorisation_in_panels_agrees_with_one_in_one_piece(kernels, panel, monkeypatch):
    gram, cross = kernels
    whole = NestedRegression(gram, targets_of((N_TRAIN, 2)))
    monkeypatch.setattr(nested, "PANEL", panel)
    parts = NestedRegression(gram, targets_of((N_TRAIN, 2)))
    np.testing.assert_allclose(parts.norms(), whole.norms(), rtol=relative_tolerance(gram))
    expected = whole.predict(cross, [100, N_TRAIN])
    tolerance = relative_tolerance(gram) * np.abs(expected).max()
    np.testing.assert_allclose(parts.predict(cross, [100, N_TRAIN]), expected, rtol=0, atol=tolerance)


GRAM = np.eye(3)


@pytest.mark.parametrize(
    ("gram", "targets", "message"),
    [
        (np.ones((2, 3)), np.ones(2), r"gram has shape \(2, 3\)"),
        (np.ones((0, 0)), np.ones(0), r"gram has shape \(0, 0\)"),
        (np.array([[1.0, np.nan], [np.nan, 1.0]]), np.ones(2), "gram holds a value that is not finite"),
        (np.array([[1.0, 0.1], [0.2, 1.0]]), np.ones(2), "gram is not symmetric"),
        (GRAM, np.ones(4), r"targets has shape \(4,\)"),
        (GRAM, np.ones((3, 0)), r"targets has shape \(3, 0\)"),
        (GRAM, np.ones((3, 1, 1)), r"targets has shape \(3, 1, 1\)"),
        (GRAM, np.array([1.0, np.inf, 0.0]), "targets holds a value that is not finite"),
        (GRAM, np.array([1.0, -np.inf, 0.0]), "targets holds a value that is not finite"),
        (GRAM, np.array([1.0, np.nan, 0.0]), "targets holds a value that is not finite"),
    ],
)
def test_bad_training_data_are_named(gram, targets, message):
    with pytest.raises(ValueError, match=message):
        NestedRegression(gram, targets)


@pytest.mark.parametrize(
    ("cross", "sizes", "message"),
    [
        (np.ones((2, 4)), [1], r"cross has shape \(2, 4\); it must be \(3, n_test\)"),
        (np.full((3, 4), np.nan), [1], "cross holds a value that is not finite"),
        (np.ones((3, 4)), [0], r"it must lie in 1\.\.3"),
        (np.ones((3, 4)), [4], r"it must lie in 1\.\.3"),
        (np.ones((3, 4)), [1.0], "sizes is of type float64, must be integers"),
        (np.ones((3, 4)), [[1]], "one-dimensional sequence of integers"),
        (np.ones((3, 4)), 1, "one-dimensional sequence of integers"),
    ],
)
def test_bad_test_data_are_named(cross, sizes, message):
    with pytest.raises(ValueError, match=message):
        NestedRegression(GRAM, np.ones(3)).predict(cross, sizes)


def test_inner_refuses_other_targets_and_other_gram_matrices():
    regression = NestedRegression(GRAM, np.ones(3))
    with pytest.raises(ValueError, match=r"targets of shape \(3, 2\); it must be \(3,\)"):
        regression.inner(regression.with_targets(np.ones((3, 2))))
    with pytest.raises(ValueError, match="another Gram matrix"):
        regression.inner(NestedRegression(2 * GRAM, np.ones(3)))


@pytest.mark.parametrize("shape", [(N_TRAIN,), (N_TRAIN, 3)])
def test_weights_give_the_predictions(kernels, shape):
    gram, cross = kernels
    regression = NestedRegression(gram, targets_of(shape))
    for m in (1, 2, 64, 150):
        weights = regression.weights(m)
        assert weights.shape == (m, *shape[1:])
        expected = regression.predict(cross, [m])[0]
        np.testing.assert_allclose(
            cross[:m].T @ weights, expected, rtol=0, atol=relative_tolerance(gram) * np.abs(expected).max()
        )
    for m in (0, 151):
        with pytest.raises(ValueError, match=f"size is {m}; it must lie in 1..150"):
            regression.weights(m)
