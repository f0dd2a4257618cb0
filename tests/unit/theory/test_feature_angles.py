import numpy as np
import pytest

from kdtheory.theory.angles import acute_angle, signed_angle
from kdtheory.theory.feature_angles import (
    angle_survival,
    cosine_to_features,
    error_region,
    printed_risk_bound,
    risk_bound,
)


def _projection(features, weights):
    """P_Φ w, features (n, p)."""
    return np.linalg.lstsq(features, features @ weights, rcond=None)[0]


def test_cosines_are_those_of_the_explicit_features():
    rng = np.random.default_rng(0)
    features, weights = rng.standard_normal((30, 8)), rng.standard_normal(8)
    cosines = cosine_to_features(features @ weights, np.linalg.norm(weights), np.sum(features**2, axis=1))
    assert np.allclose(cosines, np.cos([signed_angle(weights, point) for point in features]))


def test_survival_counts_the_acute_angles_above_beta():
    rng = np.random.default_rng(1)
    features, weights = rng.standard_normal((500, 4)), rng.standard_normal(4)
    cosines = cosine_to_features(features @ weights, np.linalg.norm(weights), np.sum(features**2, axis=1))
    angles = acute_angle(features, weights)
    beta = np.linspace(0, np.pi / 2, 11).reshape(1, 11)
    survival = angle_survival(cosines, beta)
    assert survival.shape == (1, 11)
    assert np.allclose(survival, [[np.mean(angles > b) for b in beta[0]]])
    assert survival[0, 0] == 1
    assert survival[0, -1] == 0


def test_survival_is_strict_and_the_bound_is_not():
    cosines = np.array([np.sin(0.4), -np.sin(0.4), 0.9, 0.1])
    assert risk_bound(cosines, 0.4) == 0.75
    assert angle_survival([1.0, 0.5], 0.0) == 0.5


@pytest.mark.parametrize("seed", range(20))
def test_every_misclassified_point_is_in_the_error_region(seed):
    rng = np.random.default_rng(seed)
    width = 6
    test, oracle, zero = rng.standard_normal((3000, width)), rng.standard_normal(width), rng.standard_normal(width)
    train = rng.standard_normal((5, width))
    target = oracle - zero
    cosines = cosine_to_features(test @ target, np.linalg.norm(target), np.sum(test**2, axis=1))
    for n in range(1, 6):
        student = _projection(train[:n], oracle) - zero
        angle = signed_angle(student, target)
        wrong = (test @ target) * (test @ student) < 0
        region = error_region(cosines, angle)
        assert region[wrong].all()
        assert region.mean() == risk_bound(cosines, angle)
        assert wrong.mean() <= risk_bound(cosines, angle)


def test_the_error_region_is_as_small_as_the_angle_allows():
    # In the plane of two weight vectors every direction at an acute angle ≥ π/2 − α to the first, on one side,
    # changes its sign: half of the region is misclassified.
    turn = np.linspace(0, 2 * np.pi, 200_001)[:-1]
    features = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    target, alpha = np.array([1.0, 0.0]), 0.3
    student = np.array([np.cos(alpha), np.sin(alpha)])
    wrong = (features @ target) * (features @ student) < 0
    assert wrong.mean() == pytest.approx(risk_bound(features @ target, alpha) / 2, abs=1e-4)


def test_the_printed_bound_fails_beyond_a_right_angle():
    """The effective logits are −0.2 z₀ and the one training point lies near a zero of z₀."""
    rng = np.random.default_rng(3)
    zero = np.zeros(400)
    zero[0] = -1.0  # z₀ = −Δw_zᵀφ
    test = rng.standard_normal((2000, 400))
    initial = -test @ zero
    oracle = 1.2 * zero  # z₀ + Δw*ᵀφ = −0.2 z₀
    assert np.allclose(initial + test @ oracle, -0.2 * initial)
    train = rng.standard_normal((1, 400))
    train[0, 0] = 1e-3
    student = _projection(train, oracle)
    risk = np.mean((test @ (oracle - zero)) * (test @ (student - zero)) < 0)
    cosines = cosine_to_features(test @ (oracle - zero), np.linalg.norm(oracle - zero), np.sum(test**2, axis=1))
    angle = signed_angle(student - zero, oracle - zero)
    assert (student - zero) @ (oracle - zero) < 0
    assert risk > 0.99
    assert printed_risk_bound(cosines, angle) < 0.01
    assert risk_bound(cosines, angle) == 1


def test_both_forms_agree_for_acute_angles():
    cosines = np.random.default_rng(4).uniform(-1, 1, 1000)
    angles = np.linspace(0.01, 1.5, 30)
    assert np.allclose(printed_risk_bound(cosines, angles), risk_bound(cosines, angles))
    assert (printed_risk_bound(cosines, np.pi - angles) == printed_risk_bound(cosines, angles)).all()
    assert (risk_bound(cosines, np.pi - angles) == 1).all()


def test_bounds_at_the_ends():
    assert np.array_equal(risk_bound([0.5, -0.2], [0.0, np.pi / 2, np.pi]), [0.0, 1.0, 1.0])
    assert np.array_equal(error_region([0.5, 0.0], np.pi / 2), [True, True])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cosine_to_features(1.0, 0.0, 1.0), "weight_norm"),
        (lambda: cosine_to_features(1.0, 1.0, [1.0, -1.0]), "kernel_diagonal"),
        (lambda: angle_survival([0.5], 2.0), "beta"),
        (lambda: angle_survival([], 1.0), "cosines"),
        (lambda: risk_bound([np.nan], 1.0), "cosines"),
        (lambda: risk_bound([0.5], -0.1), "angle"),
        (lambda: error_region([0.5], 3.2), "angle"),
        (lambda: printed_risk_bound([0.5], np.nan), "angle"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
