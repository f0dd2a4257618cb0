"""Section 4.2, Fig. 4 right: hard labels make the student's task harder, until it is that of label smoothing."""

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.draws import of_same_worlds
from kdtheory.claims.finding import ORDER, VALUE
from kdtheory.claims.inefficiency import WORLDS, inefficiency_draws, listed, octaves, plateau, span, unless_descriptive
from kdtheory.claims.registry import claim
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.means import trend_by_world
from kdtheory.statistics.worlds import worlds_in_words

_HARD_PLATEAU = 0.5
_MIXING = {
    "figure": "jz20_fig4",
    "reads": ("wide/mixing",),
    "error_rate": rules.ERROR_RATE,
    "assumes": ("experiments.mixing.cells.main.hard_logit",),
}
_BOTH = {**_MIXING, "reads": ("wide/mixing", "wide/references"), "kind": ORDER}


@claim(
    "jz20-fig4-mixing",
    section="4.2",
    statement="Hard labels increase data inefficiency: I(n) falls with the soft ratio.",
    quantity="fall of I over n = 128…1024 from each ρ to the next, perfect teachers",
    test="one-sided paired t-test of every adjacent pair" + WORLDS,
    kind=ORDER,
    reading="every soft ratio against the next",
    **_MIXING,
)
def _mixing(mixing):
    norm = _by_ratio(mixing)
    values = _over_plateau(norm)
    reason = f"I over n = {span(plateau(norm))}: {listed(_ratios(norm), values, '{:.3f}')}; {worlds_in_words(norm)}"
    found = rules.order(pooled(-np.diff(values, axis=1)), trend=pooled(trend_by_world(-values)), reason=reason)
    return unless_descriptive(found, values)


@claim(
    "jz20-fig4-mixing-soft",
    section="4.2",
    statement="Adding hard labels to distillation increases sample complexity: pure soft labels have the lowest I(n).",
    quantity="I over n = 128…1024 at each ρ < 1 less that at ρ = 1, perfect teachers",
    test="one-sided paired t-test at every ρ" + WORLDS,
    kind=ORDER,
    reading="every soft ratio against ρ = 1",
    **_MIXING,
)
def _mixing_soft(mixing):
    norm = _by_ratio(mixing)
    values = _over_plateau(norm)
    excess = values[:, :-1] - values[:, -1:]
    reason = f"I(ρ) − I(1): {listed(_ratios(norm)[:-1], excess, '{:.3f}')}; {worlds_in_words(norm)}"
    return unless_descriptive(rules.order(pooled(excess), reason=reason), excess)


@claim(
    "jz20-fig4-hard-plateau",
    section="4.2",
    statement="With hard labels alone I(n) ≈ 0.5.",
    quantity="I over n = 128…1024 at the smallest ρ",
    test=f"equivalence to {_HARD_PLATEAU}" + WORLDS,
    kind=VALUE,
    tolerance=rules.READ_OFF_A_PLOT,
    **_MIXING,
)
def _hard_plateau(mixing):
    norm = _by_ratio(mixing).isel(soft_ratio=0)
    draws = _over_plateau(norm)
    reason = _compared({f"ρ = {float(norm['soft_ratio']):g}": draws}, plateau(norm)) + f"; {worlds_in_words(norm)}"
    return rules.value(pooled(draws), _HARD_PLATEAU, rules.READ_OFF_A_PLOT, reason=reason)


@claim(
    "jz20-fig4-hard-constant",
    section="4.2",
    statement="With hard labels alone the curve I(n) is constant.",
    quantity="I at the smallest ρ over each later octave of n ≥ 16 less that over the first one",
    test="equivalence to 0 of every difference" + WORLDS,
    kind=VALUE,
    tolerance=rules.READ_OFF_A_PLOT,
    **_MIXING,
)
def _hard_constant(mixing):
    norm = _by_ratio(mixing).isel(soft_ratio=0)
    curve = inefficiency_draws(norm, octaves(norm))
    reason = f"I by octaves: {_by_octave(norm, curve)}; {worlds_in_words(norm)}"
    found = rules.value(pooled(curve[:, 1:] - curve[:, :1]), 0.0, rules.READ_OFF_A_PLOT, reason=reason)
    return unless_descriptive(found, curve)


@claim(
    "jz20-fig4-soft-decreasing",
    section="4.2",
    statement="With pure soft labels the curve I(n) decreases.",
    quantity="fall of I at ρ = 1 from each octave of n ≥ 16 to the next",
    test="one-sided paired t-test of every adjacent pair" + WORLDS,
    kind=ORDER,
    **_MIXING,
)
def _soft_decreasing(mixing):
    norm = _by_ratio(mixing).sel(soft_ratio=1.0)
    curve = inefficiency_draws(norm, octaves(norm))
    reason = f"I by octaves: {_by_octave(norm, curve)}; {worlds_in_words(norm)}"
    found = rules.order(pooled(-np.diff(curve, axis=1)), trend=pooled(trend_by_world(-curve)), reason=reason)
    return unless_descriptive(found, curve)


@claim(
    "jz20-sec42-easier-than-random",
    section="4.2",
    statement="A discontinuous function is easier to learn than random labels: the constant of hard labels is lower.",
    quantity="I over n = 128…1024 of random labels less that of students of hard labels",
    test="one-sided t-test, paired within worlds, whose points both tasks share" + WORLDS,
    **_BOTH,
)
def _easier_than_random(mixing, references):
    hard, random, window = _paired(_by_ratio(mixing).isel(soft_ratio=0), references, "random_labels")
    reason = _compared({"random labels": random, "hard labels": hard}, window)
    return rules.order(pooled(random - hard), reason=reason)


@claim(
    "jz20-sec42-smoothing-not-easy",
    section="4.2",
    statement="Label smoothing is not an easy task compared with pure soft distillation.",
    quantity="I over n = 128…1024 of label smoothing less that of pure soft distillation",
    test="one-sided t-test, paired within worlds, whose points both tasks share" + WORLDS,
    **_BOTH,
)
def _smoothing_not_easy(mixing, references):
    soft, smoothing, window = _paired(_by_ratio(mixing).sel(soft_ratio=1.0), references, "label_smoothing")
    reason = _compared({"label smoothing": smoothing, "ρ = 1": soft}, window)
    return rules.order(pooled(smoothing - soft), reason=reason)


def _by_ratio(mixing):
    return mixing["weight_norm"].sortby("soft_ratio").transpose("soft_ratio", ...)


def _ratios(norm):
    return [f"ρ = {ratio:g}" for ratio in norm["soft_ratio"].values]


def _over_plateau(norm):
    return inefficiency_draws(norm, [plateau(norm)])[:, 0]


def _by_octave(norm, curve):
    return listed([f"n = {span(window)}" for window in octaves(norm)], curve)


def _compared(draws, window):
    """The means of I over a window, from draws (worlds,) by name, in words."""
    return f"I over n = {span(window)}: {listed(draws, np.stack(list(draws.values()), axis=1), '{:.3f}')}"


def _paired(norm, references, reference):
    """Draws of I of students and of a reference task in the worlds of both, and the window."""
    window = plateau(norm)
    both = of_same_worlds(norm, references["weight_norm"].sel(reference=reference))
    return *(inefficiency_draws(each, [window])[:, 0] for each in both), window
