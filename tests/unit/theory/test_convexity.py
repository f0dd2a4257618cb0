import mpmath
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import xlogy

from kdtheory.theory.convexity import soft_loss, soft_loss_gradient, strong_convexity
from kdtheory.theory.projection import minimum_norm_weights


def _exact_divergence(student, teacher):
    """KL of two Bernoulli laws from its definition, with enough digits for any cancellation."""
    with mpmath.workdps(900):
        u, z = mpmath.mpf(float(student)), mpmath.mpf(float(teacher))
        p, q = 1 / (1 + mpmath.exp(-z)), 1 / (1 + mpmath.exp(-u))
        return +(p * mpmath.log(p / q) + (1 - p) * mpmath.log((1 - p) / (1 - q)))


TEACHERS = [-650.0, -40.0, -3.0, -1e-3, 0.0, 0.4, 7.0, 36.9, 300.0]
SHIFTS = [1e-12, 1e-6, 0.3, 0.999, 1.001, 2.5, 20.0, 80.0, 900.0]


@pytest.mark.parametrize("teacher", TEACHERS)
def test_soft_loss_keeps_all_digits(teacher):
    students = teacher + np.concatenate([SHIFTS, np.negative(SHIFTS)])
    students = students[students != teacher]
    exact = [_exact_divergence(student, teacher) for student in students]
    ours = soft_loss(students[:, None], np.array([teacher]))
    assert all(abs(a / b - 1) < 1e-13 for a, b in zip(ours, exact, strict=True) if b > 1e-300)


def test_soft_loss_is_the_mean_cross_entropy_less_its_minimum():
    rng = np.random.default_rng(1)
    student, teacher = rng.standard_normal((2, 3, 20)) * 2
    p, q = 1 / (1 + np.exp(-teacher)), 1 / (1 + np.exp(-student))
    entropy = -xlogy(p, p) - xlogy(1 - p, 1 - p)
    direct = np.mean(-p * np.log(q) - (1 - p) * np.log(1 - q) - entropy, axis=-1)
    assert np.allclose(soft_loss(student, teacher), direct, rtol=1e-12)
    assert np.array_equal(soft_loss(teacher, teacher), np.zeros(3))


def test_gradient_agrees_with_differences_in_fifty_digits():
    rng = np.random.default_rng(2)
    inputs = 3 * rng.standard_normal((4, 3))
    weights, teacher = rng.standard_normal((2, 3))
    gradient = soft_loss_gradient(inputs, inputs @ weights, inputs @ teacher)
    with mpmath.workdps(50):
        rows = mpmath.matrix(inputs.tolist())
        z = rows * mpmath.matrix(teacher.tolist())

        def loss(*w):
            u = rows * mpmath.matrix(w)
            return sum(
                mpmath.log1p(mpmath.exp(a)) - mpmath.log1p(mpmath.exp(b)) - (a - b) / (1 + mpmath.exp(-b))
                for a, b in zip(u, z, strict=True)
            ) / len(z)

        point = tuple(map(mpmath.mpf, weights.tolist()))
        exact = [float(mpmath.diff(loss, point, tuple(int(i == j) for j in range(3)))) for i in range(3)]
    assert np.allclose(gradient, exact, rtol=1e-12)


def test_gradient_sees_differences_where_both_probabilities_round_to_one():
    gradient = soft_loss_gradient([[1.0]], [41.0], [40.0])
    assert gradient[0] == pytest.approx(np.exp(-40) - np.exp(-41), rel=1e-13)
    tiny = soft_loss_gradient([[1.0]], [2 + 2.0**-40], [2.0])[0]
    assert tiny == pytest.approx(2.0**-40 * np.exp(-2) / (1 + np.exp(-2)) ** 2, rel=1e-11)


def test_gradient_lies_in_the_span_and_takes_batches():
    rng = np.random.default_rng(3)
    inputs, weights, teacher = (
        rng.standard_normal((5, 4, 9)),
        rng.standard_normal((5, 9)),
        rng.standard_normal(9),
    )
    student_logits = np.einsum("bnd,bd->bn", inputs, weights)
    gradient = soft_loss_gradient(inputs, student_logits, inputs @ teacher)
    assert gradient.shape == (5, 9)
    for one in range(5):
        single = soft_loss_gradient(inputs[one], student_logits[one], inputs[one] @ teacher)
        assert np.allclose(gradient[one], single, rtol=1e-13)
        inside = minimum_norm_weights(inputs[one], inputs[one] @ gradient[one])
        assert np.allclose(inside, gradient[one], atol=1e-14)


def _pairs_in_the_sublevel_set(rng, inputs, logits, level, count):
    """Random weights in the span of the data whose loss is at most the level, many of them close to it."""
    student = minimum_norm_weights(inputs, logits)
    found = []
    while len(found) < 2 * count:
        step = inputs.T @ rng.standard_normal(inputs.shape[0])
        reach = 1e3
        while soft_loss(inputs @ (student + reach * step), logits) > level:
            reach *= 0.8
        found.append(student + rng.uniform() ** 0.3 * reach * step)
    return zip(found[::2], found[1::2], strict=True)


@pytest.mark.slow
@pytest.mark.parametrize(("n_train", "dim"), [(5, 12), (20, 4)])
@pytest.mark.parametrize("scale", [0.1, 0.3, 1.0])
def test_taylor_bound_holds_on_the_sublevel_set(n_train, dim, scale):
    rng = np.random.default_rng([n_train, int(10 * scale)])
    inputs = rng.standard_normal((n_train, dim))
    logits = inputs @ rng.standard_normal(dim) * scale / np.sqrt(dim)
    level = soft_loss(np.zeros(n_train), logits)
    mu = strong_convexity(inputs, logits, level)
    assert mu > 0
    for w, v in _pairs_in_the_sublevel_set(rng, inputs, logits, level, 60):
        taylor = soft_loss(inputs @ w, logits) + soft_loss_gradient(inputs, inputs @ w, logits) @ (v - w)
        assert soft_loss(inputs @ v, logits) >= taylor + mu / 2 * (v - w) @ (v - w) - 1e-14 * (1 + abs(taylor))


def test_strong_convexity_is_tight_for_small_levels_and_needs_the_mean():
    # One repeated point at z = 0: the Hessian is x xᵀ/4 exactly, not n times that.
    inputs, level = np.repeat([[2.0, 0.0]], 10, axis=0), 1e-10
    assert strong_convexity(inputs, np.zeros(10), level) == pytest.approx(4 / 4, rel=1e-3)
    # Ten orthogonal points: x_i xᵀ_i/4 each, over n.
    assert strong_convexity(np.eye(10), np.zeros(10), level) == pytest.approx(1 / 40, rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("teacher", [0.0, 1.5, -4.0, 30.0])
@pytest.mark.parametrize("level", [1e-12, 0.1, 3.0])
def test_curvature_is_taken_at_the_farthest_end_of_the_sublevel_interval(teacher, level):
    # n = 1, x = 1: μ = σ′(K), and both ends of {ℓ ≤ level} by bisection in 50 digits.
    with mpmath.workdps(60):
        ends = []
        for side in (-1, 1):
            low, high = mpmath.mpf(0), mpmath.mpf(10) ** 20
            for _ in range(250):
                middle = (low + high) / 2
                z = mpmath.mpf(teacher)
                u = z + side * middle
                p = 1 / (1 + mpmath.exp(-z))
                loss = mpmath.log1p(mpmath.exp(-abs(u))) + max(u, 0) - mpmath.log1p(mpmath.exp(z)) - p * (u - z)
                low, high = (middle, high) if loss <= level else (low, middle)
            ends.append(abs(z + side * low))
        farthest = max(ends)
        exact = 1 / (2 + 2 * mpmath.cosh(farthest))
    ours = strong_convexity([[1.0]], [teacher], level)
    if farthest < 700:
        assert abs(ours / exact - 1) < 1e-9 * max(1, farthest)
    else:
        assert ours < 1e-300


def test_one_point_may_carry_the_whole_loss():
    # Orthonormal points with z = 0: ℓ(u) = log cosh(u/2), and ℓ(K) = n·level (eq. 45).
    for n_train, level in ((1, 0.2), (4, 0.2), (10, 1.0)):
        largest = 2 * np.arccosh(np.exp(n_train * level))
        expected = 1 / (2 + 2 * np.cosh(largest)) / n_train
        assert strong_convexity(np.eye(n_train), np.zeros(n_train), level) == pytest.approx(expected, rel=1e-10)


def test_strong_convexity_decreases_with_the_level_and_underflows_to_zero():
    inputs, logits = np.eye(3), np.array([0.5, -1.0, 2.0])
    values = [strong_convexity(inputs, logits, level) for level in (0.0, 1e-6, 0.1, 1.0, 5.0)]
    assert np.all(np.diff(values) < 0)
    assert values[0] == pytest.approx(np.exp(-2) / (1 + np.exp(-2)) ** 2 / 3, rel=1e-12)
    assert strong_convexity(inputs, 900 * logits, 1.0) == 0


def test_gradient_flow_decays_at_least_at_twice_the_strong_convexity():
    rng = np.random.default_rng(5)
    inputs = rng.standard_normal((4, 6))
    logits = inputs @ rng.standard_normal(6)
    level = soft_loss(np.zeros(4), logits)
    rate = 2 * strong_convexity(inputs, logits, level)
    times = np.linspace(0, 60, 61)
    path = solve_ivp(
        lambda _, w: -soft_loss_gradient(inputs, inputs @ w, logits),
        (0, 60),
        np.zeros(6),
        t_eval=times,
        rtol=1e-9,
        atol=1e-12,
    ).y.T
    losses = soft_loss(path @ inputs.T, logits)
    assert np.all(losses[1:] < level * np.exp(-rate * times[1:]))


def test_twice_the_strong_convexity_is_the_rate_near_the_optimum():
    inputs, logits, start, time = [[2.0]], [0.6], 0.3 - 1e-3, 5.0
    level = soft_loss([2 * start], logits)
    rate = 2 * strong_convexity(inputs, logits, level)
    flow = solve_ivp(
        lambda _, w: -soft_loss_gradient(inputs, 2 * w, logits),
        (0, time),
        [start],
        method="LSODA",
        rtol=1e-10,
        atol=1e-14,
    )
    decayed = soft_loss(2 * flow.y[:, -1], logits) / level
    assert np.exp(-rate * time) * 0.98 < decayed < np.exp(-rate * time)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: soft_loss([np.nan], [0.0]), "student_logits"),
        (lambda: soft_loss_gradient([[1.0]], [0.0], [np.inf]), "teacher_logits"),
        (lambda: strong_convexity(np.eye(2), [0.0, 0.0], -1.0), "level"),
        (lambda: strong_convexity(np.zeros((2, 2)), [0.0, 0.0], 1.0), "inputs"),
        (lambda: strong_convexity(np.eye(2), [0.0, np.nan], 1.0), "logits"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()
