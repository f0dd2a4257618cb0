"""How a claim's reason lists its estimates."""

import numpy as np

from kdtheory.claims.draws import listed
from kdtheory.statistics.means import mean


def test_a_value_of_one_world_is_listed_without_an_error_and_one_of_none_is_left_out():
    draws = np.array([[1.0, 2.0, np.nan], [3.0, np.nan, np.nan]])
    assert listed(["a", "b", "c"], mean(draws)) == "2.00 ± 1.00 (a), 2.00 (b; no error: one world)"


def test_a_list_of_nothing_says_so():
    assert listed(["a"], mean(np.array([[np.nan], [np.nan]]))) == "none"
