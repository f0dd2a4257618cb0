from math import comb, log2

import numpy as np
import pytest
from scipy.integrate import quad

from kdtheory.students.linear.max_margin import max_margin_weights
from kdtheory.theory.hard_label_bounds import log2_dichotomies, margin_risk_bound, vc_risk_bound, vc_useful_from


@pytest.mark.parametrize(("points", "dim"), [(1, 2), (5, 5), (6, 5), (30, 4), (400, 50)])
def test_dichotomies_are_counted_as_cover_does(points, dim):
    assert log2_dichotomies(points, dim) == pytest.approx(log2(2 * sum(comb(points - 1, k) for k in range(dim))))


def test_dichotomies_in_the_plane_are_those_of_a_turning_line():
    rng, points = np.random.default_rng(0), 9
    inputs, angles = rng.standard_normal((points, 2)), np.linspace(0, 2 * np.pi, 100_001)
    splits = np.column_stack([np.cos(angles), np.sin(angles)]) @ inputs.T > 0
    assert len(np.unique(splits, axis=0)) == pytest.approx(2 ** log2_dichotomies(points, 2))


@pytest.mark.parametrize(("n_train", "dim"), [(1, 3), (10, 3), (2000, 5)])
def test_the_vc_bound_is_the_integral_of_its_tail(n_train, dim):
    # P[R > ε] ≤ min(1, 2Π·2^(−εn/2)) over all ε > 0, in natural logarithms.
    logarithm = np.log(2) * (1 + log2_dichotomies(2 * n_train, dim))
    corner = logarithm / (np.log(2) * n_train / 2)
    tail, _ = quad(lambda e: np.exp(min(0.0, logarithm - np.log(2) * e * n_train / 2)), corner, corner + 100 / n_train)
    assert vc_risk_bound(n_train, dim) == pytest.approx(corner + tail, rel=1e-6)


def test_the_vc_bound_says_nothing_below_the_dimension_and_falls():
    bounds = vc_risk_bound(np.arange(1, 400), 20)
    assert (bounds[:10] > 4).all() and (bounds[:20] > 2).all()
    assert (np.diff(bounds) < 0).all()


@pytest.mark.parametrize("level", [0.5, 0.1])
def test_the_first_useful_size_is_the_first(level):
    size = vc_useful_from(15, level)
    assert vc_risk_bound(size, 15) < level <= vc_risk_bound(size - 1, 15)


def test_the_margin_bound_counts_support_vectors_and_bounds_left_out_errors():
    rng = np.random.default_rng(1)
    for _ in range(20):
        inputs = rng.standard_normal((8, 4))
        labels = (inputs[:, 0] > 0).astype(float)
        signed = np.where(labels == 1, 1.0, -1.0)[:, None] * inputs
        wrong = 0
        for out in range(8):
            kept = np.arange(8) != out
            wrong += signed[out] @ max_margin_weights(inputs[kept], labels[kept]) < 0
        bound = margin_risk_bound(signed, max_margin_weights(inputs, labels))
        assert wrong / 8 <= bound <= 4 / 8  # at most d support vectors


def test_the_margin_bound_of_far_points_is_that_of_the_margin():
    signed = np.array([[10.0, 1.0], [10.0, -1.0], [10.0, 0.5]])
    weights = max_margin_weights(signed, np.ones(3))
    assert margin_risk_bound(signed, weights) == pytest.approx(101 * np.sum(weights**2) / 3)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: log2_dichotomies(0, 3), "n_points"),
        (lambda: vc_risk_bound(0, 3), "n_points"),
        (lambda: vc_useful_from(3, 5.0), "level"),
        (lambda: margin_risk_bound(np.ones((2, 3)), np.ones(2)), "signed"),
        (lambda: margin_risk_bound(np.ones((2, 3)), np.ones(3) / 6), "weights"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()
