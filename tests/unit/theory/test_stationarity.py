import warnings

import mpmath
import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit

from kdtheory.theory.stationarity import (
    cutoff_approximation,
    descent_logits,
    effective_logits,
    label_smoothing_logit,
    soft_ratio_from_tsquared,
    stationarity_residual,
    threshold_logit,
)

SOFT_RATIOS = np.array([1e-6, 1e-3, 0.05, 0.5, 0.9, 0.999, 1 - 1e-9])
TEMPERATURES = np.array([0.2, 0.7, 1.0, 2.0, 5.0, 20.0])
LOGITS = np.array([-60.0, -37.3, -8.0, -1.0, -1e-3, 0.0, 0.3, 3.0, 12.0, 41.0, 60.0])


def _equation_3(z, teacher_logit, label, soft_ratio, temperature):
    """The printed left side, increasing in z, in 400 digits: enough for tails of e^-300 beside 1."""
    z, z_t, rho, t = (mpmath.mpf(float(v)) for v in (z, teacher_logit, soft_ratio, temperature))

    def sigma(v):
        return 1 / (1 + mpmath.exp(-v))

    return rho / t * (sigma(z / t) - sigma(z_t / t)) + (1 - rho) * (sigma(z) - int(label))


def _assert_roots(z, teacher_logits, labels, soft_ratio, temperature, tolerance):
    """The exact root lies within tolerance·max(1, |z|): the exact equation changes its sign there."""
    arguments = np.broadcast_arrays(z, teacher_logits, labels, soft_ratio, temperature)
    with mpmath.workdps(400):
        for point in zip(*(values.ravel() for values in arguments), strict=True):
            width = tolerance * max(1, abs(point[0]))
            below, above = (_equation_3(point[0] + side * width, *point[1:]) for side in (-1, 1))
            assert below < 0 < above, point


@pytest.mark.slow
def test_effective_logits_are_the_exact_roots_on_a_grid_of_extremes():
    grid = np.meshgrid(LOGITS, [0, 1], SOFT_RATIOS, TEMPERATURES, indexing="ij")
    _assert_roots(effective_logits(*grid), *grid, tolerance=1e-13)


@pytest.mark.slow
def test_effective_logits_are_the_exact_roots_at_random_points():
    rng = np.random.default_rng(1)
    size = 1000
    arguments = (
        rng.uniform(-60, 60, size),
        rng.integers(0, 2, size),
        expit(rng.uniform(-13.8, 20.7, size)),
        np.exp(rng.uniform(np.log(0.2), np.log(20), size)),
    )
    z = effective_logits(*arguments)
    _assert_roots(z, *arguments, tolerance=1e-13)


def test_the_residual_vanishes_at_the_effective_logits():
    rng = np.random.default_rng(2)
    size = 100_000
    arguments = (
        rng.uniform(-60, 60, size),
        rng.integers(0, 2, size),
        expit(rng.uniform(-13.8, 20.7, size)),
        np.exp(rng.uniform(np.log(0.2), np.log(20), size)),
    )
    assert np.abs(stationarity_residual(effective_logits(*arguments), *arguments)).max() < 1e-13


def test_effective_logits_agree_with_a_scalar_root_finder():
    rng = np.random.default_rng(3)
    for z_t, label, rho, t in zip(
        rng.normal(0, 4, 50),
        rng.integers(0, 2, 50),
        rng.uniform(0.05, 0.95, 50),
        rng.uniform(0.5, 5, 50),
        strict=True,
    ):
        root = brentq(stationarity_residual, -40, 40, args=(z_t, label, rho, t), xtol=1e-12)
        assert effective_logits(z_t, label, rho, t) == pytest.approx(root, abs=1e-8)


def test_unit_temperature_has_the_closed_form():
    z_t, rho = np.linspace(-20, 20, 41), 0.3
    assert np.allclose(expit(effective_logits(z_t, 1, rho, 1.0)), rho * expit(z_t) + 1 - rho, rtol=1e-14)
    assert np.allclose(expit(effective_logits(z_t, 0, rho, 1.0)), rho * expit(z_t), rtol=1e-14)


def test_labels_mirror_the_root():
    z_t = np.linspace(-30, 30, 61)
    assert np.array_equal(effective_logits(z_t, 1, 0.2, 5.0), -effective_logits(-z_t, 0, 0.2, 5.0))


def test_arguments_broadcast_and_chunks_do_not_show():
    rng = np.random.default_rng(4)
    z_t, labels = rng.normal(0, 5, (10_000, 1, 1)), rng.integers(0, 2, (10_000, 1, 1))
    rho, t = np.array([[0.0], [0.3], [1.0]]), np.array([0.5, 3.0])
    together = effective_logits(z_t, labels, rho, t)
    assert together.shape == (10_000, 3, 2)
    for i, j in np.ndindex(3, 2):
        alone = effective_logits(z_t[:, 0, 0], labels[:, 0, 0], rho[i, 0], t[j])
        assert np.allclose(together[:, i, j], alone, rtol=1e-14)
    assert effective_logits(np.empty((0, 2)), 1, 0.5, 2.0).shape == (0, 2)
    assert np.ndim(effective_logits(1.0, True, 0.5, 2.0)) == 0


def test_the_ends_of_the_soft_ratio_are_exact():
    z_t = np.array([-60.0, -0.1, 0.0, 7.3])
    assert np.array_equal(effective_logits(z_t, [0, 1, 0, 1], 1.0, 5.0), z_t)
    assert np.array_equal(effective_logits(z_t, [0, 1, 0, 1], 0.0, 5.0), np.array([-1, 1, -1, 1]) * np.inf)


@pytest.mark.parametrize("size", [1e3, 1e6, 1e12])
def test_enormous_logits_have_roots_without_a_warning(size):
    rng = np.random.default_rng(5)
    z_t, t = size * rng.uniform(-1, 1, 2000), 10 ** rng.uniform(-3, 3, 2000)
    rho = expit(rng.uniform(-40, 36, 2000))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        z = effective_logits(z_t, 1, rho, t)
    assert np.isfinite(z).all()
    assert (z >= z_t).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.0, 2, 0.5, 1.0), "labels"),
        ((1.0, 0.5, 0.5, 1.0), "labels"),
        ((1.0, -1, 0.5, 1.0), "labels"),
        ((1.0, 1, 1.1, 1.0), "soft_ratio is 1.1"),
        ((1.0, 1, [0.5, -0.1], 1.0), "soft_ratio is -0.1"),
        ((1.0, 1, np.nan, 1.0), "soft_ratio is nan"),
        ((1.0, 1, 0.5, 0.0), "temperature is 0.0"),
        ((1.0, 1, 0.5, np.inf), "temperature is inf"),
        ((np.nan, 1, 0.5, 1.0), "teacher_logits"),
        (([0.0, np.inf], 1, 0.5, 1.0), "teacher_logits"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    for call in (effective_logits, lambda *a: descent_logits(*a, steps=1, rate=0.1)):
        with pytest.raises(ValueError, match=message):
            call(*arguments)
    with pytest.raises(ValueError, match=message):
        stationarity_residual(0.0, *arguments)


def test_the_residual_is_the_slope_of_the_loss():
    def loss(z, z_t, y, rho, t):  # JZ20 eq. 2
        def entropy(p, q):
            return -(p * np.log(q) + (1 - p) * np.log1p(-q))

        return rho * entropy(expit(z_t / t), expit(z / t)) + (1 - rho) * entropy(y, expit(z))

    for z, *arguments in ((0.7, -1.2, 1, 0.3, 2.0), (-1.5, 2.0, 0, 0.8, 0.5)):
        slope = (loss(z + 1e-5, *arguments) - loss(z - 1e-5, *arguments)) / 2e-5
        assert stationarity_residual(z, *arguments) == pytest.approx(slope, rel=1e-8)


def test_long_descent_reaches_the_root_and_short_descent_does_not():
    z_t, labels = np.linspace(-6, 6, 13), np.tile([0, 1], 7)[:13]
    root = effective_logits(z_t, labels, 0.3, 2.0)
    assert np.allclose(descent_logits(z_t, labels, 0.3, 2.0, steps=20_000, rate=3.0), root, atol=1e-9)
    assert np.abs(descent_logits(z_t, labels, 0.3, 2.0, steps=10, rate=3.0) - root).max() > 0.1


def test_descent_takes_the_plain_gradient_steps():
    z = 0.0
    for _ in range(7):
        z -= 0.5 * stationarity_residual(z, -3.0, 1, 0.4, 2.0)
    assert descent_logits(-3.0, 1, 0.4, 2.0, steps=7, rate=0.5) == pytest.approx(z, rel=1e-14)
    assert np.array_equal(descent_logits(np.ones((3, 1)), [0, 1], 0.4, 2.0, steps=0, rate=1.0), np.zeros((3, 2)))


def test_below_unit_temperature_only_stopped_descent_has_a_plateau():
    z_t = np.array([20.0, 40.0])
    roots = effective_logits(z_t, 1, 0.05, 0.5)
    stopped = descent_logits(z_t, 1, 0.05, 0.5, steps=1000, rate=1.0)
    assert np.diff(roots) == pytest.approx(np.diff(z_t) / 0.5, rel=0.05)
    assert np.diff(stopped) < 1e-3


@pytest.mark.parametrize(
    ("steps", "rate", "message"),
    [(-1, 1.0, "steps"), (1.5, 1.0, "steps"), (1, 0.0, "rate"), (1, np.nan, "rate"), (1, 15.3, "rate")],
)
def test_descent_refuses_bad_settings(steps, rate, message):
    with pytest.raises(ValueError, match=message):  # the limit is 8/(0.5/25 + 0.5) = 15.38
        descent_logits(1.0, 1, [0.5, 0.4], 5.0, steps=steps, rate=rate)


def test_the_other_convention_has_the_same_root():
    alpha, t = np.array([0.1, 0.5, 0.9]), 5.0
    z = effective_logits(2.0, 0, soft_ratio_from_tsquared(alpha, t), t)
    slope = alpha * t**2 / t * (expit(z / t) - expit(2.0 / t)) + (1 - alpha) * expit(z)
    assert np.abs(slope).max() < 1e-13
    assert soft_ratio_from_tsquared(0.5, 5.0) == pytest.approx(25 / 26)
    assert np.array_equal(soft_ratio_from_tsquared([0.0, 1.0], 3.0), [0.0, 1.0])
    with pytest.raises(ValueError, match="alpha"):
        soft_ratio_from_tsquared(1.5, 2.0)


def test_label_smoothing_logit_is_the_threshold_at_unit_temperature():
    epsilon = np.array([1e-4, 0.1, 0.5, 1.0])
    assert np.allclose(expit(label_smoothing_logit(epsilon)), 1 - epsilon / 2)
    assert np.allclose(threshold_logit(epsilon, 1.0), label_smoothing_logit(epsilon), rtol=1e-13)
    with pytest.raises(ValueError, match="epsilon"):
        label_smoothing_logit(0.0)


def test_threshold_ends_and_cutoff():
    assert np.array_equal(threshold_logit([0.0, 1.0], 5.0), [np.inf, 0.0])
    t = threshold_logit(0.3, 5.0)
    z_t = np.array([-100.0, -t / 2, 0.0, t / 2, 100.0])
    assert np.array_equal(cutoff_approximation(z_t, 0.3, 5.0), [-100.0, -t, 0.0, t, 100.0])
    with pytest.raises(ValueError, match="teacher_logits"):
        cutoff_approximation(np.nan, 0.3, 5.0)


def test_the_cutoff_is_below_the_root_and_worst_near_the_threshold():
    t = threshold_logit(0.3, 5.0)
    z_t = np.linspace(1e-6, 5 * t, 2001)
    error = effective_logits(z_t, 1, 0.3, 5.0) - cutoff_approximation(z_t, 0.3, 5.0)
    assert (error > 0).all()
    assert z_t[error.argmax()] == pytest.approx(t, rel=0.01)
