"""Every rule sees a world in which the statement is true, one in which it is false, and the border between them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from unit.statistics.simulated import WORLDS, log_normal

from kdtheory.claims import rules
from kdtheory.claims.finding import BOUND, EQUAL, IDENTITY, LAW, NO_ORACLE, NOT_EQUAL, ORDER, RATE, VALUE
from kdtheory.claims.registry import FAILS, HOLDS, UNDECIDED
from kdtheory.statistics.estimate import Estimate
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import mean_changes_by_world, mean_slopes_by_world
from kdtheory.statistics.means import mean, trend_by_world

SIZES = 2 ** np.arange(4, 12)
LOGARITHMS = np.log(SIZES)


def around(*means, error=0.01):
    """Estimates over 20 worlds that are known well."""
    return Estimate(np.array(means), error, WORLDS - 1)


def risk_law(exponent, change, *, worlds=WORLDS, error=0.01):
    """Relative change and slope, by least squares, of risks that fall like n^−exponent with a bent exponent."""
    x = LOGARITHMS - LOGARITHMS.mean()
    risk = np.exp(-exponent * x + change * exponent * x**2 / (2 * np.ptp(x)))[:, None]
    values = risk * log_normal(np.random.default_rng(1), error, (worlds, len(x), 1))
    return pooled(mean_changes_by_world(x, values)), pooled(mean_slopes_by_world(x, values))


TRUE_AND_FALSE = {
    "order": (lambda: rules.order(around(0.3, 0.1)), lambda: rules.order(around(-0.3, -0.1)), ORDER),
    "rate": (lambda: rules.rate(around(0.3, 0.1)), lambda: rules.rate(around(0.3, -0.1)), RATE),
    "above": (
        lambda: rules.beyond(around(0.9, 0.6), above=0.5),
        lambda: rules.beyond(around(0.9, 0.3), above=0.5),
        ORDER,
    ),
    "below": (
        lambda: rules.beyond(around(-0.9, -0.1), below=[-0.5, 0.0], kind=RATE),
        lambda: rules.beyond(around(-0.9, -0.1), below=[-0.5, -0.2], kind=RATE),
        RATE,
    ),
    "bound": (
        lambda: rules.bound(around(-0.1, -0.5), [0.2, 1.3]),
        lambda: rules.bound(around(0.1, -0.5), [0.2, 1.3]),
        BOUND,
    ),
    "exact bound": (
        lambda: rules.exact_bound([0.1, 0.3], [0.2, 1.0]),
        lambda: rules.exact_bound([0.2, 0.6], [0.1, 1.0]),
        BOUND,
    ),
    "value": (
        lambda: rules.value(around(0.5, 0.51), 0.5, rules.DERIVED),
        lambda: rules.value(around(0.5, 0.5 + 2 * rules.DERIVED), 0.5, rules.DERIVED),
        VALUE,
    ),
    "law": (
        lambda: rules.law(*risk_law(0.8, 0.0)),
        lambda: rules.law(*risk_law(0.8, 2 * rules.STRAIGHT)),
        LAW,
    ),
    "a law that rises": (
        lambda: rules.law(*risk_law(-0.8, 0.0), falling=False),
        lambda: rules.law(*risk_law(-0.8, 0.0)),
        LAW,
    ),
    "not monotone": (
        lambda: rules.not_monotone(around(0.1, -0.1)),
        lambda: rules.not_monotone(around(0.1, 0.1)),
        ORDER,
    ),
    "not monotone at some place": (
        lambda: rules.not_monotone(around([0.1, 0.1], [0.1, -0.1])),
        lambda: rules.not_monotone(around([0.1, -0.1], [0.1, -0.1])),
        ORDER,
    ),
    "always": (lambda: rules.always([0.0, 2.0]), lambda: rules.always([-0.1, 2.0]), ORDER),
}


@pytest.mark.parametrize(("true", "false", "kind"), TRUE_AND_FALSE.values(), ids=TRUE_AND_FALSE)
def test_a_statement_holds_where_it_is_true_and_fails_where_it_is_false(true, false, kind):
    assert (true().verdict, false().verdict) == (HOLDS, FAILS)
    for found in (true(), false()):
        assert found.kind == kind and np.isfinite(found.estimate)


def test_an_identity_is_equal_or_not_and_no_evidence():
    found = rules.identity([1e-15, np.nan, 0.0], reason="cosines")
    assert (found.verdict, found.kind, found.error_rate) == (EQUAL, IDENTITY, 0.0)
    assert (found.cells, found.estimate, found.p_value, found.worlds) == (2, 1e-15, None, None)
    off = rules.identity([1e-15, 1e-3], rounding=1e-8)
    assert (off.verdict, off.refuted, off.estimate) == (NOT_EQUAL, 1, 1e-3)


NOISY = {
    "order": (lambda: rules.order(around(0.3, 0.01))),
    "a step against it that Holm excuses": (lambda: rules.order(around(0.3, 0.3, -0.018))),
    "bound": (lambda: rules.bound(around(-0.005), 0.2)),
    "value": (lambda: rules.value(around(0.54), 0.5, 0.05)),
    "law": (lambda: rules.law(*risk_law(0.8, 0.2, error=0.1))),
    "not monotone": (lambda: rules.not_monotone(around(0.1, -0.01))),
}


@pytest.mark.parametrize("rule", NOISY.values(), ids=NOISY)
def test_what_is_neither_shown_nor_refuted_is_not_decided(rule):
    found = rule()
    assert found.verdict == UNDECIDED and found.cells > 0


NOTHING = Estimate(np.full(2, np.nan), np.nan, -1)


@pytest.mark.parametrize(
    "found",
    [
        rules.identity([np.nan]),
        rules.always([]),
        rules.exact_bound([np.nan], [0.5]),
        rules.bound(NOTHING, 0.5),
        rules.order(NOTHING),
        rules.value(NOTHING, 0.0, 0.1),
        rules.beyond(NOTHING, above=0.0),
        rules.law(NOTHING, NOTHING),
        rules.not_monotone(NOTHING),
    ],
)
def test_what_was_not_measured_is_not_decided(found):
    assert (found.verdict, found.cells, found.estimate) == (UNDECIDED, 0, None)


def test_cells_that_were_not_measured_are_left_out():
    found = rules.order(Estimate([0.3, np.nan, 0.2], [0.01, np.nan, 0.01], [19, 0, 7]))
    assert (found.verdict, found.cells, found.worlds) == (HOLDS, 2, 8)
    assert (found.cell, found.estimates) == (2, ((0.3, 0.01, 19.0, 0.0), None, (0.2, 0.01, 7.0, 0.0)))


def test_one_refuted_cell_fails_however_many_others_hold_and_the_share_is_printed():
    found = rules.order(around(*[0.3] * 7, -0.2), reason="I rises")
    assert (found.verdict, found.shown, found.refuted, found.share) == (FAILS, 7, 1, 7 / 8)
    assert found.reason == "I rises; shown in 7 of 8 cells, refuted in 1"
    surviving = rules.order(around(*[-0.3] * 7, 0.2))
    assert (surviving.verdict, surviving.refuted) == (FAILS, 7)


def test_a_bound_that_is_nowhere_informative_tells_nothing():
    risk = np.full(4, 0.3)
    assert rules.exact_bound(risk, np.ones(4)).verdict == UNDECIDED
    assert rules.exact_bound(risk, np.full(4, np.inf)).verdict == UNDECIDED
    assert rules.bound(around(*[-0.7] * 4), np.ones(4)).verdict == UNDECIDED
    told = rules.bound(around(*[-0.7] * 4), np.ones(4), informative=[True, False, False, False])
    assert (told.verdict, told.informative, told.cells) == (HOLDS, 1, 1)


@pytest.mark.parametrize("factor", [2, 100])
def test_a_larger_risk_breaks_a_bound_though_most_of_its_cells_say_nothing(factor):
    risk, limit = np.array([0.05, 0.3, 0.3, 0.3]), np.array([0.08, 1.0, 1.0, 1.0])
    assert rules.exact_bound(risk, limit).verdict == HOLDS
    assert rules.exact_bound(np.minimum(1.0, factor * risk), limit).verdict == FAILS
    assert rules.bound(around(*(risk - limit)), limit).verdict == HOLDS
    assert rules.bound(around(*(np.minimum(1.0, factor * risk) - limit)), limit).verdict == FAILS


def test_the_tightness_of_a_bound_is_that_of_its_informative_cells():
    found = rules.bound(around(-0.1, -0.3, -0.9), [0.2, 0.4, 1.0])
    assert (found.informative, found.tightness) == (2, pytest.approx(0.5))
    assert "2 informative cells, largest value/bound 0.5" in found.reason
    assert rules.exact_bound([0.0, 0.2], [0.0, 0.5]).tightness == pytest.approx(0.4)


def test_rounding_neither_breaks_a_bound_that_is_reached_nor_keeps_it_from_holding():
    assert rules.bound(Estimate([1e-15, -0.1], 0.0, 19), [0.2, 0.4]).verdict == HOLDS
    assert rules.exact_bound([0.5 + 1e-15], [0.5]).verdict == HOLDS


def test_a_shifted_plateau_and_a_wider_error_change_the_verdict():
    plateaus = np.array([0.75, 0.667, 0.625])
    assert rules.value(around(*plateaus), plateaus, rules.DERIVED).verdict == HOLDS
    assert rules.value(around(*(plateaus + 0.2)), plateaus, rules.DERIVED).verdict == FAILS
    assert rules.value(around(*plateaus, error=0.1), plateaus, rules.DERIVED).verdict == UNDECIDED


def test_an_oracle_that_still_moves_gives_no_verdict():
    found = rules.rate(around(0.3))
    assert rules.with_oracle(found, around(0.001, -0.002, error=0.003)) is found
    moving = rules.with_oracle(found, around(0.001, 0.05, error=0.003))
    assert moving.verdict == NO_ORACLE and "the angle's change with N" in moving.reason
    assert rules.with_oracle(found, around(0.001, error=0.02)).verdict == NO_ORACLE
    assert rules.with_oracle(found, NOTHING).verdict == NO_ORACLE


def test_a_curve_that_turns_tells_where_and_how_clearly():
    found = rules.not_monotone(around([0.1, 0.3], [0.1, -0.05], [0.2, -0.02]))
    assert (found.shown, found.cells, found.estimate, found.cell) == (1, 2, -0.05, 3)
    assert found.estimates[found.cell] == (-0.05, 0.01, 19.0, 0.0)
    np.testing.assert_allclose(found.interval, Estimate(-0.05, 0.01, 19).interval(1 - 0.1 / 6))


def test_a_trend_stands_beside_an_order_and_decides_nothing():
    levels = np.arange(4) * 0.2 + np.random.default_rng(3).standard_normal((WORLDS, 4))
    beside = mean(trend_by_world(levels))
    found = rules.order(mean(np.diff(levels, axis=1)), trend=beside)
    assert found.verdict == rules.order(mean(np.diff(levels, axis=1))).verdict
    assert found.trend == pytest.approx(beside.p_above())
    assert "a trend of" in found.reason


def test_p_values_are_those_of_the_t_tests():
    samples = np.array([0.2, 0.5, 1.0]) + np.random.default_rng(4).standard_normal((12, 3))
    found = rules.order(replace(mean(samples), skewness=0.0))
    for_it, against_it = (stats.ttest_1samp(samples, 0.0, alternative=side).pvalue for side in ("greater", "less"))
    assert found.p_value == pytest.approx(for_it.max())
    assert found.p_against == pytest.approx(min(1.0, 3 * against_it.min()))
    assert (found.worlds, found.estimate) == (12, pytest.approx(samples.mean(axis=0)[for_it.argmax()]))


@pytest.mark.parametrize("thresholds", [{}, {"above": 1.0, "below": 2.0}])
def test_a_threshold_has_one_side(thresholds):
    with pytest.raises(ValueError, match="exactly one"):
        rules.beyond(around(0.3), **thresholds)


def test_only_what_is_not_decided_needs_more_worlds():
    assert rules.order(around(0.3)).worlds_needed is None
    assert rules.order(around(0.01)).worlds_needed > WORLDS
