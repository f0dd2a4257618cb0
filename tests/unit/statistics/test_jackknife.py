import numpy as np
import pytest
from scipy import stats

from kdtheory.statistics.jackknife import jackknife, pooled


def ratio(samples):
    return np.nanmean(samples[:, 0], axis=0) / np.nanmean(samples[:, 1], axis=0)


def test_the_draws_of_a_mean_are_the_samples_themselves():
    samples = np.random.default_rng(0).standard_normal((7, 2))
    np.testing.assert_allclose(jackknife(lambda worlds: worlds.mean(axis=0), samples), samples)


def test_value_and_error_are_those_of_the_textbook_formula():
    samples = np.random.default_rng(1).gamma(4.0, size=(9, 2))
    without = np.array([ratio(samples[np.arange(9) != world]) for world in range(9)])
    estimate = pooled(jackknife(ratio, samples))
    assert estimate.value == pytest.approx(ratio(samples))
    assert estimate.standard_error == pytest.approx(np.sqrt(8 / 9 * np.sum((without - without.mean()) ** 2)))


def test_differences_of_draws_are_draws_of_the_difference():
    samples = np.random.default_rng(2).gamma(4.0, size=(9, 2))
    inverse = jackknife(lambda worlds: 1 / ratio(worlds), samples)
    both = jackknife(lambda worlds: ratio(worlds) - 1 / ratio(worlds), samples)
    np.testing.assert_allclose(jackknife(ratio, samples) - inverse, both)


def test_the_error_of_a_variance_agrees_with_its_sampling_distribution():
    samples = np.random.default_rng(3).standard_normal((400, 500))
    estimate = pooled(jackknife(lambda worlds: worlds.var(axis=0, ddof=1), samples))
    # Relative error of the mean of 500 standard errors: below 1 %.
    assert estimate.standard_error.mean() == pytest.approx(np.sqrt(2 / 399), rel=0.03)
    assert stats.kstest(stats.norm.cdf((estimate.value - 1) / np.sqrt(2 / 399)), "uniform").pvalue > 1e-3


def test_worlds_that_were_not_measured_take_no_part():
    samples = np.random.default_rng(4).gamma(4.0, size=(6, 2, 3))
    samples[[0, 3], :, 1] = np.nan
    measured = ~np.isnan(samples).any(axis=1)
    draws = jackknife(ratio, samples, measured=measured)
    np.testing.assert_array_equal(np.isfinite(draws), measured)
    np.testing.assert_allclose(draws[measured[:, 1], 1], jackknife(ratio, samples[measured[:, 1]][..., 1]))


def test_a_statistic_that_one_world_alone_defines_is_not_measured():
    samples = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 5.0]])
    with np.errstate(divide="ignore"):
        assert np.isnan(jackknife(ratio, samples)).all()


@pytest.mark.parametrize("samples", [1.0, [[1.0, 2.0]]])
def test_one_world_is_refused(samples):
    with pytest.raises(ValueError, match="at least 2"):
        jackknife(ratio, samples)
