import numpy as np
import pytest

from kdtheory.theory.norm_bounds import norm_bound, rademacher_bound


def test_the_norm_bound_is_the_root_of_the_quadratic_form_over_n():
    rng = np.random.default_rng(0)
    features, change = rng.standard_normal((5, 9)), rng.standard_normal(5)
    form = change @ np.linalg.solve(features @ features.T, change)
    assert norm_bound(np.sqrt(form), 5) == pytest.approx(np.sqrt(form / 5))


def test_the_rademacher_bound_is_at_least_twice_the_complexity_of_the_ball_and_equal_for_orthogonal_features():
    rng = np.random.default_rng(1)
    signs = rng.choice([-1.0, 1.0], (20_000, 12))
    for features, equal in ((rng.standard_normal((12, 30)), False), (3 * np.eye(12), True)):
        # The supremum over the ball is taken in the direction of the signed sum.
        complexity = 0.7 * np.mean(np.linalg.norm(signs @ features, axis=1)) / 12
        bound = rademacher_bound(0.7, np.mean(np.sum(features**2, axis=1)), 12)
        assert bound == pytest.approx(2 * complexity) if equal else 2 * complexity < bound < 2.2 * complexity


@pytest.mark.parametrize(
    ("arguments", "words"),
    [((-1.0, 1.0, 3), "norm must not"), ((1.0, -1.0, 3), "mean_kernel must"), ((1.0, 1.0, 0), "n_train must be")],
)
def test_what_is_out_of_range_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        rademacher_bound(*arguments)
