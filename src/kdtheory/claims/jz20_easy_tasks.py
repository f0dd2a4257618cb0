"""Section 3.1: easy tasks, the teachers that were stopped early, have a data inefficiency that falls faster."""

import numpy as np

from kdtheory.claims.draws import listed
from kdtheory.claims.finding import RATE
from kdtheory.claims.inefficiency import WORLDS, decline, unless_descriptive
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, rate
from kdtheory.claims.transfer_draws import FIRST_SIZE, LAST_SIZE
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.means import trend_by_world

_SIZES = f"octaves of {FIRST_SIZE} ≤ n ≤ {LAST_SIZE}, ρ = 1"
_TEST = "one-sided t-tests of exponents pooled by the jackknife"
_READS = {"figure": "jz20_fig4", "reads": ("wide/stopping",), "section": "3.1", "kind": RATE, "error_rate": ERROR_RATE}


@claim(
    "jz20-sec31-easy-tasks",
    statement="b is bigger when the teacher's stopping epoch is small, that is when the task is easy.",
    quantity=f"fall of the exponent b of I(n) ~ n^−b from each stopping epoch to the next, {_SIZES}",
    test=f"{_TEST}, every pair of adjacent epochs, Holm for `fails`{WORLDS}",
    reading="every stopping epoch against the next",
    assumes=("experiments.stopping.cells.main.stopping_epochs",),
    **_READS,
)
def _easy_tasks(stopping):
    exponents, reason = _declines(stopping)
    trend = pooled(trend_by_world(-exponents))
    return unless_descriptive(rate(pooled(-np.diff(exponents, axis=1)), trend=trend, reason=reason), exponents)


@claim(
    "jz20-sec31-easy-tasks-ends",
    statement="b is bigger when the teacher's stopping epoch is small (first against last epoch).",
    quantity=f"exponent b of I(n) ~ n^−b at the first stopping epoch less that at the last, {_SIZES}",
    test=_TEST + WORLDS,
    scope="reading",
    reading="the two ends",
    assumes=("experiments.stopping.cells.main.stopping_epochs",),
    **_READS,
)
def _easy_tasks_ends(stopping):
    exponents, reason = _declines(stopping)
    return rate(pooled(exponents[:, 0] - exponents[:, -1]), reason=reason)


def _declines(stopping):
    """Draws of b, (worlds, epochs), and b in words."""
    norm = stopping["weight_norm"].sortby("stopping_epoch")
    measured = set(norm["n_train"].values.tolist())
    sizes = [size for size in FIRST_SIZE * 2 ** np.arange(20) if size <= LAST_SIZE and size in measured]
    exponents = decline(norm.sel(n_train=sizes))
    names = [f"epoch {epoch}" for epoch in norm["stopping_epoch"].values]
    return exponents, f"b = {listed(names, pooled(exponents))}"
