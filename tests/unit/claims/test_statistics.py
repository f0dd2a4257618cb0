import numpy as np
import pytest

from kdtheory.claims import statistics
from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, UNDECIDED


def test_mean_and_error_ignore_what_was_not_measured():
    samples = np.array([[1.0, 2.0, np.nan, 6.0], [5.0, np.nan, np.nan, np.nan]])
    mean, error = statistics.mean_and_error(samples)
    np.testing.assert_allclose(mean, [3.0, 5.0])
    np.testing.assert_allclose(error[0], np.std([1.0, 2.0, 6.0], ddof=1) / np.sqrt(3))
    assert np.isnan(error[1])


def test_changes_skip_over_sizes_that_were_not_measured():
    values = np.array([[1.0, np.nan, 4.0, 2.0], [np.nan, 3.0, np.nan, np.nan]])
    np.testing.assert_array_equal(statistics.changes(values)[0], [np.nan, 3.0, -2.0])
    assert np.isnan(statistics.changes(values)[1]).all()


@pytest.mark.parametrize(
    ("violated", "verdict"), [([0, 0], HOLDS), ([0, 1], IN_PART), ([1, 1], FAILS), ([], UNDECIDED)]
)
def test_a_deterministic_statement_is_decided_by_its_cells(violated, verdict):
    found = statistics.every_cell(violated, "seen", what="chains")
    assert (found.verdict, found.n_cells, found.violations) == (verdict, len(violated), sum(violated))
    assert found.reason == f"seen; violated in {sum(violated)} of {len(violated)} chains"


def test_a_bound_is_refuted_by_standard_errors_and_not_by_a_mean_above_it():
    found = statistics.below_bound([1.0, 1.1], [0.1, 0.1], [2.0, 1.0], "seen", error_rate=0.01)
    assert found.verdict == HOLDS and found.estimate == pytest.approx(1.1)
    # The mean of the second cell is 3 standard errors above: above the 2.58 of one in 200, two cells sharing 0.01.
    found = statistics.below_bound([1.0, 1.3], [0.1, 0.1], [2.0, 1.0], "seen", error_rate=0.01)
    assert (found.verdict, found.violations) == (IN_PART, 1)
    assert found.p_value == pytest.approx(2 * 0.0013499, rel=1e-4)


def test_a_zero_risk_below_a_zero_bound_and_an_infinite_bound_are_in_order():
    found = statistics.below_bound([0.0, 0.3, np.nan], [0.0, 0.1, 0.1], [0.0, np.inf, 1.0], "seen", error_rate=0.01)
    assert (found.verdict, found.n_cells, found.estimate) == (HOLDS, 2, 0.0)


def test_true_bounds_are_refuted_as_often_as_the_error_rate_says():
    # 2,000 studies of 5 cells whose means equal their bounds: refuted in 1 − 0.98⁵ = 9.6 % of them at 0.1; the count is
    # outside 4 standard errors (26) for one seed in 16,000.
    rng = np.random.default_rng(0)
    verdicts = [
        statistics.below_bound(1 + 0.1 * rng.standard_normal(5), 0.1, 1.0, "seen", error_rate=0.1).verdict
        for _ in range(2000)
    ]
    assert abs(sum(verdict != HOLDS for verdict in verdicts) - 2000 * (1 - 0.98**5)) < 4 * np.sqrt(2000 * 0.096 * 0.904)


def test_an_ordering_needs_every_step_to_rise_and_fails_by_one_that_falls():
    up, flat, down = np.array([[1.0, 1.1, 0.9, 1.05], [0.1, -0.1, 0.1, -0.1], [-1.0, -1.1, -0.9, -1.05]])
    assert statistics.rising([up, up], "seen", error_rate=0.05).verdict == HOLDS
    assert statistics.rising([up, flat], "seen", error_rate=0.05).verdict == UNDECIDED
    found = statistics.rising([up, down], "seen", error_rate=0.05)
    assert (found.verdict, found.violations, found.n_cells) == (FAILS, 1, 2)
    assert found.estimate == pytest.approx(-1.0125)
    assert found.interval[0] < found.estimate < found.interval[1] < 0
    assert statistics.rising([up[:1]], "seen", error_rate=0.05).verdict == UNDECIDED


def test_steps_without_any_fall_count_as_rises_only_where_the_statement_allows_ties():
    ties = np.zeros((1, 5))
    assert statistics.rising(ties, "seen", error_rate=0.05).verdict == UNDECIDED
    assert statistics.rising(ties, "seen", error_rate=0.05, ties="count as rises").verdict == HOLDS
    mixed = np.array([[0.0, 1.0, -0.1, 0.0, 0.0]])
    assert statistics.rising(mixed, "seen", error_rate=0.05, ties="count as rises").verdict == UNDECIDED


def test_an_ordering_of_equal_means_is_seldom_called_risen_or_fallen():
    # 2,000 studies of 2 steps of mean 0, 6 paired draws. Both rise at 0.05 in 0.25 % of them (12 or more: one seed in
    # 5,000); one falls at 0.025 in 4.9 %, outside 4 standard errors (39) for one seed in 16,000.
    rng = np.random.default_rng(1)
    verdicts = [statistics.rising(rng.standard_normal((2, 6)), "seen", error_rate=0.05).verdict for _ in range(2000)]
    assert verdicts.count(HOLDS) < 14
    assert abs(verdicts.count(FAILS) - 2000 * (1 - 0.975**2)) < 4 * np.sqrt(2000 * 0.049 * 0.951)


def test_a_bootstrap_interval_covers_the_mean_also_of_few_repeats():
    # 400 studies of 6 normal draws, 95 % nominal. Percentiles alone would cover 87 %; 4 standard errors are 4.4 points.
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(400):
        _, (low, high) = statistics.bootstrap(
            lambda means: means[0], rng.standard_normal((1, 6)), error_rate=0.05, resamples=500
        )
        covered += low <= 0 <= high
    assert covered / 400 > 0.95 - 0.044


def test_the_bootstrap_agrees_with_a_plain_one_that_draws_repeats():
    rng = np.random.default_rng(3)
    samples = np.exp(rng.standard_normal((2, 50)))
    estimate, interval = statistics.bootstrap(lambda means: means[0] / means[1], samples, error_rate=0.1)
    drawn = [samples[:, rng.integers(50, size=50)].mean(axis=1) for _ in range(4000)]
    assert estimate == pytest.approx(samples[0].mean() / samples[1].mean())
    # Quantiles of two times a few thousand resamples; the t-expansion widens them by 3 %.
    np.testing.assert_allclose(interval, np.quantile([a / b for a, b in drawn], [0.05, 0.95]), rtol=0.08)


@pytest.mark.parametrize("samples", [np.ones((2, 1)), np.array([[1.0, np.nan]])])
def test_a_bootstrap_of_missing_numbers_is_refused(samples):
    with pytest.raises(ValueError, match="are needed"):
        statistics.bootstrap(lambda means: means[0], samples, error_rate=0.05)


def test_slopes_are_those_of_least_squares():
    rng = np.random.default_rng(4)
    x, y = rng.random(7), rng.random((7, 3))
    np.testing.assert_allclose(statistics.slope(x, y), np.polyfit(x, y, 1)[0], rtol=1e-12)


@pytest.mark.parametrize(
    ("intervals", "above", "below"),
    [([(0.5, 0.9)], HOLDS, FAILS), ([(-0.9, -0.5)], FAILS, HOLDS), ([(-1.0, 1.0)], UNDECIDED, UNDECIDED)],
)
def test_an_interval_decides_the_side_of_a_threshold(intervals, above, below):
    estimates = [(sum(interval) / 2, interval) for interval in intervals]
    assert statistics.beyond(estimates, "seen", above=0.0).verdict == above
    assert statistics.beyond(estimates, "seen", below=0.0).verdict == below


def test_the_least_clear_of_several_intervals_is_reported():
    found = statistics.beyond([(3.0, (2.0, 4.0)), (1.5, (1.1, 1.9))], "seen", above=[0.0, 1.0])
    assert (found.verdict, found.estimate, found.interval) == (HOLDS, 1.5, (1.1, 1.9))
    assert statistics.beyond([], "seen", above=0.0).verdict == UNDECIDED


def test_cluster_means_average_within_clusters():
    samples = np.array([[1.0, 2.0, 3.0, 6.0]])
    np.testing.assert_array_equal(statistics.cluster_means(samples, [1, 0, 1, 0]), [[4.0, 2.0]])
