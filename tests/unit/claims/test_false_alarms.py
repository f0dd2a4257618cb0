"""Rules at the border between true and false: how often they decide falsely, simulated."""

import numpy as np
import pytest
from scipy.optimize import brentq
from unit.statistics.simulated import WORLDS, error_counts, log_normal

from kdtheory.claims import rules
from kdtheory.claims.registry import FAILS, HOLDS
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import (
    count_changes_by_world,
    count_slopes_by_world,
    mean_changes_by_world,
    mean_slopes_by_world,
)
from kdtheory.statistics.means import mean

SIZES = 2 ** np.arange(4, 12)
LOGARITHMS = np.log(SIZES)
# A rate of 5 % in 2000 simulations has a standard error of 0.49 points, of which these limits are three away.
SIMULATIONS = 2000
FEWEST, MOST = 0.035, 0.065


def simulated(*means):
    """Means over worlds of noise around these means in each cell, (simulations, cells)."""
    noise = np.random.default_rng(0).standard_normal((WORLDS, SIMULATIONS, len(means)))
    return mean(noise + np.array(means))


def shares(rule, estimates):
    """How often a rule gives ``holds``, and ``fails``."""
    return counted([rule(estimates[place]).verdict for place in range(SIMULATIONS)])


def law_shares(changes, slopes):
    """The same of the rule for laws."""
    return counted([rules.law(changes[place], slopes[place]).verdict for place in range(SIMULATIONS)])


def counted(verdicts):
    return verdicts.count(HOLDS) / len(verdicts), verdicts.count(FAILS) / len(verdicts)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "border"),
    [
        (rules.order, (0.0, 3.0, 3.0)),
        (rules.rate, (0.0,)),
        (lambda estimates: rules.beyond(estimates, above=0.5), (0.5, 3.0)),
        (lambda estimates: rules.bound(estimates, 0.5), (0.0, -3.0)),
        (lambda estimates: rules.value(estimates, 0.0, 2.0), (2.0, 0.0)),
    ],
    ids=["order", "rate", "beyond", "bound", "value"],
)
def test_a_false_holds_at_the_border_is_as_rare_as_stated(rule, border):
    assert FEWEST <= shares(rule, simulated(*border))[0] <= MOST


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "border"),
    [
        (rules.order, (0.0, 0.0, 0.0)),
        (rules.rate, (0.0,)),
        (lambda estimates: rules.beyond(estimates, above=0.5), (0.5, 0.5)),
        (lambda estimates: rules.bound(estimates, 0.5), (0.0, 0.0, 0.0, 0.0)),
        (lambda estimates: rules.value(estimates, 0.0, 2.0), (2.0, -2.0)),
    ],
    ids=["order", "rate", "beyond", "bound", "value"],
)
def test_a_false_fails_at_the_border_is_as_rare_as_stated(rule, border):
    assert FEWEST <= shares(rule, simulated(*border))[1] <= MOST


def test_bounds_that_skewed_risks_reach_are_rarely_decided_falsely():
    rng = np.random.default_rng(9)
    errors = rng.poisson(5 * rng.gamma(4.0, 0.25, size=(WORLDS, SIMULATIONS)))
    found = shares(lambda excess: rules.bound(excess, 0.05), mean(errors / 100 - 0.05))
    assert min(found) >= FEWEST and max(found) <= MOST


@pytest.mark.slow
def test_flat_and_monotone_curves_are_rarely_called_not_monotone():
    assert shares(rules.not_monotone, simulated(0.0, 0.0, 0.0))[0] <= MOST
    assert shares(rules.not_monotone, simulated(3.0, 0.0, 0.0))[0] <= MOST
    assert shares(rules.not_monotone, simulated(3.0, 0.0))[1] <= MOST


@pytest.mark.slow
@pytest.mark.parametrize("change", [0.2, -0.2])
def test_laws_of_risks_at_the_border_are_rarely_decided_falsely(change):
    logarithms = LOGARITHMS - LOGARITHMS[0]

    def relative_change(curvature):
        expected = 2000 * np.exp(-0.5 * logarithms + curvature * logarithms**2)
        return count_changes_by_world(LOGARITHMS, np.stack([expected, expected]))[0]

    curvature = brentq(lambda value: relative_change(value) - change, -0.04, 0.04)
    bent = {"curvature": curvature, "world_variation": 0.2, "exponent_spread": 0.02}
    counts = error_counts(np.random.default_rng(7), SIZES, 2000.0, 0.5, **bent)[..., :SIMULATIONS]
    changes = pooled(count_changes_by_world(LOGARITHMS, counts))
    found = law_shares(changes, pooled(count_slopes_by_world(LOGARITHMS, counts)))
    assert min(found) >= FEWEST and max(found) <= MOST


def test_a_risk_that_hardly_falls_is_rarely_said_to_follow_a_law_or_not_to():
    values = log_normal(np.random.default_rng(8), 0.1, (WORLDS, len(SIZES), SIMULATIONS))
    values = np.exp(-0.003 * LOGARITHMS)[:, None] * values
    changes = pooled(mean_changes_by_world(LOGARITHMS, values))
    assert sum(law_shares(changes, pooled(mean_slopes_by_world(LOGARITHMS, values)))) <= MOST


def test_intervals_match_the_tests():
    estimates = simulated(0.3)
    for place in range(500):
        step, agreement = rules.order(estimates[place]), rules.value(estimates[place], 0.4, 0.5)
        assert (step.interval[0] > 0, step.interval[1] < 0) == (step.verdict == HOLDS, step.verdict == FAILS)
        low, high = agreement.interval
        assert (low >= -0.1 and high <= 0.9) == (agreement.verdict == HOLDS)
        assert (low > 0.9 or high < -0.1) == (agreement.verdict == FAILS)


@pytest.mark.slow
def test_the_worlds_that_are_needed_decide_with_the_power_asked_for():
    samples = np.random.default_rng(5).standard_normal(WORLDS)
    samples = 0.3 + (samples - samples.mean()) / samples.std(ddof=1)
    needed = rules.order(mean(samples)).worlds_needed
    many = mean(0.3 + np.random.default_rng(6).standard_normal((needed, SIMULATIONS)))
    assert 0.75 <= shares(rules.order, many)[0] <= 0.85
    assert rules.order(mean(-samples)).worlds_needed == needed
    assert 0.75 <= shares(rules.order, -many)[1] <= 0.85
