import numpy as np
import pytest
from scipy.stats import norm

from kdtheory.pages.power import chance_of_decision


def record(score, error_rate=0.05, parts=()):
    """A claim whose test for it has a normal score, and the test against it the opposite one."""
    found = {"p_value": norm.sf(score), "p_against": norm.sf(-score), "error_rate": error_rate}
    return {**found, "parts": [[str(index), part] for index, part in enumerate(parts)]}


@pytest.mark.parametrize("growth", [1.0, 4.0])
@pytest.mark.parametrize("score", [0.5, 1.645, 3.0, -1.0])
def test_the_chance_is_the_share_of_rehearsals_that_decide(score, growth):
    draws = score * np.sqrt(growth) + np.random.default_rng(3).standard_normal(100_000)
    share = np.mean(np.abs(draws) > norm.isf(0.05))
    assert chance_of_decision(record(score), growth) == pytest.approx(share, abs=4 * 0.5 / np.sqrt(100_000))


def test_all_parts_must_be_decided():
    one, other = record(2.0), record(1.0)
    product = chance_of_decision(one, 1.0) * chance_of_decision(other, 1.0)
    assert chance_of_decision(record(0.0, parts=[one, other]), 1.0) == pytest.approx(product)


def test_a_claim_without_a_test_has_no_chance_and_one_beyond_doubt_is_certain():
    exact = {"p_value": None, "p_against": None, "error_rate": 0.0, "parts": []}
    assert chance_of_decision(exact, 1.0) is None
    assert chance_of_decision({**exact, "p_value": 0.0, "p_against": 1.0, "error_rate": 0.05}, 1.0) == 1.0
