"""The verdict rule for statements that leave a choice open: that one of several alternatives does it."""

from dataclasses import fields

import numpy as np

from kdtheory.claims.decisions import ERROR_RATE, by_tests
from kdtheory.claims.finding import ORDER, Finding
from kdtheory.statistics import cell_tests
from kdtheory.statistics.estimate import Estimate


def one_of(gains: Estimate, *, error_rate: float = ERROR_RATE, reason: str = "") -> Finding:
    """Check that in every cell one of several alternatives has a gain.

    Parameters
    ----------
    gains : Estimate, shape (..., alternatives)
        Paired within worlds.
    error_rate, reason
        As for `kdtheory.claims.rules.order`.

    Returns
    -------
    Finding
        ``holds`` when in every cell the gain of one is shown, Bonferroni over the alternatives; ``fails`` when in any
        cell all are shown to lose, Holm over cells. ``estimate`` is the gain of the clearest alternative in the cell
        that is the least clearly as stated, its interval that of the Bonferroni test.
    """
    tests, measured = cell_tests.above(gains, 0.0), gains.measured
    score = np.where(measured, tests.score, -np.inf)
    best = score.argmax(axis=-1)[..., None]
    clearest = Estimate(
        *(np.take_along_axis(getattr(gains, field.name), best, axis=-1)[..., 0] for field in fields(gains))
    )
    cells = cell_tests.CellTests(
        np.where(measured, tests.for_it, 1.0).min(axis=-1),
        np.where(measured, tests.against_it, 0.0).max(axis=-1),
        score.max(axis=-1),
    )
    return by_tests(ORDER, cells, clearest, measured.any(axis=-1), error_rate, reason, measured.sum(axis=-1))
