from itertools import pairwise

import mpmath
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from kdtheory.theory.convexity import soft_loss, soft_loss_gradient, strong_convexity
from kdtheory.theory.deep import (
    distance_bound,
    distance_law,
    induced_flow,
    loss_rate_bound,
    norm_bound,
)
from kdtheory.theory.projection import project_onto_span


def _balanced_factors(weights, depth, width, rng):
    """Rank-one factors W_1 … W_N with product weightsᵀ and W_{j+1}ᵀW_{j+1} = W_jW_jᵀ."""
    scale = np.linalg.norm(weights) ** (1 / depth)
    inner = rng.standard_normal((depth - 1, width))
    inner /= np.linalg.norm(inner, axis=1, keepdims=True)
    ends = [weights / np.linalg.norm(weights), *inner, np.ones(1)]
    return [scale * np.outer(after, before) for before, after in pairwise(ends)]


def _product(factors):
    product = factors[0]
    for factor in factors[1:]:
        product = factor @ product
    return product[0]


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_induced_flow_is_the_flow_of_the_factors(depth):
    rng = np.random.default_rng(depth)
    weights, gradient = rng.standard_normal((2, 6))
    factors = _balanced_factors(weights, depth, 4, rng)
    assert np.allclose(_product(factors), weights)
    flow = np.zeros(6)
    for j in range(depth):
        before = np.eye(6) if j == 0 else np.linalg.multi_dot([*factors[:j][::-1], np.eye(6)])
        after = np.eye(1) if j == depth - 1 else np.linalg.multi_dot([np.eye(1), *factors[:j:-1]])
        descent = -after.T @ gradient[None] @ before.T  # −∂L/∂W_j
        flow += (after @ descent @ before)[0]
    assert np.allclose(induced_flow(weights, gradient, depth), flow, rtol=1e-12)


def test_induced_flow_stops_at_zero_only_when_deep_and_takes_batches():
    gradient = np.array([1.0, -2.0])
    assert np.array_equal(induced_flow(np.zeros(2), gradient, 1), -gradient)
    assert np.array_equal(induced_flow(np.zeros(2), gradient, 3), [0.0, 0.0])
    batch = np.random.default_rng(0).standard_normal((4, 2))
    assert np.allclose(induced_flow(batch, gradient, 3)[2], induced_flow(batch[2], gradient, 3), rtol=1e-15)


def _trained(depth, ratio, seed, n_train=3, dim=6):
    """Gradient flow on the soft-label loss by an ODE solver: path, ŵ, the start's length off the span, inputs."""
    rng = np.random.default_rng(seed)
    inputs, teacher = rng.standard_normal((n_train, dim)), rng.standard_normal(dim)
    teacher /= np.linalg.norm(teacher)
    logits, student = inputs @ teacher, project_onto_span(inputs, teacher)
    start = rng.standard_normal(dim)
    start *= ratio * np.linalg.norm(student) / np.linalg.norm(start)
    if soft_loss(inputs @ start, logits) >= soft_loss(np.zeros(n_train), logits):  # eq. 12
        start = -start

    def flow(_, weights):
        return induced_flow(weights, soft_loss_gradient(inputs, inputs @ weights, logits), depth)

    path = solve_ivp(flow, (0, 1e5), start, method="LSODA", rtol=1e-11, atol=1e-15).y.T
    return path, student, np.linalg.norm(start - project_onto_span(inputs, start)), inputs


@pytest.mark.parametrize(("depth", "ratio"), [(1, 0.1), (2, 1e-1), (2, 1e-2), (3, 1e-1), (3, 1e-3)])
def test_distance_law_is_the_limit_of_gradient_flow(depth, ratio):
    path, student, off_span, inputs = _trained(depth, ratio, seed=11)
    assert np.linalg.norm(inputs @ (path[-1] - student)) < 1e-7
    norm = np.linalg.norm(student)
    distance = np.linalg.norm(path[-1] - student)
    assert np.isclose(distance, distance_law(depth, ratio * norm, off_span, norm), rtol=1e-6)
    assert distance <= distance_bound(depth, ratio, norm)


@pytest.mark.parametrize("depth", [2, 3])
def test_equations_66_67_and_73_hold_along_the_path(depth):
    path, student, off_span, inputs = _trained(depth, 0.05, seed=12)
    norm = np.linalg.norm(path, axis=1)
    off = np.array([np.linalg.norm(w - project_onto_span(inputs, w)) for w in path])
    assert np.allclose(np.log(off / off_span), (depth - 1) / depth * np.log(norm / norm[0]), atol=1e-6)
    assert np.all((off / norm) ** 2 <= (norm[0] / norm) ** (2 / depth) * (1 + 1e-6))
    assert norm[-1] <= norm_bound(depth, 0.05, np.linalg.norm(student))


def _distance_in_forty_digits(depth, init_norm, init_off_span, student_norm):
    """Bisection in log q: the fixed-point equation changes sign once."""
    with mpmath.workdps(40):
        a, w, q0 = (mpmath.mpf(float(x)) ** 2 for x in (student_norm, init_norm, init_off_span))
        low, high = mpmath.mpf(-1000), mpmath.mpf(1000)
        for _ in range(120):
            middle = (low + high) / 2
            excess = mpmath.log(q0) + mpmath.mpf(depth - 1) / depth * mpmath.log((a + mpmath.exp(middle)) / w)
            low, high = (middle, high) if excess > middle else (low, middle)
        return mpmath.exp(low / 2)


@pytest.mark.parametrize("depth", [1, 2, 3, 10, 50])
def test_distance_law_solves_its_equation_to_full_accuracy(depth):
    rng = np.random.default_rng(13)
    student, init = 10 ** rng.uniform(-3, 3, 20), 10 ** rng.uniform(-9, 3, 20)
    off = init * rng.uniform(0, 1, 20) ** 3
    distances = distance_law(depth, init, off, student)
    for distance, *arguments in zip(distances, init, off, student, strict=True):
        assert abs(distance / _distance_in_forty_digits(depth, *arguments) - 1) < 1e-12


def test_distance_law_in_its_special_cases():
    assert distance_law(1, 0.3, 0.2, 5.0) == pytest.approx(0.2, rel=1e-14)
    assert distance_law(3, 0.3, 0.0, 5.0) == 0
    # N = 2: q² = q₀²(a + q)/W is a quadratic equation.
    a, w, q0 = 4.0, 0.25, 0.09
    root = (q0**2 / w + np.sqrt(q0**4 / w**2 + 4 * q0**2 * a / w)) / 2
    assert distance_law(2, 0.5, 0.3, 2.0) == pytest.approx(np.sqrt(root), rel=1e-14)
    assert distance_law(2, [0.1, 0.5], 0.05, [[1.0], [2.0]]).shape == (2, 2)


def test_distance_law_stays_below_the_bound_for_every_start():
    ratio = np.geomspace(1e-12, 0.99, 200)
    for depth in (1, 2, 3, 7):
        law = distance_law(depth, 3 * ratio, 3 * ratio, 3.0)  # the worst start lies entirely off the span
        assert np.all(law <= distance_bound(depth, ratio, 3.0) * (1 + 1e-12))


def test_distance_bound_is_equation_76():
    for depth, ratio, norm in ((2, 0.3, 2.0), (3, 0.9, 0.5)):
        power = 2 / depth
        square = norm ** (2 + power) / (norm**power - (ratio * norm) ** power) - norm**2
        assert distance_bound(depth, ratio, norm) == pytest.approx(np.sqrt(square), rel=1e-12)
    assert distance_bound(2, 0.0, 1.0) == 0


def test_the_bound_is_the_inverse_of_condition_11_as_printed():
    for depth in (1, 2, 3, 6):
        for epsilon, norm in ((0.01, 1.0), (0.5, 2.0), (3.0, 0.7)):
            sum_ = epsilon**2 * norm ** (-2 / depth) + norm ** (2 - 2 / depth)
            threshold = min(norm, epsilon**depth * sum_ ** (-depth / 2))
            assert distance_bound(depth, threshold / norm, norm) == pytest.approx(epsilon, rel=1e-10)


def test_norm_bound_satisfies_the_inequality_of_its_proof():
    for depth in (2, 3, 8):
        for ratio in (1e-6, 0.1, 0.9):
            bound = norm_bound(depth, ratio, 2.0)
            f = (2.0 / bound) ** 2 + (ratio * 2.0 / bound) ** (2 / depth)  # eq. 69
            assert f <= 1 + 1e-14
            assert bound == pytest.approx(2.0 * (1 - ratio ** (2 / depth)) ** (-depth / (2 * depth - 2)), rel=1e-12)


def test_the_bound_is_half_of_the_norm_at_the_edge_of_theorem_d1():
    for depth in (1, 2, 3, 4):
        edge = 5.0 ** (-depth / 2)
        assert distance_bound(depth, edge, 1.0) == pytest.approx(0.5, rel=1e-13)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: distance_bound(0, 0.1, 1.0), "depth"),
        (lambda: distance_bound(2, 1.0, 1.0), "init_ratio"),
        (lambda: distance_bound(2, 0.1, 0.0), "norm"),
        (lambda: distance_law(2, 0.1, 0.2, 1.0), "init_off_span"),
        (lambda: distance_law(2, 0.1, -0.05, 1.0), "init_off_span"),
        (lambda: distance_law(2, 0.0, 0.0, 1.0), "init_norm"),
        (lambda: distance_law(2, 0.1, 0.0, 0.0), "student_norm"),
        (lambda: norm_bound(1, 0.1, 1.0), "depth"),
        (lambda: induced_flow(np.ones(2), np.ones(2), 0), "depth"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_the_loss_of_the_induced_flow_decays_at_least_at_the_rate_of_equation_59(depth):
    rng = np.random.default_rng(depth)
    inputs, teacher = rng.standard_normal((4, 7)), rng.standard_normal(7) / 3
    logits = inputs @ teacher
    start = 0.1 * (project_onto_span(inputs, teacher) + 0.2 * rng.standard_normal(7))
    first, at_zero = soft_loss(inputs @ start, logits), soft_loss(np.zeros(4), logits)
    assert first < at_zero
    away = (at_zero - first) / np.linalg.norm(soft_loss_gradient(inputs, np.zeros(4), logits))
    rate = loss_rate_bound(depth, strong_convexity(inputs, logits, first), away)
    assert rate > 0

    def velocity(_, weights):
        return induced_flow(weights, soft_loss_gradient(inputs, inputs @ weights, logits), depth)

    times = np.linspace(0, 200, 30)
    path = solve_ivp(velocity, (0, 200), start, t_eval=times, rtol=1e-10, atol=1e-13).y.T
    losses = soft_loss(path @ inputs.T, logits)
    assert (losses <= first * np.exp(-rate * times) * (1 + 1e-9)).all()
    assert (np.linalg.norm(path, axis=1) >= away).all()


def test_the_rate_is_two_mu_at_depth_one_and_its_arguments_are_checked():
    assert loss_rate_bound(1, 0.3, 0.0) == 0.6
    np.testing.assert_allclose(loss_rate_bound(2, [0.5, 1.0], 0.1), [0.1, 0.2])
    with pytest.raises(ValueError, match="strong_convexity"):
        loss_rate_bound(2, -1.0, 0.1)
    with pytest.raises(ValueError, match="least_norm"):
        loss_rate_bound(2, 1.0, np.inf)
