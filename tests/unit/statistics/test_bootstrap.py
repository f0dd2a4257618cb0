import numpy as np
import pytest
from scipy import stats
from unit.statistics.simulated import WORLDS, log_normal

from kdtheory.statistics.bootstrap import bootstrap_interval


def log_ratio(means):
    return np.log(means[:, 0] / means[:, 1])


def test_intervals_are_percentiles_of_resampled_worlds():
    samples = log_normal(np.random.default_rng(0), 0.5, (WORLDS, 2))
    tail = stats.norm.cdf(np.sqrt(20 / 19) * stats.t.ppf(0.025, 19))
    twin = stats.bootstrap(
        (samples[:, 0], samples[:, 1]),
        lambda one, other, axis: np.log(one.mean(axis=axis) / other.mean(axis=axis)),
        paired=True,
        vectorized=True,
        confidence_level=1 - 2 * tail,
        n_resamples=50_000,
        method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval
    # Standard error of a percentile of 20,000 resamples at this tail: 0.02 of the spread.
    np.testing.assert_allclose(bootstrap_interval(log_ratio, samples), twin, atol=0.02)


def test_too_few_resamples_in_a_tail_are_refused():
    samples = log_normal(np.random.default_rng(2), 0.5, (WORLDS, 2))
    bootstrap_interval(log_ratio, samples, resamples=8000)
    with pytest.raises(ValueError, match="resamples would lie in each tail"):
        bootstrap_interval(log_ratio, samples, resamples=8000, comparisons=8)
    with pytest.raises(ValueError, match="resamples would lie in each tail"):
        bootstrap_interval(log_ratio, samples, resamples=2000)


@pytest.mark.parametrize("samples", [[[1.0, 2.0]], [[1.0, np.nan], [1.0, 2.0]], 1.0])
def test_one_world_or_a_missing_one_is_refused(samples):
    with pytest.raises(ValueError, match="2 and 0 are needed"):
        bootstrap_interval(log_ratio, samples)


def test_intervals_of_the_bootstrap_cover():
    # 2000 simulations, resampled alike: standard error 0.5 points.
    samples = log_normal(np.random.default_rng(3), 0.3, (WORLDS, 2, 2000))
    low, high = bootstrap_interval(log_ratio, samples, resamples=7000)
    assert 0.93 <= np.mean((low <= 0) & (high >= 0)) <= 0.97
