"""Section 4, Fig. 3: data inefficiency of tasks whose difficulty is set by the number of modes or by flipped signs."""

import numpy as np

from kdtheory.claims.estimates import close_to, t_intervals
from kdtheory.claims.growth_draws import inefficiency_draws, late, listed, octaves, who_is_drawn
from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import rising
from kdtheory.theory.inefficiency import plateau_prediction

_ERROR_RATE = 0.05
_TOLERANCE = 0.025
# A plateau is flat where I(n) changes by no more than this.
_FLAT = 0.05
_PAPERS_PLATEAU = 0.8
_INPUT_DIM = 2
_ORDERED = "intersection–union of one-sided paired t-tests of adjacent {}, Holm for `fails`"
_MODES = {"figure": "jz20_fig3", "reads": ("wide/modes",)}
_FLIPS = {"figure": "jz20_fig3", "reads": ("wide/flips",)}


@claim(
    "jz20-fig3-decreasing",
    section="4",
    statement="I(n) decreases when the target is a smooth function without noise.",
    quantity="I over the first octave of n ≥ 16 less I over the last one, each number of modes, shrinking widths",
    test="intersection–union of one-sided t-tests over targets, Holm for `fails`",
    error_rate=_ERROR_RATE,
    **_MODES,
)
def _decreasing(modes):
    norm, names = _by_modes(modes, "shrinking")
    windows = octaves(norm)
    first, last = (inefficiency_draws(norm, window) for window in (windows[0], windows[-1]))
    reason = (
        f"I over n = {_span(windows[0])}: {listed(names, first)}; over n = {_span(windows[-1])}: {listed(names, last)}"
    )
    return rising(first - last, reason, error_rate=_ERROR_RATE, reading="from beginning to end")


@claim(
    "jz20-fig3-decreasing-everywhere",
    section="4",
    statement="I(n) decreases all along when the target is a smooth function without noise.",
    quantity="fall of I from each octave of n ≥ 16 to the next, each number of modes, shrinking widths",
    test=_ORDERED.format("octaves"),
    error_rate=_ERROR_RATE,
    **_MODES,
)
def _decreasing_everywhere(modes):
    norm, names = _by_modes(modes, "shrinking")
    curves = np.stack([inefficiency_draws(norm, window) for window in octaves(norm)])
    falls = -np.diff(curves, axis=0)
    rises = [name for name, mean in zip(names, falls.mean(axis=-1).min(axis=0), strict=True) if mean < 0]
    reason = f"{len(octaves(norm))} octaves; mean I rises somewhere for {', '.join(rises) or 'none'}"
    return rising(falls.reshape(-1, falls.shape[-1]), reason, error_rate=_ERROR_RATE, reading="from octave to octave")


def _modes_ordered(width_law, words):
    @claim(
        f"jz20-fig3-modes-{width_law}",
        section="4",
        statement=f"The more Gaussian modes a target has, the larger its I(n) ({words}).",
        quantity="rise of I over the last two octaves from each number of modes to the next, on the same points",
        test=_ORDERED.format("numbers of modes"),
        error_rate=_ERROR_RATE,
        **_MODES,
    )
    def check(modes):
        norm, names = _by_modes(modes, width_law)
        values = inefficiency_draws(norm, late(norm))
        reason = f"I over n = {_span(late(norm))}: {listed(names, values)}; {who_is_drawn(norm)}"
        return rising(np.diff(values, axis=0), reason, error_rate=_ERROR_RATE, reading=words)

    return check


def _modes_ends(width_law, words):
    @claim(
        f"jz20-fig3-modes-{width_law}-ends",
        section="4",
        statement=f"A target of many Gaussian modes has a larger I(n) than one of few ({words}).",
        quantity="I over the last two octaves of the most modes less that of the fewest, on the same points",
        test="one-sided paired t-test",
        error_rate=_ERROR_RATE,
        **_MODES,
    )
    def check(modes):
        norm, names = _by_modes(modes, width_law)
        values = inefficiency_draws(norm, late(norm))[[0, -1]]
        reason = f"I over n = {_span(late(norm))}: {listed([names[0], names[-1]], values)}; {who_is_drawn(norm)}"
        return rising(values[1] - values[0], reason, error_rate=_ERROR_RATE, reading=f"the two ends; {words}")

    return check


_modes_ends("shrinking", "modes that get narrower as they get more")
_modes_ends("fixed", "modes of a fixed width")
_modes_ordered("shrinking", "modes that get narrower as they get more")
_modes_ordered("fixed", "modes of a fixed width")


@claim(
    "jz20-fig3-flips-ordered",
    section="4",
    statement="The more signs of the target are flipped, the larger its I(n).",
    quantity="rise of I over the last two octaves from each flip probability to the next, on the same points",
    test=_ORDERED.format("flip probabilities"),
    error_rate=_ERROR_RATE,
    **_FLIPS,
)
def _flips_ordered(flips):
    norm = flips["weight_norm"].sortby("flip_probability").transpose("flip_probability", ...)
    values = inefficiency_draws(norm, late(norm))
    names = [f"p = {value:g}" for value in norm["flip_probability"].values]
    reason = f"I over n = {_span(late(norm))}: {listed(names, values)}; {who_is_drawn(norm)}"
    return rising(np.diff(values, axis=0), reason, error_rate=_ERROR_RATE)


@claim(
    "jz20-fig3-flips-harder",
    section="4",
    statement="Any share of flipped signs makes the target harder than none.",
    quantity="I over the last two octaves at each flip probability less that without flips, on the same points",
    test="intersection–union of one-sided paired t-tests over flip probabilities, Holm for `fails`",
    error_rate=_ERROR_RATE,
    **_FLIPS,
)
def _flips_harder(flips):
    norm = flips["weight_norm"].sortby("flip_probability").transpose("flip_probability", ...)
    values = inefficiency_draws(norm, late(norm))
    names = [f"p = {value:g}" for value in norm["flip_probability"].values]
    reason = f"I over n = {_span(late(norm))}: {listed(names, values)}; {who_is_drawn(norm)}"
    return rising(values[1:] - values[0], reason, error_rate=_ERROR_RATE, reading="noise against no noise")


@claim(
    "jz20-fig3-flip-plateau",
    section="4",
    statement=f"With random signs (p = ½) I(n) ≡ {_PAPERS_PLATEAU}.",
    quantity="I over the last two octaves at p = ½",
    test=f"the interval lies within {_TOLERANCE} of {_PAPERS_PLATEAU}",
    error_rate=_ERROR_RATE,
    **_FLIPS,
)
def _flip_plateau(flips):
    estimate, reason = _half_flipped(flips)
    return close_to([estimate], _PAPERS_PLATEAU, _TOLERANCE, reason)


@claim(
    "ext-flip-plateau",
    section="4",
    statement="With random signs (p = ½) I(n) levels off at (d + 1)/(2d), ¾ in two dimensions.",
    quantity="I over the last two octaves at p = ½",
    test=f"the interval lies within {_TOLERANCE} of ¾",
    error_rate=_ERROR_RATE,
    **_FLIPS,
)
def _flip_plateau_predicted(flips):
    estimate, reason = _half_flipped(flips)
    return close_to([estimate], plateau_prediction("random_labels", _INPUT_DIM), _TOLERANCE, reason)


@claim(
    "jz20-fig3-flip-constant",
    section="4",
    statement="With random signs (p = ½) I(n) is constant: Δŵ does not converge.",
    quantity="I at p = ½ over each later octave of n ≥ 16 less that over the first one",
    test=f"every interval lies within {_FLAT} of 0",
    error_rate=_ERROR_RATE,
    **_FLIPS,
)
def _flip_constant(flips):
    norm = flips["weight_norm"].sel(flip_probability=0.5)
    windows = octaves(norm)
    curve = np.stack([inefficiency_draws(norm, window) for window in windows])
    reason = f"I by octaves: {listed([f'n = {_span(window)}' for window in windows], curve)}"
    return close_to(t_intervals(curve[1:] - curve[0], error_rate=_ERROR_RATE), 0.0, _FLAT, reason)


def _by_modes(modes, width_law):
    norm = modes["weight_norm"].sel(width_law=width_law).sortby("modes").transpose("modes", ...)
    return norm, [f"q = {count}" for count in norm["modes"].values]


def _half_flipped(flips):
    norm = flips["weight_norm"].sel(flip_probability=0.5)
    estimate = t_intervals(inefficiency_draws(norm, late(norm)), error_rate=_ERROR_RATE)[0]
    value, (low, high) = estimate
    reason = f"I over n = {_span(late(norm))} is {value:.3f} ({low:.3f} to {high:.3f})"
    printed = flips["inefficiency_candidate"].sel(flip_probability=0.5).dropna("n_train")
    if printed.sizes["n_train"]:
        last = printed.isel(n_train=-1)
        error = flips["inefficiency_candidate_se"].sel(flip_probability=0.5, n_train=last["n_train"])
        reason += f"; Eq. 10 itself at n = {int(last['n_train'])}: {float(last):.3f} ± {float(error):.3f}"
    return estimate, reason


def _span(window):
    return f"{window[0]}…{window[1]}"
