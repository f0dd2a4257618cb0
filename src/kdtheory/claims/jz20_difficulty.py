"""Section 4, Fig. 3: data inefficiency of tasks whose difficulty is set by the number of modes or by flipped signs."""

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.finding import ORDER, VALUE
from kdtheory.claims.inefficiency import (
    RARE_FLIPS,
    WORLDS,
    inefficiency_draws,
    listed,
    octaves,
    plateau,
    span,
    unless_descriptive,
)
from kdtheory.claims.registry import claim
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.means import trend_by_world
from kdtheory.statistics.worlds import worlds_in_words
from kdtheory.theory.inefficiency import plateau_prediction

_PAPERS_PLATEAU = 0.8
_INPUT_DIM = 2
_ADJACENT = "one-sided paired t-test of every adjacent pair" + WORLDS
_COMMON = {"figure": "jz20_fig3", "error_rate": rules.ERROR_RATE}
_MODES = {
    **_COMMON,
    "reads": ("wide/modes",),
    "kind": ORDER,
    "assumes": ("datasets.<name>.width", "datasets.<name>.dim", "teachers.<name>.scale"),
}
_FLIPS = {**_COMMON, "reads": ("wide/flips",), "assumes": _MODES["assumes"]}
# The law of widths that the printed formula has.
_PRINTED = "own"


@claim(
    "jz20-fig3-decreasing",
    section="4",
    statement="I(n) decreases when the target is a smooth function without noise.",
    quantity="I over the first octave of n ≥ 16 less I over the last one, each number of modes, widths of their own",
    test="one-sided paired t-test of every target" + WORLDS,
    scope="reading",
    reading="from beginning to end",
    **_MODES,
)
def _decreasing(modes):
    norm, names = _by_modes(modes, _PRINTED)
    windows = octaves(norm)
    ends = inefficiency_draws(norm, [windows[0], windows[-1]])
    reason = "; ".join(
        f"I over n = {span(window)}: {listed(names, ends[:, place])}"
        for place, window in enumerate((windows[0], windows[-1]))
    )
    return unless_descriptive(rules.order(pooled(ends[:, 0] - ends[:, 1]), reason=reason), ends)


@claim(
    "jz20-fig3-decreasing-everywhere",
    section="4",
    statement="I(n) decreases all along when the target is a smooth function without noise.",
    quantity="fall of I from each octave of n ≥ 16 to the next, each number of modes, widths of their own",
    test=_ADJACENT,
    reading="from octave to octave",
    **_MODES,
)
def _decreasing_everywhere(modes):
    norm, names = _by_modes(modes, _PRINTED)
    curves = inefficiency_draws(norm, octaves(norm))
    falls = pooled(-np.diff(curves, axis=1))
    rises = [name for name, mean in zip(names, falls.value.min(axis=0), strict=True) if mean < 0]
    reason = f"{len(octaves(norm))} octaves; mean I rises somewhere for {', '.join(rises) or 'none'}"
    found = rules.order(falls, trend=pooled(trend_by_world(-curves).mean(axis=-1)), reason=reason)
    return unless_descriptive(found, curves)


def _modes_ordered(width_law, words):
    @claim(
        f"jz20-fig3-modes-{width_law}",
        section="4",
        statement=f"The more Gaussian modes a target has, the larger its I(n) ({words}).",
        quantity="rise of I over n = 128…1024 from each number of modes to the next, on the same points",
        test=_ADJACENT,
        scope="paper" if width_law == _PRINTED else "reading",
        reading=words,
        **_MODES,
    )
    def check(modes):
        norm, names = _by_modes(modes, width_law)
        values = _over_plateau(norm)
        reason = f"I over n = {span(plateau(norm))}: {listed(names, values)}; {worlds_in_words(norm)}"
        found = rules.order(pooled(np.diff(values, axis=1)), trend=pooled(trend_by_world(values)), reason=reason)
        return unless_descriptive(found, values)

    return check


def _modes_ends(width_law, words):
    @claim(
        f"jz20-fig3-modes-{width_law}-ends",
        section="4",
        statement=f"A target of many Gaussian modes has a larger I(n) than one of few ({words}).",
        quantity="I over n = 128…1024 of the most modes less that of the fewest, on the same points",
        test="one-sided paired t-test" + WORLDS,
        scope="reading",
        reading=f"the two ends; {words}",
        **_MODES,
    )
    def check(modes):
        norm, names = _by_modes(modes, width_law)
        values = _over_plateau(norm)[:, [0, -1]]
        reason = f"I over n = {span(plateau(norm))}: {listed([names[0], names[-1]], values)}; {worlds_in_words(norm)}"
        return rules.order(pooled(values[:, 1] - values[:, 0]), reason=reason)

    return check


_modes_ends("own", "modes of widths of their own, as the formula prints them")
_modes_ends("shrinking", "modes that get narrower as they get more")
_modes_ends("fixed", "modes of a fixed width")
_modes_ordered("own", "modes of widths of their own, as the formula prints them")
_modes_ordered("shrinking", "modes that get narrower as they get more")
_modes_ordered("fixed", "modes of a fixed width")


@claim(
    "jz20-fig3-flips-ordered",
    section="4",
    statement="The more signs of the target are flipped, the larger its I(n).",
    quantity="rise of I over n = 128…1024 from each flip probability to the next, on the same points; "
    f"probabilities up to {RARE_FLIPS} take part where I is not descriptive",
    test=_ADJACENT,
    kind=ORDER,
    **_FLIPS,
)
def _flips_ordered(flips):
    values, reason = _by_flip_probability(flips)
    trend = pooled(trend_by_world(values)) if values.shape[1] > 1 else None
    found = rules.order(pooled(np.diff(values, axis=1)), trend=trend, reason=reason)
    return unless_descriptive(found, values)


@claim(
    "jz20-fig3-flips-harder",
    section="4",
    statement="Any share of flipped signs makes the target harder than none.",
    quantity="I over n = 128…1024 at each flip probability less that without flips, on the same points; "
    f"probabilities up to {RARE_FLIPS} take part where I is not descriptive",
    test="one-sided paired t-test at every flip probability" + WORLDS,
    kind=ORDER,
    scope="reading",
    reading="noise against no noise",
    **_FLIPS,
)
def _flips_harder(flips):
    values, reason = _by_flip_probability(flips)
    return unless_descriptive(rules.order(pooled(values[:, 1:] - values[:, :1]), reason=reason), values)


@claim(
    "jz20-fig3-flip-plateau",
    section="4",
    statement=f"With random signs (p = ½) I(n) ≡ {_PAPERS_PLATEAU}.",
    quantity="I over n = 128…1024 at p = ½",
    test=f"equivalence to {_PAPERS_PLATEAU}" + WORLDS,
    kind=VALUE,
    tolerance=rules.READ_OFF_A_PLOT,
    **_FLIPS,
)
def _flip_plateau(flips):
    draws, reason = _half_flipped(flips)
    return rules.value(pooled(draws), _PAPERS_PLATEAU, rules.READ_OFF_A_PLOT, reason=reason)


@claim(
    "ext-flip-plateau",
    section="4",
    statement="With random signs (p = ½) I(n) levels off at (d + 1)/(2d), ¾ in two dimensions.",
    quantity="I over n = 128…1024 at p = ½",
    test="equivalence to ¾" + WORLDS,
    kind=VALUE,
    scope="ours",
    tolerance=rules.DERIVED,
    **_FLIPS,
)
def _flip_plateau_predicted(flips):
    draws, reason = _half_flipped(flips)
    predicted = plateau_prediction("random_labels", _INPUT_DIM)
    return rules.value(pooled(draws), predicted, rules.DERIVED, reason=reason)


@claim(
    "jz20-fig3-flip-constant",
    section="4",
    statement="With random signs (p = ½) I(n) is constant: Δŵ does not converge.",
    quantity="I at p = ½ over each later octave of n ≥ 16 less that over the first one",
    test="equivalence to 0 of every difference" + WORLDS,
    kind=VALUE,
    tolerance=rules.DERIVED,
    **_FLIPS,
)
def _flip_constant(flips):
    norm = flips["weight_norm"].sel(flip_probability=0.5)
    windows = octaves(norm)
    curve = inefficiency_draws(norm, windows)
    reason = f"I by octaves: {listed([f'n = {span(window)}' for window in windows], curve)}; {worlds_in_words(norm)}"
    found = rules.value(pooled(curve[:, 1:] - curve[:, :1]), 0.0, rules.DERIVED, reason=reason)
    return unless_descriptive(found, curve)


def _by_modes(modes, width_law):
    norm = modes["weight_norm"].sel(width_law=width_law).sortby("modes").transpose("modes", ...)
    return norm, [f"q = {count}" for count in norm["modes"].values]


def _over_plateau(norm):
    return inefficiency_draws(norm, [plateau(norm)])[:, 0]


def _by_flip_probability(flips):
    """Draws of I (worlds, probabilities) but for rare flips with a descriptive one, and the reason with all means."""
    norm = flips["weight_norm"].sortby("flip_probability").transpose("flip_probability", ...)
    values = _over_plateau(norm)
    names = [f"p = {value:g}" for value in norm["flip_probability"].values]
    probabilities = norm["flip_probability"].values
    rare = (probabilities > 0) & (probabilities <= RARE_FLIPS) & np.isnan(values).all(axis=0)
    return values[:, ~rare], f"I over n = {span(plateau(norm))}: {listed(names, values)}; {worlds_in_words(norm)}"


def _half_flipped(flips):
    """Draws of I at p = ½, and the reason with Eq. 10 itself beside."""
    norm = flips["weight_norm"].sel(flip_probability=0.5)
    draws = _over_plateau(norm)
    reason = f"I over n = {span(plateau(norm))}: {listed(['p = 0.5'], draws[:, None], '{:.3f}')}"
    printed = flips["inefficiency_candidate"].sel(flip_probability=0.5).dropna("n_train")
    if printed.sizes["n_train"]:
        last = printed.isel(n_train=-1)
        error = flips["inefficiency_candidate_se"].sel(flip_probability=0.5, n_train=last["n_train"])
        reason += f"; Eq. 10 itself at n = {int(last['n_train'])}: {float(last):.3f}, standard error {float(error):.3f}"
    return draws, reason
