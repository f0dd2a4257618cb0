import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit

from kdtheory.students.linear.descent import soft_descent
from kdtheory.students.linear.flow import soft_flow
from kdtheory.theory.projection import minimum_norm_weights


def test_one_point_moves_as_long_as_its_equation_takes():
    # du/dt = 4(σ(z) − σ(u)) in units of 1/L for one point of any length, so t is an integral over u.
    inputs, teacher = np.array([[0.6, 0.8, 0.0]]), np.array([3.0])
    for time in (0.5, 5.0, 30.0):
        logit = (inputs @ soft_flow(inputs, teacher, time=time)).item()
        passed, _ = quad(lambda u: 1 / (4 * (expit(3.0) - expit(u))), 0, logit)
        assert passed == pytest.approx(time, rel=1e-3)


@pytest.mark.parametrize(("n_train", "dim"), [(5, 12), (12, 5)])
@pytest.mark.parametrize("norm", [0.5, 12.0])
def test_the_flow_ends_at_the_minimum_norm_weights_where_descent_is_still_far(n_train, dim, norm):
    rng = np.random.default_rng(n_train)
    inputs, teacher = rng.standard_normal((n_train, dim)), rng.standard_normal(dim)
    logits = inputs @ (norm * teacher / np.linalg.norm(teacher))
    limit = minimum_norm_weights(inputs, logits)
    end = soft_flow(inputs, logits, time=1e20)
    assert np.linalg.norm(end - limit) < 1e-7 * np.linalg.norm(limit)
    if norm > 10:
        descent = soft_descent(inputs, logits, steps=[0, 1000])[-1]
        assert np.linalg.norm(descent - limit) > 0.01 * np.linalg.norm(limit)


@pytest.mark.parametrize("seed", [30, 59])  # of 60, those whose rounding no step of 1e20 follows
def test_a_flow_that_comes_to_rest_before_its_time_is_at_its_end(seed):
    rng = np.random.default_rng(seed)
    inputs, teacher = rng.standard_normal((60, 20)), rng.standard_normal(20)
    teacher *= 10 / np.linalg.norm(teacher)
    end = soft_flow(inputs, inputs @ teacher, time=1e20)
    assert np.linalg.norm(end - teacher) < 1e-9 * np.linalg.norm(teacher)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="must be"):
        soft_flow(np.ones((2, 3)), np.ones(3), time=1.0)
    with pytest.raises(ValueError, match="time positive"):
        soft_flow(np.ones((2, 3)), np.ones(2), time=0.0)
