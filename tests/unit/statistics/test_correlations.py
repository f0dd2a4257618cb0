import numpy as np
import pytest
from scipy import stats
from unit.statistics.simulated import SIMULATIONS, WORLDS, assert_covers

from kdtheory.statistics.correlations import (
    correlations_of_means_by_world,
    rank_correlations_by_world,
    with_spread_over_items,
)
from kdtheory.statistics.estimate import Estimate
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.means import mean


def test_rank_correlations_are_those_of_spearman_with_ties():
    first, second = np.random.default_rng(0).integers(0, 5, size=(2, 8, 7))
    expected = [stats.spearmanr(one, other).statistic for one, other in zip(first, second, strict=True)]
    np.testing.assert_allclose(rank_correlations_by_world(first, second), expected)


def test_the_correlation_of_means_is_that_of_pearson():
    first, second = np.random.default_rng(1).standard_normal((2, 8, 7))
    draws = correlations_of_means_by_world(first, second)
    assert draws.mean() == pytest.approx(stats.pearsonr(first.mean(axis=0), second.mean(axis=0)).statistic)


def test_worlds_with_a_missing_item_take_no_part_and_constants_have_no_correlation():
    first, second = np.random.default_rng(2).standard_normal((2, 6, 5, 2))
    first[0, 3, 0] = np.nan
    second[1, :, 1] = 4.0
    ranks = rank_correlations_by_world(first, second)
    np.testing.assert_array_equal(np.argwhere(np.isnan(ranks)), [[0, 0], [1, 1]])
    draws = correlations_of_means_by_world(first, second)
    np.testing.assert_array_equal(np.argwhere(np.isnan(draws)), [[0, 0]])
    np.testing.assert_allclose(draws[1:, 0], correlations_of_means_by_world(first[1:, :, 0], second[1:, :, 0]))


def test_intervals_of_the_mean_rank_correlation_cover():
    rng = np.random.default_rng(3)
    levels = np.broadcast_to(np.arange(6)[:, None], (WORLDS, 6, SIMULATIONS))
    noisy = levels + 3 * rng.standard_normal(levels.shape)
    many = np.broadcast_to(np.arange(6), (200_000, 6))
    truth = rank_correlations_by_world(many, many + 3 * rng.standard_normal(many.shape)).mean()
    assert_covers(mean(rank_correlations_by_world(levels, noisy)), truth)


def test_intervals_of_correlations_of_means_cover_where_the_means_are_well_known():
    rng = np.random.default_rng(4)
    first = np.linspace(0, 1, 7)[:, None]
    second = -first + 0.5 * np.sin(7 * first)
    truth = np.corrcoef(first[:, 0], second[:, 0])[0, 1]
    samples = [items + 0.5 * rng.standard_normal((WORLDS, 7, SIMULATIONS)) for items in (first, second)]
    assert_covers(pooled(correlations_of_means_by_world(*samples)), truth)


@pytest.mark.parametrize("estimator", [rank_correlations_by_world, correlations_of_means_by_world])
@pytest.mark.parametrize("shapes", [((4, 3), (4, 4)), ((4, 2), (4, 2)), ((4,), (4,))])
def test_items_that_do_not_fit_are_refused(estimator, shapes):
    with pytest.raises(ValueError, match="must be the same"):
        estimator(*(np.ones(shape) for shape in shapes))


@pytest.mark.parametrize("truth", [0.0, -0.6])
def test_intervals_cover_the_correlation_of_items_that_are_a_sample(truth):
    rng = np.random.default_rng(5)
    # 7 items, each known up to a world's chance: the correlation is that of the population of items.
    first, other = rng.standard_normal((2, SIMULATIONS, 7))
    second = truth * first + np.sqrt(1 - truth**2) * other
    found = [np.corrcoef(one, two)[0, 1] for one, two in zip(first, second, strict=True)]
    estimates = with_spread_over_items(Estimate(np.array(found), 0.02, 999), 7)
    assert_covers(estimates, np.arctanh(truth))


def test_the_spread_over_items_is_added_to_that_over_worlds():
    alone = with_spread_over_items(Estimate(0.6, 0.0, 30), 7)
    assert float(alone.value) == pytest.approx(np.arctanh(0.6)) and float(alone.standard_error) == pytest.approx(0.5)
    both = with_spread_over_items(Estimate(0.6, 0.32, 30), 7)
    assert float(both.standard_error) == pytest.approx(np.sqrt(0.25 + 0.25))
    assert np.isfinite(with_spread_over_items(Estimate(1.0, 0.0, 30), 4).value)
    with pytest.raises(ValueError, match="items is 3, must be 4 or more"):
        with_spread_over_items(Estimate(0.6, 0.0, 30), 3)
