import numpy as np
import pytest
from unit.statistics.simulated import (
    HARMONIC,
    SIMULATIONS,
    SIZES,
    WINDOWS,
    WORLDS,
    assert_covers,
    coverage,
    extended_problems,
    log_normal,
)

from kdtheory.statistics.inefficiency import (
    coefficient_of_variation,
    inefficiency_by_world,
    is_descriptive,
    literal_inefficiency_by_world,
    log_expectation,
)
from kdtheory.statistics.means import mean, paired_difference


def norms_of(rng, inefficiency, variations, worlds=WORLDS, runs=4):
    """Norms (worlds, runs, sizes, simulations) with the I of each world and runs that vary less as n grows."""
    noise = [log_normal(rng, variation, (worlds, runs, SIMULATIONS)) for variation in variations]
    level = np.exp(0.3 * rng.standard_normal((worlds, 1, 1, SIMULATIONS)))
    return level * np.exp(inefficiency * HARMONIC[:, None]) * np.stack(noise, axis=2)


def test_the_logarithm_of_an_expectation_is_that_of_the_mean_and_half_the_relative_variance_of_the_mean():
    runs = np.array([2.0, 3.0, 7.0])
    expected = np.log(4.0) + np.var(runs, ddof=1) / (2 * 3 * 16)
    assert log_expectation(runs[None])[0] == pytest.approx(expected)
    assert log_expectation([[2.0, np.nan, 3.0, 7.0]])[0] == pytest.approx(expected)
    assert np.isnan(log_expectation([[2.0, np.nan]])[0])


def test_the_logarithm_of_an_expectation_is_unbiased_where_the_logarithm_of_the_mean_is_not():
    runs = log_normal(np.random.default_rng(0), 0.3, (100_000, 4))
    plain = np.log(runs.mean(axis=1))
    # Standard error of both means: 0.0005.
    assert plain.mean() < -0.009
    assert abs(log_expectation(runs).mean()) < 0.0015


def test_inefficiency_is_the_weighted_mean_of_equation_10_but_for_the_correction():
    norms = log_normal(np.random.default_rng(1), 0.1, (1, 200, 64)) * np.arange(1, 65) ** 0.5
    mean_norm = norms[0].mean(axis=0)
    corrections = np.var(norms[0], axis=0, ddof=1) / (2 * 200 * mean_norm**2)
    expected = []
    for first, last in WINDOWS:
        n = np.arange(first, last)
        definition = n * (np.log(mean_norm[n]) - np.log(mean_norm[n - 1]))  # mean_norm[n] belongs to n + 1 points
        corrected = (corrections[last - 1] - corrections[first - 1]) / np.sum(1 / n)
        expected.append(np.average(definition, weights=1 / n) + corrected)
    np.testing.assert_allclose(inefficiency_by_world(norms, np.arange(1, 65), WINDOWS)[0], expected)


def test_literal_inefficiency_is_that_of_the_extended_problems_but_for_the_correction():
    rng = np.random.default_rng(2)
    before, after, squared, steps = extended_problems(rng, runs=50, candidates=7, n=16)
    value = 16 * (np.log(after.mean()) - np.log(before.mean()))
    after, before = (np.var(norms, ddof=1) / (100 * norms.mean() ** 2) for norms in (after.mean(axis=1), before))
    found = literal_inefficiency_by_world(squared[None], steps[None], 16)
    assert found[0] == pytest.approx(value + 16 * (after - before), rel=1e-6)


def test_literal_inefficiency_of_a_norm_that_grows_like_the_root_of_n_is_half():
    squared = np.full((3, 2), 1000.0)
    np.testing.assert_allclose(literal_inefficiency_by_world(squared, np.ones((3, 2, 5)), 1000), 0.5, rtol=1e-3)


def test_a_run_that_was_not_measured_is_left_out_of_its_world():
    norms = log_normal(np.random.default_rng(3), 0.2, (2, 4, 3))
    norms[1, 2] = np.nan
    values = inefficiency_by_world(norms, SIZES, WINDOWS)
    np.testing.assert_allclose(values[1:], inefficiency_by_world(norms[1:, [0, 1, 3]], SIZES, WINDOWS))
    norms[1, :3] = np.nan
    assert np.isnan(inefficiency_by_world(norms, SIZES, WINDOWS)[1]).all()


def test_intervals_of_inefficiency_cover_with_four_runs_a_world():
    rng = np.random.default_rng(4)
    worlds = 0.5 + 0.05 * rng.standard_normal((WORLDS, 1, 1, SIMULATIONS))
    values = mean(inefficiency_by_world(norms_of(rng, worlds, (0.3, 0.2, 0.1)), SIZES, WINDOWS))
    assert_covers(values[0], 0.5)
    assert_covers(values[1], 0.5)


def test_with_a_hundred_worlds_intervals_cover_with_the_correction():
    rng = np.random.default_rng(5)
    worlds = 0.5 + 0.02 * rng.standard_normal((100, 1, 1, SIMULATIONS))
    norms = norms_of(rng, worlds, (0.3, 0.2, 0.05), worlds=100)
    corrected = mean(inefficiency_by_world(norms, SIZES, WINDOWS))[1]
    plain = np.log(norms.mean(axis=1))
    uncorrected = mean((plain[:, 2] - plain[:, 0]) / HARMONIC[2])
    assert_covers(corrected, 0.5)
    assert coverage(uncorrected, 0.5) < coverage(corrected, 0.5) - 0.005


def test_intervals_of_paired_differences_of_inefficiency_cover():
    rng = np.random.default_rng(6)
    worlds = 0.5 + 0.2 * rng.standard_normal((WORLDS, 1, 1, SIMULATIONS))
    hard, soft = (norms_of(rng, worlds - shift, (0.2, 0.2, 0.1)) for shift in (0.0, 0.3))
    first, second = (inefficiency_by_world(norms, SIZES, WINDOWS)[:, 1] for norms in (hard, soft))
    assert_covers(paired_difference(first, second), 0.3)


def test_intervals_of_literal_inefficiency_cover():
    rng = np.random.default_rng(7)
    shape = (WORLDS, 4, SIMULATIONS // 2)
    squared = 100 * log_normal(rng, 0.3, shape)
    steps = 3.0 * rng.gamma(0.5, 2.0, size=(*shape, 40)) * np.sqrt(squared / 100)[..., None]
    many = 100 * log_normal(rng, 0.3, (1, 400_000, 1))
    more = 3.0 * rng.gamma(0.5, 2.0, size=(*many.shape, 1)) * np.sqrt(many / 100)[..., None]
    truth = literal_inefficiency_by_world(many, more, 64)[0, 0]
    assert_covers(mean(literal_inefficiency_by_world(squared, steps, 64)), truth)


def test_runs_that_vary_too_much_make_inefficiency_descriptive_unless_they_are_many():
    rng = np.random.default_rng(8)
    wild, tame = log_normal(rng, 0.6, (50, 4, 2)), log_normal(rng, 0.1, (50, 4, 2))
    np.testing.assert_allclose(coefficient_of_variation(wild), 0.6, atol=0.1)
    assert is_descriptive(wild).all() and not is_descriptive(tame).any()
    assert not is_descriptive(log_normal(rng, 0.6, (50, 20, 2))).any()


def test_the_coefficient_of_variation_is_that_within_worlds():
    norms = np.array([[1.0, 3.0], [100.0, 100.0], [np.nan, 5.0]])
    assert coefficient_of_variation(norms) == pytest.approx(np.sqrt((2 / 4 + 0) / 2))
    assert np.isnan(coefficient_of_variation([[1.0, np.nan]]))


@pytest.mark.parametrize(
    ("norms", "sizes", "windows"),
    [
        (np.ones((2, 4)), SIZES, WINDOWS),
        (np.ones((2, 4, 2)), SIZES, WINDOWS),
        (np.ones((2, 4, 3)), SIZES[::-1], WINDOWS),
        (np.ones((2, 4, 3)), SIZES, [[16, 33]]),
        (np.ones((2, 4, 3)), SIZES, [[32, 16]]),
        (np.ones((2, 4, 3)), SIZES, [16, 32]),
        (np.zeros((2, 4, 3)), SIZES, WINDOWS),
    ],
)
def test_norms_or_windows_that_do_not_fit_are_refused(norms, sizes, windows):
    with pytest.raises(ValueError):
        inefficiency_by_world(norms, sizes, windows)


@pytest.mark.parametrize(
    ("squared", "steps", "n_train"),
    [
        (np.ones((2, 3)), np.ones((2, 4, 5)), 4),
        (np.zeros((2, 3)), np.ones((2, 3, 5)), 4),
        (np.ones((2, 3)), -np.ones((2, 3, 5)), 4),
        (np.ones((2, 3)), np.ones((2, 3, 5)), 0),
    ],
)
def test_steps_that_do_not_fit_are_refused(squared, steps, n_train):
    with pytest.raises(ValueError):
        literal_inefficiency_by_world(squared, steps, n_train)
