import numpy as np
import pytest
from scipy.stats import binom, binomtest

from kdtheory.statistics.proportions import binomial_interval, paired_p_value


@pytest.mark.parametrize("count", [0, 1, 7, 19, 20])
def test_the_interval_is_that_of_scipy(count):
    expected = binomtest(count, 20).proportion_ci(0.9, method="exact")
    low, high = binomial_interval(count, 20, 0.9)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_interval_covers_at_least_its_level():
    counts = np.arange(31)
    low, high = binomial_interval(counts, 30)
    for share in np.linspace(0.01, 0.99, 37):
        assert binom.pmf(counts, 30, share)[(low <= share) & (share <= high)].sum() >= 0.95


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 1), (3, 3), (10, 2), (40, 20)])
def test_the_paired_test_is_the_sign_test(first, second):
    expected = binomtest(first, first + second).pvalue if first + second else 1.0
    assert paired_p_value(first, second) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("arguments", [(3, 2), (-1, 2), (0, 0), (1, 2, 1.0)])
def test_counts_and_levels_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match="counts must lie"):
        binomial_interval(*arguments)
