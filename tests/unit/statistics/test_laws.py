import numpy as np
import pytest
from scipy.optimize import minimize
from unit.statistics.simulated import SIMULATIONS, WORLDS, assert_covers, error_counts, log_normal

from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import (
    count_changes_by_world,
    count_slopes_by_world,
    mean_changes_by_world,
    mean_slopes_by_world,
)

SIZES = 2 ** np.arange(4, 12)
LOGARITHMS = np.log(SIZES)
WIDTHS = np.array([256, 512, 1024, 2048])


def most_likely(x, total, degree, exposure=1.0):
    """Coefficients of 1, x, x² … by a general minimiser."""
    powers = np.vander(x - x.mean(), degree + 1, increasing=True)

    def deviance(coefficients):
        logarithm = powers @ coefficients + np.log(exposure)
        return np.sum(np.exp(logarithm) - total * logarithm)

    start = np.zeros(degree + 1)
    start[0] = np.log(total.mean() / np.mean(exposure))
    return minimize(deviance, start, method="BFGS", options={"gtol": 1e-9}).x


def test_slopes_of_counts_are_the_most_likely_ones_with_and_without_each_world():
    counts = error_counts(np.random.default_rng(0), SIZES, 20.0, 1.0, worlds=6)[..., 0]
    draws = count_slopes_by_world(LOGARITHMS, counts)
    assert draws.mean() == pytest.approx(most_likely(LOGARITHMS, counts.sum(axis=0), 1)[1], abs=1e-5)
    without = np.array([most_likely(LOGARITHMS, np.delete(counts, w, axis=0).sum(axis=0), 1)[1] for w in range(6)])
    assert pooled(draws).standard_error == pytest.approx(np.sqrt(5 / 6 * np.sum((without - without.mean()) ** 2)), 1e-3)


def test_changes_of_the_exponent_of_counts_are_those_of_the_most_likely_parabola():
    counts = error_counts(np.random.default_rng(1), SIZES, 200.0, 0.7, curvature=-0.1, worlds=6)[..., 0]
    total = counts.sum(axis=0)
    change = 2 * most_likely(LOGARITHMS, total, 2)[2] * np.ptp(LOGARITHMS)
    slope = most_likely(LOGARITHMS, total, 1)[1]
    assert count_changes_by_world(LOGARITHMS, counts).mean() == pytest.approx(change / abs(slope), abs=1e-4)


def test_more_trials_at_some_sizes_are_an_exposure():
    exposure = np.where(SIZES > 100, 10.0, 1.0)
    rates = error_counts(np.random.default_rng(2), SIZES, 30.0, 1.0, worlds=5)[..., 0] * exposure
    expected = most_likely(LOGARITHMS, rates.sum(axis=0), 1, exposure)[1]
    assert count_slopes_by_world(LOGARITHMS, rates, exposure).mean() == pytest.approx(expected, abs=1e-4)


def test_exact_laws_are_recovered_by_all_estimators():
    law = np.exp(0.3) * SIZES**-0.7 * np.ones((3, 1))
    for slopes in (count_slopes_by_world, mean_slopes_by_world):
        np.testing.assert_allclose(slopes(LOGARITHMS, law), -0.7)
    for changes in (count_changes_by_world, mean_changes_by_world):
        np.testing.assert_allclose(changes(LOGARITHMS, law), 0.0, atol=1e-6)


def test_a_change_is_that_of_the_local_exponent_over_the_range_relative_to_the_exponent():
    bent = np.exp(-0.7 * LOGARITHMS - 0.05 * (LOGARITHMS - LOGARITHMS.mean()) ** 2) * np.ones((3, 1))
    expected = -2 * 0.05 * np.ptp(LOGARITHMS) / 0.7
    np.testing.assert_allclose(mean_changes_by_world(LOGARITHMS, bent), expected)
    np.testing.assert_allclose(mean_changes_by_world(LOGARITHMS, 1 / bent), -expected)


def test_slopes_of_means_are_least_squares_on_the_logarithm_of_the_mean_over_worlds():
    values = log_normal(np.random.default_rng(3), 0.5, (7, 4)) * WIDTHS**-0.5
    expected = np.polyfit(np.log(WIDTHS), np.log(values.mean(axis=0)), 1)[0]
    bent = np.polyfit(np.log(WIDTHS), np.log(values.mean(axis=0)), 2)[0]
    assert mean_slopes_by_world(np.log(WIDTHS), values).mean() == pytest.approx(expected)
    change = 2 * bent * np.ptp(np.log(WIDTHS)) / abs(expected)
    assert mean_changes_by_world(np.log(WIDTHS), values).mean() == pytest.approx(change)


@pytest.mark.parametrize("estimator", [count_slopes_by_world, count_changes_by_world, mean_slopes_by_world])
def test_a_world_with_a_missing_size_takes_no_part_in_its_cell(estimator):
    values = error_counts(np.random.default_rng(4), SIZES, 500.0, 0.5, worlds=6)[..., :2].astype(float)
    whole = estimator(LOGARITHMS, values)
    values[2, -1, 0] = np.nan
    draws = estimator(LOGARITHMS, values)
    np.testing.assert_allclose(draws[:, 1], whole[:, 1])
    assert np.isnan(draws[2, 0])
    rest = [0, 1, 3, 4, 5]
    np.testing.assert_allclose(draws[rest, 0], estimator(LOGARITHMS, values[rest, :, 0]), rtol=1e-6)


def test_too_few_errors_have_no_slope_and_no_curvature():
    counts = np.zeros((4, 5, 3))
    counts[:, 0] = 9
    counts[:, 1, 1] = 3
    counts[0, 1, 2] = 3
    x = np.arange(5.0)
    np.testing.assert_array_equal(np.isfinite(count_slopes_by_world(x, counts)).all(axis=0), [False, True, False])
    assert np.isnan(count_changes_by_world(x, counts)).all()


def test_means_that_are_not_positive_have_no_slope():
    values = np.ones((3, 4))
    values[:, 3] = [-5.0, 1.0, 1.0]
    assert np.isnan(mean_slopes_by_world(np.log(WIDTHS), values)).all()


@pytest.mark.slow
@pytest.mark.parametrize(("first", "exponent"), [(20.0, 1.0), (5.0, 1.0), (200.0, 0.5)])
def test_intervals_of_slopes_of_counts_cover_with_few_errors_and_worlds_of_their_own(first, exponent):
    counts = error_counts(np.random.default_rng(5), SIZES, first, exponent)
    assert_covers(pooled(count_slopes_by_world(LOGARITHMS, counts)), -exponent)


def test_intervals_of_paired_differences_of_slopes_of_counts_cover():
    rng = np.random.default_rng(6)
    tilt = 0.3 * rng.standard_normal((WORLDS, 1, SIMULATIONS)) * np.log(SIZES / SIZES[0])[:, None]
    level = rng.gamma(4.0, 0.25, size=(WORLDS, 1, SIMULATIONS)) * np.exp(0.2 * tilt)
    soft, hard = (rng.poisson(50 * level * (SIZES / 16.0)[:, None] ** -b) for b in (0.9, 0.5))
    difference = count_slopes_by_world(LOGARITHMS, hard) - count_slopes_by_world(LOGARITHMS, soft)
    assert_covers(pooled(difference), 0.4)


def test_intervals_of_changes_of_the_exponent_of_counts_cover():
    counts = error_counts(np.random.default_rng(7), SIZES, 200.0, 0.8, exponent_spread=0.05)
    assert_covers(pooled(count_changes_by_world(LOGARITHMS, counts)), 0.0)


@pytest.mark.parametrize(("within", "between"), [(0.3, 0.3), (0.1, 0.5)])
def test_intervals_of_slopes_and_changes_of_means_cover(within, between):
    rng = np.random.default_rng(8)
    runs = log_normal(rng, within, (WORLDS, 4, SIMULATIONS)) * log_normal(rng, between, (WORLDS, 1, SIMULATIONS))
    values = WIDTHS[:, None] ** -0.5 * runs
    assert_covers(pooled(mean_slopes_by_world(np.log(WIDTHS), values)), -0.5)
    assert_covers(pooled(mean_changes_by_world(np.log(WIDTHS), values)), 0.0)


@pytest.mark.parametrize(
    ("estimator", "x", "samples"),
    [
        (count_slopes_by_world, [1.0, 1.0], np.ones((3, 2))),
        (count_slopes_by_world, [1.0, 2.0, 3.0], np.ones((3, 2))),
        (count_slopes_by_world, [1.0, 2.0], -np.ones((3, 2))),
        (count_slopes_by_world, [1.0, 2.0], np.full((3, 2), np.inf)),
        (count_slopes_by_world, [1.0, 2.0], np.ones((1, 2))),
        (count_changes_by_world, [1.0, 2.0], np.ones((3, 2))),
        (mean_slopes_by_world, [1.0, 2.0], np.ones(2)),
        (mean_changes_by_world, [1.0, 2.0, 2.0], np.ones((3, 3))),
    ],
)
def test_points_or_samples_that_do_not_fit_are_refused(estimator, x, samples):
    with pytest.raises(ValueError):
        estimator(x, samples)


@pytest.mark.parametrize("exposure", [[1.0], [1.0, 0.0], [1.0, -1.0]])
def test_an_exposure_that_does_not_fit_is_refused(exposure):
    with pytest.raises(ValueError, match="exposure"):
        count_slopes_by_world([1.0, 2.0], np.ones((3, 2)), exposure)
