import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from kdtheory.statistics.cell_tests import above, below, within
from kdtheory.statistics.estimate import Estimate, joined

ESTIMATE = Estimate([1.0, -0.3], [0.5, 0.1], [4, 19])


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_intervals_are_those_of_students_t(level):
    twin = stats.t.interval(level, ESTIMATE.freedom, ESTIMATE.value, ESTIMATE.standard_error)
    np.testing.assert_allclose(ESTIMATE.interval(level), twin)


def test_a_one_sided_limit_is_an_end_of_the_two_sided_interval_with_both_tails():
    low, high = ESTIMATE.interval(0.9)
    np.testing.assert_allclose(ESTIMATE.lower(0.95), low)
    np.testing.assert_allclose(ESTIMATE.upper(0.95), high)


def test_p_values_are_those_of_the_one_sided_t_test_and_match_the_limits():
    samples = np.random.default_rng(0).standard_normal(20) + 0.4
    estimate = Estimate(samples.mean(), stats.sem(samples), 19)
    assert estimate.p_above(0.1) == pytest.approx(stats.ttest_1samp(samples, 0.1, alternative="greater").pvalue)
    assert estimate.p_below(0.1) == pytest.approx(stats.ttest_1samp(samples, 0.1, alternative="less").pvalue)
    assert estimate.p_above(estimate.lower(0.95)) == pytest.approx(0.05)
    assert estimate.p_below(estimate.upper(0.95)) == pytest.approx(0.05)


def test_skewness_is_removed_by_halls_transformation():
    skewness, freedom = 0.3, 9

    def probability(truth, value=2.0, error=0.5):
        t = (value - truth) / error
        return stats.t.cdf(t + skewness / 3 * t**2 + skewness**2 / 27 * t**3 + skewness / 6, freedom)

    estimate = Estimate(2.0, 0.5, freedom, skewness)
    for truth in (0.5, 1.9, 2.0, 2.4, 4.0):
        assert estimate.p_below(truth) == pytest.approx(probability(truth))
        assert estimate.p_above(truth) == pytest.approx(1 - probability(truth))
        assert estimate.normal_score(truth) == pytest.approx(stats.norm.ppf(probability(truth)))
    assert estimate.lower(0.95) == pytest.approx(brentq(lambda truth: probability(truth) - 0.95, 0, 2))
    assert estimate.upper(0.95) == pytest.approx(brentq(lambda truth: probability(truth) - 0.05, 2, 5))
    np.testing.assert_allclose((-estimate).interval(), [-estimate.upper(0.975), -estimate.lower(0.975)])
    np.testing.assert_allclose(estimate.minus(1.0).interval(), np.array(estimate.interval()) - 1.0)


def test_normal_scores_of_estimates_around_their_truth_are_standard_normal():
    samples = np.random.default_rng(1).standard_normal((8, 4000)) + 0.3
    scores = Estimate(samples.mean(axis=0), stats.sem(samples), 7).normal_score(0.3)
    assert stats.kstest(scores, "norm").pvalue > 1e-3
    # The t itself has a root mean square of √(7/5) with 7 degrees of freedom.
    assert np.sqrt(np.mean(scores**2)) == pytest.approx(1.0, abs=0.04)
    assert Estimate(-50.0, 1.0, 7).normal_score() < -5 and Estimate(3.0, 1.0, 7).normal_score(3.0) == 0


def test_without_any_spread_the_sign_alone_decides():
    sure = Estimate([1.0, 0.0, -1.0], 0.0, 5)
    np.testing.assert_array_equal(sure.p_above(), [0.0, 0.5, 1.0])
    np.testing.assert_array_equal(sure.p_below(), [1.0, 0.5, 0.0])


def test_what_was_measured_in_fewer_than_two_worlds_has_no_interval():
    estimate = Estimate([1.0, 2.0, np.nan], [np.nan, 0.1, np.nan], [0, 3, -1])
    np.testing.assert_array_equal(estimate.measured, [False, True, False])
    np.testing.assert_array_equal(np.isfinite(estimate.interval()[0]), [False, True, False])
    np.testing.assert_array_equal(np.isfinite(estimate.p_above()), [False, True, False])


def test_the_negative_and_a_shift_mirror_and_move_the_interval():
    low, high = ESTIMATE.interval()
    np.testing.assert_allclose((-ESTIMATE).interval(), [-high, -low])
    np.testing.assert_allclose(ESTIMATE.minus(2.0).interval(), [low - 2.0, high - 2.0])


def test_joined_estimates_are_the_cells_of_all_in_their_order():
    both = joined([ESTIMATE, Estimate([[3.0], [4.0]], 0.2, 7)])
    np.testing.assert_array_equal(both.value, [1.0, -0.3, 3.0, 4.0])
    np.testing.assert_array_equal(both.freedom, [4, 19, 7, 7])
    assert joined([Estimate(1.0, 0.1, 5, 0.3)]).skewness == 0.3
    np.testing.assert_array_equal(both[2:].standard_error, [0.2, 0.2])


def test_a_statement_and_its_contrary_are_tested_on_two_sides_of_one_border():
    tests = above(ESTIMATE, 0.2)
    np.testing.assert_allclose(tests.for_it + tests.against_it, 1.0)
    np.testing.assert_allclose(tests.score, [1.6, -5.0])
    np.testing.assert_allclose(below(ESTIMATE, 0.2).for_it, tests.against_it)


def test_equivalence_is_shown_when_the_90_percent_interval_lies_within_the_tolerance_and_refuted_when_outside():
    value = np.linspace(-1, 1, 2001)
    estimate = Estimate(value, 0.03, 19)
    low, high = estimate.interval(0.9)
    tests = within(estimate, 0.1, 0.2)
    np.testing.assert_array_equal(tests.for_it <= 0.05, (low >= -0.1) & (high <= 0.3))
    np.testing.assert_array_equal(tests.against_it <= 0.05, (low >= 0.3) | (high <= -0.1))
    np.testing.assert_array_equal(tests.score > 0, np.abs(value - 0.1) < 0.2)
