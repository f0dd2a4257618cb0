"""Estimates with intervals against their definitions and against simulation."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import spearmanr

from kdtheory.claims.estimates import (
    close_to,
    each_above,
    less_certain,
    log_slopes,
    poisson_slope,
    pseudo_values,
    rank_correlation,
    t_intervals,
)
from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, UNDECIDED


def test_pseudo_values_of_a_mean_are_the_samples():
    samples = np.random.default_rng(0).standard_normal((3, 7))
    np.testing.assert_allclose(pseudo_values(lambda means: means, samples), samples)


def test_pseudo_values_have_the_jackknife_error_of_a_ratio():
    samples = np.random.default_rng(1).uniform(1, 2, (2, 9))
    found = pseudo_values(lambda means: np.log(means[1] / means[0]), samples)
    without = [np.log(np.delete(samples[1], i).mean() / np.delete(samples[0], i).mean()) for i in range(9)]
    error = np.sqrt(8 * np.var(without))
    assert found.std(ddof=1) / 3 == pytest.approx(error)


def test_the_less_certain_draws_are_chosen_row_by_row():
    teachers, runs = np.array([[1.0, 1.2], [0.0, 2.0]]), np.array([[0.0, 1.0, 2.3], [1.0, 1.1, 0.9]])
    chosen = less_certain(np.hstack([teachers, runs]), 2)
    np.testing.assert_array_equal(
        np.isnan(chosen), [[True, True, False, False, False], [False, False, True, True, True]]
    )
    np.testing.assert_array_equal(less_certain(runs, 0), runs)


def test_t_intervals_cover_at_their_rate():
    # 2000 intervals at 90 %: the share that covers is off by 0.03 with a probability of 1e-5.
    draws = np.random.default_rng(2).standard_normal((2000, 5))
    covered = np.mean([low < 0 < high for _, (low, high) in t_intervals(draws, error_rate=0.1)])
    assert covered == pytest.approx(0.9, abs=0.03)
    assert t_intervals(np.array([[1.0, np.nan]]), error_rate=0.1) == []


@pytest.mark.parametrize(
    ("intervals", "verdict"),
    [
        ([(0.45, 0.55), (0.49, 0.51)], HOLDS),
        ([(0.45, 0.65), (0.49, 0.51)], UNDECIDED),
        ([(0.65, 0.75), (0.49, 0.51)], IN_PART),
        ([(0.65, 0.75), (0.1, 0.2)], FAILS),
        ([], UNDECIDED),
    ],
)
def test_agreement_is_decided_by_intervals(intervals, verdict):
    estimates = [(np.mean(ends), ends) for ends in intervals]
    assert close_to(estimates, 0.5, 0.1, "why").verdict == verdict


@pytest.mark.parametrize(
    ("intervals", "verdict"),
    [
        ([(0.1, 0.2), (0.3, 0.4)], HOLDS),
        ([(-0.1, 0.2), (0.3, 0.4)], UNDECIDED),
        ([(-0.2, -0.1), (0.3, 0.4)], IN_PART),
        ([(-0.2, -0.1), (-0.4, -0.3)], FAILS),
        ([], UNDECIDED),
    ],
)
def test_every_cell_above_a_threshold_is_decided_by_intervals(intervals, verdict):
    estimates = [(np.mean(ends), ends) for ends in intervals]
    assert each_above(estimates, 0.0, "why").verdict == verdict


def test_poisson_slopes_maximise_the_likelihood_and_zeros_are_data():
    x = np.log([4, 8, 16, 32, 64])
    counts = np.array([[50, 20, 12, 3, 0], [9, 9, 8, 9, 10], [400, 90, 30, 4, 1]]).T

    def slope(values):
        def loss(parameters):
            return np.sum(np.exp(parameters[0] + parameters[1] * x) - values * (parameters[0] + parameters[1] * x))

        return minimize(loss, [np.log(values.mean()), 0.0], tol=1e-10).x[1]

    np.testing.assert_allclose(poisson_slope(x, counts), [slope(values) for values in counts.T], atol=1e-5)
    assert np.isnan(poisson_slope(x, np.array([3, 0, 0, 0, 0])))


def test_rank_correlations_agree_with_scipy_with_and_without_ties():
    one, other = np.random.default_rng(3).integers(0, 5, (2, 12, 4))
    expected = [spearmanr(a, b).statistic for a, b in zip(one.T, other.T, strict=True)]
    np.testing.assert_allclose(rank_correlation(one, other), expected)


def test_log_slopes_are_those_of_each_draw_over_its_own_places():
    x = np.array([64.0, 128.0, 256.0, 512.0])
    values = np.exp(np.random.default_rng(0).standard_normal((2, 4, 3)))
    values[0, 3, 1] = values[1, :3, 2] = np.nan
    found = log_slopes(x, values)
    for cell in range(2):
        for draw in range(3):
            kept = np.isfinite(values[cell, :, draw])
            if kept.sum() < 2:
                assert np.isnan(found[cell, draw])
            else:
                slope = np.polyfit(np.log(x[kept]), np.log(values[cell, kept, draw]), 1)[0]
                assert found[cell, draw] == pytest.approx(slope)
