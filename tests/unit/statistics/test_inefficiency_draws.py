"""One draw of data inefficiency for each world: from the runs of each, or by the jackknife where each has one run."""

import numpy as np
import pytest
from unit.statistics.simulated import (
    HARMONIC,
    SIMULATIONS,
    SIZES,
    WINDOWS,
    WORLDS,
    assert_covers,
    extended_problems,
    log_normal,
)

from kdtheory.statistics.inefficiency import (
    inefficiency_by_world,
    inefficiency_draws,
    literal_inefficiency_by_world,
    literal_inefficiency_draws,
)
from kdtheory.statistics.jackknife import pooled


def norms_of(rng, worlds, runs, *shape):
    return log_normal(rng, 0.2, (worlds, runs, 3, *shape)) * SIZES.reshape(-1, *[1] * len(shape)) ** 0.5


def loop(estimate, worlds):
    """The textbook jackknife; ``estimate`` maps the indices of the worlds that are used to a number."""
    without = np.array([estimate(np.delete(np.arange(worlds), world)) for world in range(worlds)])
    return np.sqrt((worlds - 1) / worlds * np.sum((without - without.mean()) ** 2))


def test_with_several_runs_the_draws_are_the_inefficiency_of_each_world():
    norms = norms_of(np.random.default_rng(0), 5, 2, 3)
    np.testing.assert_array_equal(
        inefficiency_draws(norms, SIZES, WINDOWS), inefficiency_by_world(norms, SIZES, WINDOWS)
    )
    squared, steps = norms[:, :, 0], np.random.default_rng(1).gamma(1.0, size=(5, 2, 3, 6))
    np.testing.assert_array_equal(
        literal_inefficiency_draws(squared, steps, 16), literal_inefficiency_by_world(squared, steps, 16)
    )


def test_with_one_run_the_expectation_is_over_worlds_and_before_the_logarithm():
    norms = norms_of(np.random.default_rng(3), 7, 1)
    estimate = pooled(inefficiency_draws(norms, SIZES, WINDOWS))
    for window, (first, last) in enumerate([(0, 1), (0, 2)]):

        def definition(worlds, first=first, last=last, window=window):
            growth = norms[worlds, 0, last].mean() / norms[worlds, 0, first].mean()
            return np.log(growth) / HARMONIC[window + 1]

        assert estimate.value[window] == pytest.approx(definition(np.arange(7)))
        assert estimate.standard_error[window] == pytest.approx(loop(definition, 7))
    assert (estimate.freedom == 6).all()
    one_to_nine = inefficiency_draws(np.array([[1.0, 1.0], [1.0, 9.0]])[:, None], [1, 2], [[1, 2]])
    # The mean of the logarithms would be ln 3.
    assert one_to_nine.mean() == pytest.approx(np.log(5))


def test_with_one_run_the_literal_definition_is_that_of_the_extended_problems():
    before, after, squared, steps = extended_problems(np.random.default_rng(4), runs=6, candidates=5, n=16)
    estimate = pooled(literal_inefficiency_draws(squared[:, None], steps[:, None], 16))

    def definition(worlds):
        return 16 * (np.log(after[worlds].mean()) - np.log(before[worlds].mean()))

    assert estimate.value == pytest.approx(definition(np.arange(6)), rel=1e-6)
    assert estimate.standard_error == pytest.approx(loop(definition, 6), rel=1e-6)


def test_intervals_of_inefficiency_cover_with_one_run_of_each_world():
    rng = np.random.default_rng(5)
    level = log_normal(rng, 0.2, (WORLDS, 1, 1, SIMULATIONS // 4))
    norms = level * norms_of(rng, WORLDS, 1, SIMULATIONS // 4)
    truth = 0.5 * np.log(SIZES[1:] / 16) / HARMONIC[1:]
    estimate = pooled(inefficiency_draws(norms, SIZES, WINDOWS))
    assert_covers(estimate[0], truth[0])
    assert_covers(estimate[1], truth[1])


def test_intervals_of_the_difference_of_two_targets_cover_with_one_run_of_each_world():
    rng = np.random.default_rng(6)
    level = log_normal(rng, 0.4, (WORLDS, 1, 1, SIMULATIONS // 4))
    hard, soft = (level * norms_of(rng, WORLDS, 1, SIMULATIONS // 4) for _ in range(2))
    soft = soft * np.exp(-0.3 * HARMONIC[:, None])
    difference = inefficiency_draws(hard, SIZES, WINDOWS) - inefficiency_draws(soft, SIZES, WINDOWS)
    assert_covers(pooled(difference)[1], 0.3)


def test_a_world_that_was_not_measured_takes_no_part():
    norms = norms_of(np.random.default_rng(7), 6, 1, 2)
    norms[4, ..., 1] = np.nan
    draws = inefficiency_draws(norms, SIZES, WINDOWS)
    assert np.isnan(draws[4, :, 1]).all() and not np.isnan(draws[4, :, 0]).any()
    others = [0, 1, 2, 3, 5]
    np.testing.assert_allclose(draws[others, :, 1], inefficiency_draws(norms[others], SIZES, WINDOWS)[..., 1])
    assert np.isnan(inefficiency_draws(norms[:1], SIZES, WINDOWS)).all()


@pytest.mark.parametrize("value", [0.0, -1.0, np.inf])
def test_a_norm_that_is_not_positive_and_finite_is_refused(value):
    norms = np.ones((3, 1, 3))
    norms[1, 0, 2] = value
    with pytest.raises(ValueError, match="positive"):
        inefficiency_draws(norms, SIZES, WINDOWS)
