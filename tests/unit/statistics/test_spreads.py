"""Spreads over worlds: the estimate, and the coverage of its intervals."""

import numpy as np
import pytest

from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.spreads import log_spreads_by_world


def test_the_estimate_is_the_logarithm_of_the_standard_deviation():
    values = np.random.default_rng(0).gamma(2.0, size=(12, 3))
    np.testing.assert_allclose(
        pooled(log_spreads_by_world(values)).value, np.log(values.std(axis=0, ddof=1)), rtol=1e-12
    )


def test_a_ratio_of_spreads_does_not_depend_on_the_scale():
    values = np.random.default_rng(1).standard_normal((12, 2))
    draws = log_spreads_by_world(values)
    np.testing.assert_allclose(log_spreads_by_world(1e-6 * values) - draws, np.log(1e-6), rtol=1e-9)


def test_worlds_that_were_not_measured_take_no_part():
    values = np.random.default_rng(2).standard_normal((12, 1))
    values[3] = np.nan
    kept = pooled(log_spreads_by_world(np.delete(values, 3, axis=0)))
    found = pooled(log_spreads_by_world(values))
    np.testing.assert_allclose(found.value, kept.value)
    np.testing.assert_allclose(found.standard_error, kept.standard_error)


def test_equal_values_have_no_spread():
    values = np.full((6, 2), 0.3)
    values[0, 1] = 0.4
    # Without the one world that differs nothing is left of the second spread.
    assert np.isnan(log_spreads_by_world(values)).all()


@pytest.mark.parametrize("values", [np.ones((2, 3)), 1.0, np.array([1.0, np.inf, 2.0])])
def test_too_few_worlds_and_infinite_values_are_refused(values):
    with pytest.raises(ValueError, match="at least 3 worlds"):
        log_spreads_by_world(values)


@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_intervals_of_a_paired_ratio_of_spreads_of_20_worlds_cover(correlation):
    """95 % intervals of ln 2, with normal values: 93 to 97 % of 4,000 studies, whose own error is 0.3 %."""
    rng = np.random.default_rng(3)
    first, other = rng.standard_normal((2, 20, 4000))
    second = 2 * (correlation * first + np.sqrt(1 - correlation**2) * other)
    low, high = pooled(log_spreads_by_world(second) - log_spreads_by_world(first)).interval(0.95)
    assert 0.93 < np.mean((low < np.log(2)) & (np.log(2) < high)) < 0.97
