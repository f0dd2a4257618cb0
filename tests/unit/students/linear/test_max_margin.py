"""Hard-margin weights against an enumeration of all active sets and against a general solver."""

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import minimize

from kdtheory.students.linear import max_margin
from kdtheory.students.linear.max_margin import MarginNotVerifiedError, max_margin_weights


def separable_set(n_train, dim, rng):
    inputs = rng.standard_normal((n_train, dim))
    labels = (inputs @ rng.standard_normal(dim) > 0).astype(int)
    return inputs, labels


def enumerated_weights(inputs, labels):
    """The shortest feasible point among the least-norm solutions of every subset of margins set to 1."""
    signed = (2 * labels - 1)[:, None] * inputs
    best = None
    for size in range(1, min(signed.shape) + 1):
        for subset in combinations(range(len(signed)), size):
            weights = np.linalg.lstsq(signed[list(subset)], np.ones(size))[0]
            shorter = best is None or np.linalg.norm(weights) < np.linalg.norm(best)
            if shorter and np.all(signed @ weights >= 1 - 1e-9):
                best = weights
    return best


@pytest.mark.parametrize(("n_train", "dim"), [(1, 3), (4, 2), (5, 20), (6, 6), (6, 3)])
def test_weights_equal_the_best_of_all_active_sets(n_train, dim):
    rng = np.random.default_rng(10 * n_train + dim)
    for _ in range(20):
        inputs, labels = separable_set(n_train, dim, rng)
        np.testing.assert_allclose(
            max_margin_weights(inputs, labels), enumerated_weights(inputs, labels), rtol=1e-7, atol=1e-9
        )


def test_weights_equal_those_of_a_general_solver():
    inputs, labels = separable_set(15, 8, np.random.default_rng(5))
    signed = (2 * labels - 1)[:, None] * inputs
    solved = minimize(
        lambda w: 0.5 * w @ w,
        np.linalg.lstsq(signed, np.ones(15))[0],
        jac=lambda w: w,
        constraints={"type": "ineq", "fun": lambda w: signed @ w - 1, "jac": lambda w: signed},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    assert solved.success
    np.testing.assert_allclose(max_margin_weights(inputs, labels), solved.x, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(("n_train", "dim"), [(120, 300), (200, 201), (300, 40)])
def test_large_sets_satisfy_the_optimality_conditions(n_train, dim):
    inputs, labels = separable_set(n_train, dim, np.random.default_rng(n_train))
    weights = max_margin_weights(inputs, labels)
    signed = (2 * labels - 1)[:, None] * inputs
    margins = signed @ weights
    assert margins.min() > 1 - 1e-9
    # w is a non-negative combination of the points on the margin, recomputed here from all it may use.
    support = signed[margins < 1 + 1e-7]
    multipliers, *_ = np.linalg.lstsq(support.T, weights)
    np.testing.assert_allclose(support.T @ multipliers, weights, atol=1e-10 * np.linalg.norm(weights))
    assert multipliers.min() > -1e-9 * multipliers.max()
    assert multipliers.sum() == pytest.approx(weights @ weights, rel=1e-9)


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_is_a_set_like_any_other(label):
    rng = np.random.default_rng(8)
    inputs, labels = rng.standard_normal((5, 20)), np.full(5, label)
    weights = max_margin_weights(inputs, labels)
    np.testing.assert_allclose(weights, enumerated_weights(inputs, labels), rtol=1e-7, atol=1e-9)
    assert np.all((inputs @ weights > 0) == label)


def test_a_batch_is_its_sets_one_by_one():
    rng = np.random.default_rng(2)
    inputs, labels = rng.standard_normal((2, 3, 4, 7)), rng.integers(0, 2, (2, 3, 4))
    batch = max_margin_weights(inputs, labels)
    assert batch.shape == (2, 3, 7)
    for i, j in np.ndindex(2, 3):
        np.testing.assert_array_equal(batch[i, j], max_margin_weights(inputs[i, j], labels[i, j]))


def test_weights_scale_inversely_with_the_inputs():
    inputs, labels = separable_set(30, 50, np.random.default_rng(1))
    weights = max_margin_weights(inputs, labels)
    for scale in (1e-8, 1e8):
        np.testing.assert_allclose(max_margin_weights(scale * inputs, labels) * scale, weights, rtol=1e-9)


def test_points_of_very_different_norms_are_solved():
    rng = np.random.default_rng(6)
    inputs, labels = separable_set(6, 20, rng)
    inputs *= np.array([1e-4, 1e-2, 1.0, 1.0, 1e2, 1e3])[:, None]
    weights = max_margin_weights(inputs, labels)
    np.testing.assert_allclose(weights, enumerated_weights(inputs, labels), rtol=1e-6)


def test_repeated_and_dominated_points_change_nothing():
    inputs, labels = separable_set(6, 10, np.random.default_rng(9))
    weights = max_margin_weights(inputs, labels)
    more = np.concatenate([inputs, inputs[::-1], 3 * inputs])
    again = max_margin_weights(more, np.concatenate([labels, labels[::-1], labels]))
    np.testing.assert_allclose(again, weights, rtol=1e-9)


def test_sets_that_no_plane_separates_are_refused():
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((40, 3))
    with pytest.raises(ValueError, match="not separable"):
        max_margin_weights(inputs, rng.integers(0, 2, 40))
    with pytest.raises(ValueError, match="not separable"):
        max_margin_weights([[1.0, 0.0], [1.0, 0.0]], [0, 1])
    with pytest.raises(ValueError, match="not separable"):
        max_margin_weights([[1.0, 0.3, 0.2], [0.0, 0.0, 0.0]], [0, 1])


def test_an_optimum_that_cannot_be_verified_is_an_error(monkeypatch):
    inputs, labels = separable_set(5, 3, np.random.default_rng(3))
    support = np.abs(np.abs(inputs @ max_margin_weights(inputs, labels)) - 1) < 1e-9
    assert 1 < support.sum() < 5
    # Too small a set violates a margin; all points meet their margins, but some with a negative multiplier.
    for wrong in (support & (np.arange(5) > np.argmax(support)), np.ones(5, bool)):
        monkeypatch.setattr(max_margin, "nnls", lambda *args, active=wrong, **options: (1.0 * active, 0.7))
        with pytest.raises(MarginNotVerifiedError, match="Karush"):
            max_margin_weights(inputs, labels)


def test_bad_arguments_are_refused_by_name():
    with pytest.raises(ValueError, match="inputs has shape"):
        max_margin_weights(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="labels has shape"):
        max_margin_weights(np.eye(3), [0, 1])
    with pytest.raises(ValueError, match="labels holds"):
        max_margin_weights(np.eye(2), [-1, 1])
    with pytest.raises(ValueError, match="not finite"):
        max_margin_weights([[np.nan, 1.0]], [1])
