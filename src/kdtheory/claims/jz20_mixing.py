"""Section 4.2, Fig. 4 right: hard labels make the student's task harder, until it is that of label smoothing."""

import numpy as np

from kdtheory.claims.estimates import close_to, less_certain, t_intervals
from kdtheory.claims.growth_draws import inefficiency_draws, late, listed, octaves, teachers_of, who_is_drawn
from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import rising

_ERROR_RATE = 0.05
_HARD_PLATEAU = 0.5
_TOLERANCE = 0.1
_MIXING = {"figure": "jz20_fig4", "reads": ("wide/mixing",)}
_BOTH = {"figure": "jz20_fig4", "reads": ("wide/mixing", "wide/references")}
_DRAWS = "; teachers or runs are the draws, whichever leave more doubt"


@claim(
    "jz20-fig4-mixing",
    section="4.2",
    statement="Hard labels increase data inefficiency: I(n) falls with the soft ratio.",
    quantity="fall of I over the last two octaves from each ρ to the next, perfect teachers",
    test="intersection–union of one-sided paired t-tests of adjacent ρ, Holm for `fails`" + _DRAWS,
    error_rate=_ERROR_RATE,
    **_MIXING,
)
def _mixing(mixing):
    norm = _by_ratio(mixing)
    values = inefficiency_draws(norm, late(norm))
    falls = less_certain(-np.diff(values, axis=0), teachers_of(norm))
    reason = f"I over n = {_span(late(norm))}: {listed(_ratios(norm), values, '{:.3f}')}; {who_is_drawn(norm)}"
    return rising(falls, reason, error_rate=_ERROR_RATE, reading="every soft ratio against the next")


@claim(
    "jz20-fig4-mixing-soft",
    section="4.2",
    statement="Adding hard labels to distillation increases sample complexity: pure soft labels have the lowest I(n).",
    quantity="I over the last two octaves at each ρ < 1 less that at ρ = 1, perfect teachers",
    test="intersection–union of one-sided paired t-tests over ρ, Holm for `fails`" + _DRAWS,
    error_rate=_ERROR_RATE,
    **_MIXING,
)
def _mixing_soft(mixing):
    norm = _by_ratio(mixing)
    values = inefficiency_draws(norm, late(norm))
    excess = values[:-1] - values[-1]
    reason = f"I(ρ) − I(1): {listed(_ratios(norm)[:-1], excess, '{:.3f}')}; {who_is_drawn(norm)}"
    return rising(
        less_certain(excess, teachers_of(norm)),
        reason,
        error_rate=_ERROR_RATE,
        reading="every soft ratio against ρ = 1",
    )


@claim(
    "jz20-fig4-hard-plateau",
    section="4.2",
    statement="With hard labels alone I(n) ≈ 0.5.",
    quantity="I over the last two octaves at the smallest ρ",
    test=f"t-interval within {_TOLERANCE} of {_HARD_PLATEAU}" + _DRAWS,
    error_rate=_ERROR_RATE,
    **_MIXING,
)
def _hard_plateau(mixing):
    norm = _by_ratio(mixing).isel(soft_ratio=0)
    estimate = t_intervals(
        less_certain(inefficiency_draws(norm, late(norm)), teachers_of(norm)), error_rate=_ERROR_RATE
    )
    value, (low, high) = estimate[0] if estimate else (np.nan, (np.nan, np.nan))
    reason = (
        f"at ρ = {float(norm['soft_ratio']):g} I over n = {_span(late(norm))} is {value:.3f} ({low:.3f} to "
        f"{high:.3f}); {who_is_drawn(norm)}"
    )
    return close_to(estimate, _HARD_PLATEAU, _TOLERANCE, reason)


@claim(
    "jz20-fig4-hard-constant",
    section="4.2",
    statement="With hard labels alone the curve I(n) is constant.",
    quantity="I at the smallest ρ over each later octave of n ≥ 16 less that over the first one",
    test=f"every t-interval within {_TOLERANCE} of 0" + _DRAWS,
    error_rate=_ERROR_RATE,
    **_MIXING,
)
def _hard_constant(mixing):
    norm = _by_ratio(mixing).isel(soft_ratio=0)
    windows, curve = _curve(norm)
    changes = less_certain(curve[1:] - curve[0], teachers_of(norm))
    reason = f"I by octaves: {listed([f'n = {_span(window)}' for window in windows], curve)}; {who_is_drawn(norm)}"
    return close_to(t_intervals(changes, error_rate=_ERROR_RATE), 0.0, _TOLERANCE, reason)


@claim(
    "jz20-fig4-soft-decreasing",
    section="4.2",
    statement="With pure soft labels the curve I(n) decreases.",
    quantity="fall of I at ρ = 1 from each octave of n ≥ 16 to the next",
    test="intersection–union of one-sided t-tests of adjacent octaves, Holm for `fails`" + _DRAWS,
    error_rate=_ERROR_RATE,
    **_MIXING,
)
def _soft_decreasing(mixing):
    norm = _by_ratio(mixing).sel(soft_ratio=1.0)
    windows, curve = _curve(norm)
    reason = f"I by octaves: {listed([f'n = {_span(window)}' for window in windows], curve)}; {who_is_drawn(norm)}"
    return rising(less_certain(-np.diff(curve, axis=0), teachers_of(norm)), reason, error_rate=_ERROR_RATE)


@claim(
    "jz20-sec42-easier-than-random",
    section="4.2",
    statement="A discontinuous function is easier to learn than random labels: the constant of hard labels is lower.",
    quantity="I over the last two octaves of random labels less that of students of hard labels",
    test="one-sided t-test, runs paired by their points; the mean over teachers is taken first",
    error_rate=_ERROR_RATE,
    **_BOTH,
)
def _easier_than_random(mixing, references):
    hard, random, window = _paired(_by_ratio(mixing).isel(soft_ratio=0), references, "random_labels")
    reason = f"I over n = {_span(window)}: {random.mean():.2f} (random labels), {hard.mean():.2f} (hard labels)"
    return rising(random - hard, reason, error_rate=_ERROR_RATE)


@claim(
    "jz20-sec42-smoothing-not-easy",
    section="4.2",
    statement="Label smoothing is not an easy task compared with pure soft distillation.",
    quantity="I over the last two octaves of label smoothing less that of pure soft distillation",
    test="one-sided t-test, runs paired by their points; the mean over teachers is taken first",
    error_rate=_ERROR_RATE,
    **_BOTH,
)
def _smoothing_not_easy(mixing, references):
    soft, smoothing, window = _paired(_by_ratio(mixing).sel(soft_ratio=1.0), references, "label_smoothing")
    reason = f"I over n = {_span(window)}: {smoothing.mean():.2f} (label smoothing), {soft.mean():.2f} (ρ = 1)"
    return rising(smoothing - soft, reason, error_rate=_ERROR_RATE)


def _by_ratio(mixing):
    return mixing["weight_norm"].sortby("soft_ratio").transpose("soft_ratio", ...)


def _ratios(norm):
    return [f"ρ = {ratio:g}" for ratio in norm["soft_ratio"].values]


def _curve(norm):
    """Octaves, and I over each of them in every draw, (octaves, draws)."""
    windows = octaves(norm)
    return windows, np.stack([inefficiency_draws(norm, window) for window in windows])


def _paired(norm, references, reference):
    """Draws of I by runs of the same points: of students, whose teachers are averaged, and of a reference task."""
    other = references["weight_norm"].sel(reference=reference)
    window = late(norm)
    runs = min(norm.sizes["repeat"], other.sizes["repeat"])
    students, reference = (inefficiency_draws(values.isel(repeat=slice(runs)), window) for values in (norm, other))
    return students[teachers_of(norm) :], reference, window


def _span(window):
    return f"{window[0]}…{window[1]}"
