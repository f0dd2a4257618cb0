from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from unit.statistics.simulated import SIMULATIONS, WORLDS, assert_covers, log_normal

from kdtheory.statistics.estimate import Estimate
from kdtheory.statistics.means import independent_difference, mean, paired_difference, trend_by_world


def plain(estimate):
    """The same without the removal of skewness, which SciPy's tests lack."""
    return replace(estimate, skewness=0.0)


def test_the_mean_and_its_interval_are_those_of_a_t_test():
    samples = np.random.default_rng(0).standard_normal((8, 3))
    twin = stats.ttest_1samp(samples, 0.0)
    estimate = plain(mean(samples))
    np.testing.assert_allclose(estimate.value, samples.mean(axis=0))
    np.testing.assert_allclose(estimate.interval(0.9), twin.confidence_interval(0.9))
    np.testing.assert_allclose(2 * np.minimum(estimate.p_above(), estimate.p_below()), twin.pvalue)


def test_the_skewness_of_a_mean_is_that_of_the_worlds_over_the_root_of_their_number():
    samples = np.random.default_rng(9).gamma(2.0, size=(12, 3))
    np.testing.assert_allclose(mean(samples).skewness, stats.skew(samples, bias=False) / np.sqrt(12))
    with_a_gap = np.concatenate([samples, np.full((2, 3), np.nan)])
    np.testing.assert_allclose(mean(with_a_gap).skewness, mean(samples).skewness)
    assert mean([1.0, 5.0]).skewness == 0 and mean([2.0, 2.0, 2.0]).skewness == 0


def test_the_skewness_of_a_difference_is_that_of_the_sum_of_third_moments():
    rng = np.random.default_rng(10)
    first, second = rng.gamma(1.0, size=(400_000, 6)).mean(axis=1), 2 * rng.gamma(2.0, size=(400_000, 9)).mean(axis=1)
    sizes = (Estimate(one.mean(), one.std(), 5, stats.skew(one)) for one in (first, second))
    assert independent_difference(*sizes).skewness == pytest.approx(stats.skew(first - second), abs=0.02)


def test_a_paired_difference_is_that_of_the_paired_t_test():
    first, second = np.random.default_rng(1).standard_normal((2, 12)).cumsum(axis=0)
    twin = stats.ttest_rel(first, second)
    estimate = plain(paired_difference(first, second))
    np.testing.assert_allclose(estimate.interval(0.95), twin.confidence_interval(0.95))
    assert estimate.p_above() == pytest.approx(stats.ttest_rel(first, second, alternative="greater").pvalue)


def test_the_difference_of_different_worlds_is_that_of_welch():
    rng = np.random.default_rng(2)
    first, second = rng.standard_normal(9), 3 * rng.standard_normal(14) + 1
    twin = stats.ttest_ind(first, second, equal_var=False)
    estimate = plain(independent_difference(mean(first), mean(second)))
    assert estimate.freedom == pytest.approx(twin.df)
    np.testing.assert_allclose(estimate.interval(0.95), twin.confidence_interval(0.95))


def test_the_difference_of_different_worlds_without_spread_is_certain():
    estimate = independent_difference(mean([1.0, 1.0, 1.0]), mean([2.0, 2.0]))
    assert (estimate.value, estimate.standard_error, estimate.freedom) == (-1.0, 0.0, 1.0)


def test_a_trend_is_the_regression_of_each_world():
    values, scores = np.random.default_rng(3).standard_normal((10, 4)), [0.0, 1.0, 3.0, 7.0]
    slopes = [stats.linregress(scores, row).slope for row in values]
    np.testing.assert_allclose(trend_by_world(values, scores), slopes)


def test_the_levels_of_a_trend_are_equally_spaced_by_default():
    values = np.random.default_rng(4).standard_normal((10, 4, 2))
    np.testing.assert_allclose(trend_by_world(values), trend_by_world(values, [0, 1, 2, 3]))


def test_worlds_that_were_not_measured_are_left_out_of_their_cell():
    samples = np.array([[1.0, 2.0, np.nan], [3.0, np.nan, np.nan], [8.0, 4.0, 5.0]])
    estimate = mean(samples)
    np.testing.assert_allclose(estimate.value, [4.0, 3.0, 5.0])
    np.testing.assert_allclose(estimate.freedom, [2, 1, 0])
    np.testing.assert_array_equal(estimate.measured, [True, True, False])
    np.testing.assert_allclose(trend_by_world([[1.0, 2.0], [np.nan, 3.0], [1.0, 4.0]]), [1.0, np.nan, 3.0])


@pytest.mark.parametrize(
    "call",
    [
        lambda: mean(1.0),
        lambda: mean([1.0, np.inf]),
        lambda: paired_difference([1.0, 2.0], [1.0, 2.0, 3.0]),
        lambda: trend_by_world([[1.0], [2.0]]),
        lambda: trend_by_world([[1.0, 2.0], [2.0, 3.0]], [1.0, 1.0]),
        lambda: trend_by_world([[1.0, 2.0], [2.0, 3.0]], [1.0, 2.0, 3.0]),
    ],
)
def test_samples_without_worlds_or_levels_are_refused(call):
    with pytest.raises(ValueError):
        call()


def test_intervals_of_means_cover_on_skewed_risks_of_eight_and_of_twenty_worlds():
    rng = np.random.default_rng(5)
    assert_covers(mean(log_normal(rng, 0.2, (8, SIMULATIONS))), 1.0)
    assert_covers(mean(log_normal(rng, 0.3, (WORLDS, SIMULATIONS))), 1.0)


def test_one_sided_limits_of_skewed_risks_and_counts_miss_as_often_as_stated_and_those_of_plain_t_do_not():
    rng = np.random.default_rng(11)
    counts = rng.poisson(5 * rng.gamma(4.0, 0.25, size=(WORLDS, 20_000)))
    # 20,000 simulations: standard error 0.16 points.
    for samples, truth in ((log_normal(rng, 0.3, (WORLDS, 20_000)), 1.0), (counts, 5.0)):
        estimate = mean(samples)
        assert 0.04 <= np.mean(estimate.upper(0.95) < truth) <= 0.065
        assert 0.04 <= np.mean(estimate.lower(0.95) > truth) <= 0.065
        assert np.mean(plain(estimate).upper(0.95) < truth) > 0.07


def test_intervals_of_paired_differences_cover_though_worlds_differ_much_more():
    rng = np.random.default_rng(6)
    world = 5 * rng.standard_normal((WORLDS, SIMULATIONS))
    first, second = world + log_normal(rng, 0.3, world.shape), world + log_normal(rng, 0.1, world.shape)
    assert_covers(paired_difference(first, second), 0.0)


def test_intervals_of_differences_of_different_worlds_cover():
    rng = np.random.default_rng(7)
    first, second = log_normal(rng, 0.1, (2 * WORLDS, SIMULATIONS)), log_normal(rng, 0.3, (WORLDS, SIMULATIONS))
    assert_covers(independent_difference(mean(first), mean(second)), 0.0)


def test_intervals_of_trends_cover_where_worlds_have_their_own_levels_and_slopes():
    rng = np.random.default_rng(8)
    levels = np.arange(5)[None, :, None]
    slopes = 0.1 + 0.05 * rng.standard_normal((WORLDS, 1, SIMULATIONS))
    values = rng.standard_normal(slopes.shape) + slopes * levels + 0.2 * rng.standard_normal((WORLDS, 5, SIMULATIONS))
    assert_covers(mean(trend_by_world(values)), 0.1)
