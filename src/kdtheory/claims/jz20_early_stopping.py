"""Section 4.1, Fig. 4 left and middle: what teachers know at each epoch, and how hard their students' task is then."""

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.draws import ARE_WORLDS, worlds_of
from kdtheory.claims.finding import ORDER
from kdtheory.claims.inefficiency import WORLDS, inefficiency_draws, listed, plateau, span, unless_descriptive
from kdtheory.claims.registry import claim
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.means import mean, trend_by_world
from kdtheory.statistics.worlds import worlds_in_words

_PAIRS = "one-sided paired t-test of every adjacent pair"
_ADJACENT = _PAIRS + ARE_WORLDS
_EXAMPLE = {"figure": "jz20_fig4", "reads": ("wide/example",), "kind": ORDER, "error_rate": rules.ERROR_RATE}
_ERRORS = {**_EXAMPLE, "figure": "jz20_fig5", "reads": ("wide/imperfect",)}
_STOPPING = {**_EXAMPLE, "reads": ("wide/stopping",)}


@claim(
    "jz20-fig4-logit-scale",
    section="4.1",
    statement="The scale of the teacher's logits increases while it trains.",
    quantity="growth of ln of the root mean square of z_t over the example's inputs, from each epoch to the next",
    test=_ADJACENT,
    **_EXAMPLE,
)
def _logit_scale(example):
    return _grows(example, "logit_scale", "root mean square of z_t")


@claim(
    "jz20-fig4-logit-detail",
    section="4.1",
    statement="The shape of the teacher's logits becomes more detailed while it trains.",
    quantity="growth of ln of mean |dz_t/dx| over the root mean square of z_t, from each stopping epoch to the next",
    test=_ADJACENT,
    **_EXAMPLE,
)
def _logit_detail(example):
    return _grows(example, "logit_slope", "mean slope in units of the scale")


@claim(
    "jz20-fig4-boundary-detail",
    section="4.1",
    statement="Early stopping costs details of the class boundary (the 1-D example).",
    quantity="class boundaries that a teacher lacks or has too many, at the first stopping epoch less at the last",
    test="one-sided paired t-test" + ARE_WORLDS,
    reading="the two ends",
    scope="reading",
    **_EXAMPLE,
)
def _boundary_detail(example):
    found, true = _by_epoch(example, "sign_changes"), worlds_of(example["true_sign_changes"])
    missing = np.abs(found - true[:, None])
    error = 100 * _by_epoch(example, "boundary_error").mean(axis=0)
    epochs = _epochs(example)
    reason = (
        f"of {true.mean():.3g} boundaries on average a teacher has {listed(epochs, found, '{:.3g}')}; wrong on "
        f"{error[0]:.3g} % of x at {epochs[0]} and on {error[-1]:.2g} % at {epochs[-1]}; {len(found)} worlds"
    )
    return rules.order(mean(missing[:, 0] - missing[:, -1]), reason=reason)


@claim(
    "jz20-sec41-boundary-error",
    section="4.1",
    statement="Early stopping costs details of the class boundary: the longer a teacher trains, the better it "
    "generalizes.",
    quantity="fall of the teacher's error on fresh inputs of the plane from each stopping epoch to the next",
    test=_ADJACENT,
    reading="also Fig. 5's “stopping epoch is positively related to generalization ability”",
    **_ERRORS,
)
def _boundary_error(imperfect):
    error = _teacher_error(imperfect)
    reason = f"mean error {listed(_epochs(imperfect), error, '{:.3f}')}; {len(error)} worlds"
    return rules.order(mean(-np.diff(error, axis=1)), trend=mean(trend_by_world(-error)), reason=reason)


@claim(
    "jz20-sec41-boundary-error-ends",
    section="4.1",
    statement="Early stopping costs details of the class boundary: a teacher generalizes better at the end than at "
    "first.",
    quantity="teacher's error on fresh inputs of the plane at the first stopping epoch less that at the last",
    test="one-sided paired t-test" + ARE_WORLDS,
    scope="reading",
    reading="the two ends",
    **_ERRORS,
)
def _boundary_error_ends(imperfect):
    error = _teacher_error(imperfect)
    reason = f"mean error {error[:, 0].mean():.3f} at the first epoch, {error[:, -1].mean():.4f} at the last"
    return rules.order(mean(error[:, 0] - error[:, -1]), reason=reason)


@claim(
    "jz20-fig4-stopping",
    section="4.1",
    statement="Early stopping of the teacher improves the data efficiency of distillation: I(n) rises with the epoch.",
    quantity="rise of I over n = 128…1024 from each stopping epoch to the next, ρ = 1",
    test=_PAIRS + WORLDS,
    reading="every epoch against the next",
    **_STOPPING,
)
def _stopping(stopping):
    norm, values = _by_stopping_epoch(stopping)
    reason = f"I over n = {span(plateau(norm))}: {listed(_epochs(stopping), values, '{:.3f}')}; {worlds_in_words(norm)}"
    found = rules.order(pooled(np.diff(values, axis=1)), trend=pooled(trend_by_world(values)), reason=reason)
    return unless_descriptive(found, values)


@claim(
    "jz20-fig4-stopping-ends",
    section="4.1",
    statement="Early stopping of the teacher improves the data efficiency of distillation (first against last epoch).",
    quantity="I over n = 128…1024 at the last stopping epoch less that at the first, ρ = 1",
    test="one-sided paired t-test" + WORLDS,
    scope="reading",
    reading="the two ends",
    **_STOPPING,
)
def _stopping_ends(stopping):
    norm, values = _by_stopping_epoch(stopping)
    ends = [_epochs(stopping)[place] for place in (0, -1)]
    shown = listed(ends, values[:, [0, -1]], "{:.3f}")
    reason = f"I over n = {span(plateau(norm))}: {shown}; {worlds_in_words(norm)}"
    return rules.order(pooled(values[:, -1] - values[:, 0]), reason=reason)


def _grows(example, name, words):
    values = _by_epoch(example, name)
    reason = f"{words} {listed(_epochs(example), values, '{:.3g}')}; {len(values)} worlds"
    logarithms = np.log(values)
    return rules.order(mean(np.diff(logarithms, axis=1)), trend=mean(trend_by_world(logarithms)), reason=reason)


def _by_epoch(example, name):
    """Values (worlds, epochs)."""
    return worlds_of(example[name].sortby("stopping_epoch"), "stopping_epoch")


def _epochs(group):
    return [f"epoch {epoch}" for epoch in np.sort(group["stopping_epoch"].values)]


def _teacher_error(imperfect):
    """Errors (worlds, epochs)."""
    return _by_epoch(imperfect, "teacher_error")


def _by_stopping_epoch(stopping):
    """Norms, and draws of I over the plateau's window (worlds, epochs)."""
    norm = stopping["weight_norm"].sortby("stopping_epoch").transpose("stopping_epoch", ...)
    return norm, inefficiency_draws(norm, [plateau(norm)])[:, 0]
