"""Section 4.1, Fig. 4 left and middle: what teachers know at each epoch, and how hard their students' task is then."""

import numpy as np

from kdtheory.claims.estimates import less_certain
from kdtheory.claims.growth_draws import inefficiency_draws, late, listed, teachers_of, who_is_drawn
from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import every_cell, rising

_ERROR_RATE = 0.05
_ORDERED = "intersection–union of one-sided paired t-tests of adjacent epochs, Holm for `fails`; "
_EXAMPLE = {"figure": "jz20_fig4", "reads": ("wide/example",)}


@claim(
    "jz20-fig4-logit-scale",
    section="4.1",
    statement="The scale of the teacher's logits increases while it trains.",
    quantity="root mean square of z_t over the example's inputs, from each stopping epoch to the next",
    test="every step of every teacher",
    **_EXAMPLE,
)
def _logit_scale(example):
    return _grows(example, "logit_scale", "root mean square of z_t")


@claim(
    "jz20-fig4-logit-detail",
    section="4.1",
    statement="The shape of the teacher's logits becomes more detailed while it trains.",
    quantity="mean |dz_t/dx| over the root mean square of z_t, from each stopping epoch to the next",
    test="every step of every teacher",
    **_EXAMPLE,
)
def _logit_detail(example):
    return _grows(example, "logit_slope", "mean slope in units of the scale")


@claim(
    "jz20-fig4-boundary-detail",
    section="4.1",
    statement="Early stopping costs details of the class boundary (the 1-D example).",
    quantity="class boundaries that a teacher lacks or has too many, at each earlier epoch less at the last",
    test="not fewer at any earlier epoch, more at the first, every teacher",
    **_EXAMPLE,
)
def _boundary_detail(example):
    found = _by_epoch(example, "sign_changes")
    missing = np.abs(found - int(example["true_sign_changes"]))
    lost = missing[:-1] - missing[-1]
    violated = lost < 0
    violated[0] = lost[0] <= 0
    error = _by_epoch(example, "boundary_error").mean(axis=1)
    epochs = example["stopping_epoch"].values
    reason = (
        f"of {int(example['true_sign_changes'])} boundaries a teacher has "
        + ", ".join(f"{mean:.3g} (epoch {epoch})" for epoch, mean in zip(epochs, found.mean(axis=1), strict=True))
        + f"; wrong on {100 * error[0]:.3g} % of x at epoch {epochs[0]} and on {100 * error[-1]:.2g} % at {epochs[-1]}"
    )
    return every_cell(violated, reason, what="earlier epochs of teachers", estimate=lost.min())


@claim(
    "jz20-sec41-boundary-error",
    section="4.1",
    statement="Early stopping costs details of the class boundary: the longer a teacher trains, the better it "
    "generalizes.",
    quantity="fall of the teacher's error on fresh inputs of the plane from each stopping epoch to the next",
    test=_ORDERED + "a teacher is one draw",
    error_rate=_ERROR_RATE,
    figure="jz20_fig5",
    reads=("wide/imperfect",),
)
def _boundary_error(imperfect):
    error = imperfect["teacher_error"].sortby("stopping_epoch").transpose("stopping_epoch", "teacher")
    names = [f"epoch {epoch}" for epoch in error["stopping_epoch"].values]
    reason = f"mean error {listed(names, error.values, '{:.3f}')}; {error.sizes['teacher']} teachers"
    reading = "also Fig. 5's “stopping epoch is positively related to generalization ability”"
    return rising(-np.diff(error.values, axis=0), reason, error_rate=_ERROR_RATE, reading=reading)


@claim(
    "jz20-sec41-boundary-error-ends",
    section="4.1",
    statement="Early stopping costs details of the class boundary: a teacher generalizes better at the end than at "
    "first.",
    quantity="teacher's error on fresh inputs of the plane at the first stopping epoch less that at the last",
    test="one-sided paired t-test; a teacher is one draw",
    error_rate=_ERROR_RATE,
    figure="jz20_fig5",
    reads=("wide/imperfect",),
)
def _boundary_error_ends(imperfect):
    error = imperfect["teacher_error"].sortby("stopping_epoch").transpose("stopping_epoch", "teacher").values
    reason = f"mean error {error[0].mean():.3f} at the first epoch, {error[-1].mean():.4f} at the last"
    return rising(error[0] - error[-1], reason, error_rate=_ERROR_RATE, reading="the two ends")


@claim(
    "jz20-fig4-stopping",
    section="4.1",
    statement="Early stopping of the teacher improves the data efficiency of distillation: I(n) rises with the epoch.",
    quantity="rise of I over the last two octaves from each stopping epoch to the next, ρ = 1",
    test=_ORDERED + "teachers or runs are the draws, whichever leave more doubt",
    error_rate=_ERROR_RATE,
    figure="jz20_fig4",
    reads=("wide/stopping",),
)
def _stopping(stopping):
    norm = stopping["weight_norm"].sortby("stopping_epoch").transpose("stopping_epoch", ...)
    values = inefficiency_draws(norm, late(norm))
    names = [f"epoch {epoch}" for epoch in norm["stopping_epoch"].values]
    rises = less_certain(np.diff(values, axis=0), teachers_of(norm))
    first, last = late(norm)
    reason = f"I over n = {first}…{last}: {listed(names, values, '{:.3f}')}; {who_is_drawn(norm)}"
    return rising(rises, reason, error_rate=_ERROR_RATE, reading="every epoch against the next")


@claim(
    "jz20-fig4-stopping-ends",
    section="4.1",
    statement="Early stopping of the teacher improves the data efficiency of distillation (first against last epoch).",
    quantity="I over the last two octaves at the last stopping epoch less that at the first, ρ = 1",
    test="one-sided paired t-test; teachers or runs are the draws, whichever leave more doubt",
    error_rate=_ERROR_RATE,
    figure="jz20_fig4",
    reads=("wide/stopping",),
)
def _stopping_ends(stopping):
    norm = stopping["weight_norm"].sortby("stopping_epoch").transpose("stopping_epoch", ...)
    values = inefficiency_draws(norm, late(norm))
    epochs = norm["stopping_epoch"].values
    reason = f"I {values[0].mean():.3f} at epoch {epochs[0]}, {values[-1].mean():.3f} at epoch {epochs[-1]}"
    return rising(
        less_certain(values[-1] - values[0], teachers_of(norm)), reason, error_rate=_ERROR_RATE, reading="the two ends"
    )


def _grows(example, name, words):
    values = _by_epoch(example, name)
    steps = np.diff(values, axis=0) / values[:-1]
    epochs = example["stopping_epoch"].values
    shown = ", ".join(f"{mean:.3g} (epoch {epoch})" for epoch, mean in zip(epochs, values.mean(axis=1), strict=True))
    reason = f"{words} {shown}; {values.shape[1]} teacher{'s' * (values.shape[1] > 1)}"
    return every_cell(steps <= 0, reason, what="steps", estimate=steps.min())


def _by_epoch(example, name):
    """Values (stopping_epoch, teacher)."""
    values = example[name]
    return (
        (values if "teacher" in values.dims else values.expand_dims("teacher"))
        .transpose("stopping_epoch", "teacher")
        .values
    )
