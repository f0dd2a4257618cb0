"""Section 3.1's rate analysis: from the decay of data inefficiency to the rates of angle and transfer risk."""

import numpy as np

from kdtheory.claims.estimates import close_to, less_certain, poisson_slope
from kdtheory.claims.growth_draws import FIRST_SIZE, decay, decay_draws, listed, teachers_of, who_is_drawn
from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import beyond, bootstrap, rising, slope

_ERROR_RATE = 0.05
# Exponents agree when they differ by no more than this.
_TOLERANCE = 0.1
_READS = {"figure": "jz20_fig2", "reads": ("wide/transfer",)}
_SIZES = f"{FIRST_SIZE} ≤ n ≤ N/4, largest nested oracle, ρ = 1, network teacher"
_AGREES = f"bootstrap over runs: the interval lies within {_TOLERANCE} of 0"


@claim(
    "jz20-sec31-angle-rate",
    section="3.1",
    statement="If I(n) ~ n^−b at ρ = 1, the angle falls like α_n ~ n^(−b/2).",
    quantity=f"measured exponent of mean α′_n less b/2 from the same runs' norms, {_SIZES}",
    test=_AGREES,
    error_rate=_ERROR_RATE,
    **_READS,
)
def _angle_rate(transfer):
    difference, reason = _compared(transfer, lambda rates: rates["angle"] - rates["decay"] / 2)
    return close_to([difference], 0.0, _TOLERANCE, reason, reading="exponents over the measured sizes")


@claim(
    "jz20-sec31-risk-rate",
    section="3.1",
    statement="With p(β) nearly linear the transfer risk falls at least as fast as n^(−b/2).",
    quantity=f"measured exponent of the mean risk less b/2, {_SIZES}",
    test="bootstrap over runs: the interval lies above 0",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _risk_rate(transfer):
    difference, reason = _compared(transfer, lambda rates: rates["risk"] - rates["decay"] / 2)
    return beyond([difference], reason, above=0.0, reading="O(n^(−b/2)) bounds the rate from below")


@claim(
    "jz20-sec31-explains",
    section="3.1",
    statement="The convergence of the angle explains the fast convergence of the transfer risk.",
    quantity=f"measured exponent of the mean risk less that of mean α′_n, {_SIZES}",
    test=_AGREES,
    error_rate=_ERROR_RATE,
    **_READS,
)
def _explains(transfer):
    difference, reason = _compared(transfer, lambda rates: rates["risk"] - rates["angle"])
    reading = "explains = same exponent, as a p(β) linear near π/2 would give; a bound alone asks for less"
    return close_to([difference], 0.0, _TOLERANCE, reason, reading=reading)


@claim(
    "jz20-sec31-classical",
    section="3.1",
    statement="The bound's rate outperforms classical bounds: b > 1 (which the paper leaves open).",
    quantity=f"exponent b of I(n) ~ n^−b, {_SIZES}",
    test="bootstrap over runs: the interval lies above 1",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _classical(transfer):
    estimate, reason = _compared(transfer, lambda rates: rates["decay"])
    return beyond([estimate], reason, above=1.0)


@claim(
    "jz20-sec31-easy-tasks",
    section="3.1",
    statement="b is bigger when the teacher's stopping epoch is small, that is when the task is easy.",
    quantity=f"fall of the exponent b of I(n) ~ n^−b from each stopping epoch to the next, n ≥ {FIRST_SIZE}, ρ = 1",
    test="intersection–union of one-sided paired t-tests of adjacent epochs, Holm for `fails`; teachers or "
    "runs are the draws, whichever leave more doubt",
    error_rate=_ERROR_RATE,
    figure="jz20_fig4",
    reads=("wide/stopping",),
)
def _easy_tasks(stopping):
    norm = stopping["weight_norm"].sortby("stopping_epoch").transpose("stopping_epoch", ...)
    exponents = decay_draws(norm)
    names = [f"epoch {epoch}" for epoch in norm["stopping_epoch"].values]
    reason = f"b = {listed(names, exponents)}; {who_is_drawn(norm)}"
    return rising(less_certain(-np.diff(exponents, axis=0), teachers_of(norm)), reason, error_rate=_ERROR_RATE)


@claim(
    "jz20-sec31-easy-tasks-ends",
    section="3.1",
    statement="b is bigger when the teacher's stopping epoch is small (first against last epoch).",
    quantity=f"exponent b of I(n) ~ n^−b at the first stopping epoch less that at the last, n ≥ {FIRST_SIZE}, ρ = 1",
    test="one-sided paired t-test; teachers or runs are the draws, whichever leave more doubt",
    error_rate=_ERROR_RATE,
    figure="jz20_fig4",
    reads=("wide/stopping",),
)
def _easy_tasks_ends(stopping):
    norm = stopping["weight_norm"].sortby("stopping_epoch").transpose("stopping_epoch", ...)
    norm = norm.isel(stopping_epoch=[0, -1])
    first, last = decay_draws(norm)
    names = [f"epoch {epoch}" for epoch in norm["stopping_epoch"].values]
    reason = f"b = {listed(names, np.stack([first, last]))}; {who_is_drawn(norm)}"
    return rising(less_certain(first - last, teachers_of(norm)), reason, error_rate=_ERROR_RATE, reading="the two ends")


def _compared(transfer, combination):
    """A combination of exponents with its bootstrap interval, and all of them in words."""
    sizes, samples = _samples(transfer)
    estimate = bootstrap(lambda means: combination(_exponents(sizes, means)), samples, error_rate=_ERROR_RATE)
    single = {
        name: bootstrap(lambda means, name=name: _exponents(sizes, means)[name], samples, error_rate=_ERROR_RATE)
        for name in ("decay", "angle", "risk")
    }
    shown = ", ".join(
        f"{words} {value:.2f} ({low:.2f} to {high:.2f})"
        for words, (value, (low, high)) in zip(("b", "α′_n", "R"), single.values(), strict=True)
    )
    reason = f"exponents in n from {sizes[0]} to {sizes[-1]}: {shown}"
    return estimate, reason + f"; predicted for α_n and R: b/2 = {single['decay'][0] / 2:.2f}"


def _exponents(sizes, means):
    """Decay exponents of I(n), α′_n and R from mean norms, angles and counts, (3, sizes, resamples)."""
    norms, angles, counts = means
    logarithms = np.log(sizes)
    return {
        "decay": decay(sizes, norms),
        "angle": -slope(logarithms, np.log(angles)),
        "risk": -poisson_slope(logarithms, counts),
    }


def _samples(transfer):
    """Sizes, and norms, angles and counts of misclassified points of the same runs, (3, sizes, repeats)."""
    soft = transfer.sel(teacher_kind="network", soft_ratio=1.0).isel(oracle_size=-1)
    # The nested oracle of N points beyond those of the largest student.
    oracle = int(soft["oracle_size"]) + int(transfer["n_train"].max())
    soft = soft.sel(n_train=(soft["n_train"] >= FIRST_SIZE) & (soft["n_train"] <= oracle / 4))
    counts = np.round(soft["risk"] * transfer["test_points"])
    measured = (soft["weight_norm"], soft["oracle_angle_nested"], counts)
    return soft["n_train"].values, np.stack([values.transpose("n_train", "repeat").values for values in measured])
