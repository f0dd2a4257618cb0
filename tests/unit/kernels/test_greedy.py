import numpy as np
import pytest

from kdtheory.kernels.greedy import farthest_first, steepest_first
from kdtheory.kernels.infinite import relu_kernels


@pytest.fixture
def pool():
    """Features whose inner products are the kernel, and a function that they determine."""
    rng = np.random.default_rng(0)
    features = rng.standard_normal((30, 12)) * rng.uniform(0.5, 2, (30, 1))
    return features, features @ rng.standard_normal(12)


def distance_to_span(features, chosen):
    """Length of each row's part outside the span of the chosen rows, by least squares."""
    if not chosen:
        return np.linalg.norm(features, axis=1)
    basis = features[chosen].T
    return np.linalg.norm(features.T - basis @ np.linalg.lstsq(basis, features.T)[0], axis=0)


def test_each_point_is_the_farthest_from_the_span_of_those_before(pool):
    features, _ = pool
    order = farthest_first(features @ features.T, 10).tolist()
    assert len(set(order)) == 10
    for step, chosen in enumerate(order):
        distances = distance_to_span(features, order[:step])
        assert distances[chosen] == pytest.approx(distances.max(), rel=1e-9)


def test_each_point_lengthens_the_teachers_projection_the_most(pool):
    features, logits = pool
    teacher = np.linalg.lstsq(features, logits)[0]

    def length(chosen):
        return np.linalg.norm(features[chosen].T @ np.linalg.lstsq(features[chosen].T, teacher)[0])

    order = steepest_first(features @ features.T, logits, 8).tolist()
    for step, chosen in enumerate(order):
        others = [length([*order[:step], other]) for other in range(30) if other not in order[:step]]
        assert length(order[: step + 1]) == pytest.approx(max(others), rel=1e-9)
        assert chosen not in order[:step]


def test_a_point_that_occurs_twice_is_chosen_once():
    inputs = np.random.default_rng(1).uniform(-1, 1, (6, 2))
    inputs[4] = inputs[1]
    kernel = relu_kernels(inputs)[0]
    for order in (farthest_first(kernel, 5), steepest_first(kernel, inputs[:, 0], 5)):
        assert len({1, 4} & set(order.tolist())) == 1
    with pytest.raises(ValueError, match="count is 6; the span of 5 points holds all others"):
        farthest_first(kernel, 6)


@pytest.mark.parametrize(
    ("gram", "logits", "count", "message"),
    [
        (np.eye(3), np.ones(2), 1, "must be \\(n, n\\) and \\(n,\\)"),
        (np.ones((3, 2)), np.ones(3), 1, "must be \\(n, n\\)"),
        (np.eye(3), np.array([1.0, np.nan, 0.0]), 1, "finite"),
        (np.eye(3), np.ones(3), 4, "count is 4, must lie in 1..3"),
        (np.eye(3), np.ones(3), 0, "count is 0, must lie in 1..3"),
    ],
)
def test_what_does_not_fit_is_refused(gram, logits, count, message):
    with pytest.raises(ValueError, match=message):
        steepest_first(gram, logits, count)
