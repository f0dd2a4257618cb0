"""The verdict rules: from estimates over worlds to a `Finding`, one rule for each kind of statement.

A statement holds when it is shown in every cell, each at the error rate (intersection–union test). It fails when it is
refuted in any cell after Holm's rule, however many other cells agree. Otherwise it is not decided. The tests are
one-sided t-tests over worlds, as in `kdtheory.statistics.estimate`; the interval beside a verdict is two-sided at
1 − 2·error rate, so that its ends are the limits of these tests. Where nothing is random a statement holds when no cell
violates it.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from kdtheory.claims.choice_rules import one_of
from kdtheory.claims.curve_rules import law, not_monotone
from kdtheory.claims.decisions import (
    DERIVED,
    ERROR_RATE,
    READ_OFF_A_PLOT,
    SAME_ORACLE,
    STRAIGHT,
    by_tests,
    informative_cells,
    told,
    with_tightness,
)
from kdtheory.claims.exact_rules import always, exact_bound, identity
from kdtheory.claims.finding import BOUND, NO_ORACLE, ORDER, RATE, VALUE, Finding, in_parts
from kdtheory.claims.registry import HOLDS
from kdtheory.statistics import cell_tests
from kdtheory.statistics.estimate import Estimate

__all__ = [
    "DERIVED",
    "ERROR_RATE",
    "READ_OFF_A_PLOT",
    "SAME_ORACLE",
    "STRAIGHT",
    "always",
    "beyond",
    "bound",
    "exact_bound",
    "identity",
    "in_parts",
    "law",
    "not_monotone",
    "one_of",
    "order",
    "rate",
    "value",
    "with_oracle",
]

_ROUNDING = 1e-12


def bound(
    excess: Estimate,
    bounds: ArrayLike,
    *,
    informative: ArrayLike | None = None,
    error_rate: float = ERROR_RATE,
    reason: str = "",
) -> Finding:
    """Check that means do not exceed bounds.

    Parameters
    ----------
    excess : Estimate, shape (...)
        Mean less bound; paired within worlds where the bound differs between worlds.
    bounds : array_like, shape (...)
        The bounds, or their means over worlds.
    informative : array_like of bool, shape (...), optional
        Cells that can tell something; by default those with a bound below 1, for means of probabilities.
    error_rate, reason
        As for `order`.

    Returns
    -------
    Finding
        ``holds`` when in every informative cell, and at least one, the upper limit of the excess is not above 0.
        ``estimate`` is an excess.
    """
    bounds = np.broadcast_to(np.asarray(bounds, dtype=float), excess.value.shape)
    telling = informative_cells(bounds, informative, excess.measured)
    tests = cell_tests.below(excess, _ROUNDING)
    found = by_tests(BOUND, tests, excess, telling, error_rate, reason)
    return with_tightness(found, (excess.value + bounds)[telling], bounds[telling])


def order(
    steps: Estimate,
    *,
    trend: Estimate | None = None,
    kind: str = ORDER,
    error_rate: float = ERROR_RATE,
    reason: str = "",
) -> Finding:
    """Check that every step is a rise.

    Parameters
    ----------
    steps : Estimate, shape (...)
        Rise from each level to the next, paired within worlds; or by how much each of several cells is as stated.
    trend : Estimate, shape (), optional
        Slope over the levels, printed beside; it decides nothing.
    kind : str
        `ORDER`, or `RATE` by way of `rate`.
    error_rate : float
        Of each one-sided test; the largest probability of a false ``holds`` and of a false ``fails``.
    reason : str
        What was found, with its numbers; the tally is added.

    Returns
    -------
    Finding
        ``estimate`` is the step that is the least clearly a rise.
    """
    found = by_tests(kind, cell_tests.above(steps, 0.0), steps, steps.measured, error_rate, reason)
    if trend is None or not trend.measured:
        return found
    p_value = float(trend.p_above())
    more = f"a trend of {float(trend.value):.3g} a level, one-sided p = {p_value:.2g}"
    return replace(found, trend=p_value, reason=told(found.reason, more))


def rate(
    differences: Estimate, *, trend: Estimate | None = None, error_rate: float = ERROR_RATE, reason: str = ""
) -> Finding:
    """Check an order of rates: differences of exponents, paired within worlds, of which `order` is asked."""
    return order(differences, trend=trend, kind=RATE, error_rate=error_rate, reason=reason)


def beyond(
    estimates: Estimate,
    *,
    above: ArrayLike | None = None,
    below: ArrayLike | None = None,
    kind: str = ORDER,
    error_rate: float = ERROR_RATE,
    reason: str = "",
) -> Finding:
    """Check that estimates lie above, or below, a threshold ("better than 1/√n", "at least n^(−b/2)").

    Parameters
    ----------
    estimates : Estimate, shape (...)
    above, below : float or array_like
        The threshold, one for all cells or one for each; exactly one of the two is given.
    kind : str
        `ORDER`, or `RATE` where the estimates are rates.
    error_rate, reason
        As for `order`.

    Returns
    -------
    Finding

    Raises
    ------
    ValueError
        Neither threshold is given, or both are.
    """
    if (above is None) == (below is None):
        raise ValueError("exactly one of above and below must be given")
    tests = cell_tests.above(estimates, above) if below is None else cell_tests.below(estimates, below)
    return by_tests(kind, tests, estimates, estimates.measured, error_rate, reason)


def value(
    estimates: Estimate, target: ArrayLike, tolerance: float, *, error_rate: float = ERROR_RATE, reason: str = ""
) -> Finding:
    """Check that estimates agree with a value: equivalence by two one-sided tests.

    Parameters
    ----------
    estimates : Estimate, shape (...)
    target : float or array_like
        The stated value, one for all cells or one for each.
    tolerance : float
        Largest difference that counts as agreement: `DERIVED` or `READ_OFF_A_PLOT`.
    error_rate, reason
        As for `order`.

    Returns
    -------
    Finding
        ``holds`` when every interval lies within the tolerance, ``fails`` when one lies outside, after Holm.
    """
    tests = cell_tests.within(estimates, target, tolerance)
    return by_tests(VALUE, tests, estimates, estimates.measured, error_rate, reason)


def with_oracle(finding: Finding, changes: Estimate, *, tolerance: float = SAME_ORACLE) -> Finding:
    """Return a finding on an oracle if the oracle is shown to have converged, and "no oracle" otherwise.

    Parameters
    ----------
    finding : Finding
    changes : Estimate, shape (...)
        α(n; N) − α(n; N/2) in radians: angles of the same students with the oracle of N and of half the points.
    tolerance : float
        Largest difference at which the oracle counts as reached.

    Returns
    -------
    Finding
    """
    seen = value(changes, 0.0, tolerance)
    if seen.verdict == HOLDS:
        return finding
    return replace(finding, verdict=NO_ORACLE, reason=told(finding.reason, f"the angle's change with N, {seen.reason}"))
