"""Section 4, Fig. 3: does what it shows depend on amplitude, dimension and widths, which the paper does not print?"""

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.finding import ORDER, VALUE
from kdtheory.claims.inefficiency import WORLDS, inefficiency_draws, octaves, plateau, unless_descriptive
from kdtheory.claims.registry import claim
from kdtheory.statistics.jackknife import pooled
from kdtheory.theory.inefficiency import plateau_prediction

_DIMS = 1, 2, 3, 5
_PARTS = tuple(f"d = {dim}" for dim in _DIMS)
_PAPERS_PLATEAU = 0.8
_OVER = "I over the last three octaves of n"
_EACH = ", one part for each dimension d of the inputs"
_COMMON = {
    "section": "4",
    "figure": "jz20_fig3",
    "reads": ("wide/difficulty",),
    "parts": _PARTS,
    "error_rate": len(_PARTS) * rules.ERROR_RATE,
    "assumes": ("datasets.<name>.width", "experiments.difficulty.cells.main.depth"),
}


@claim(
    "jz20-fig3-decreasing-sweep",
    statement="I(n) decreases when the target is a smooth function without noise, whatever its amplitude, the widths "
    "of its modes and the dimension.",
    quantity="I over the first octave of n ≥ 16 less I over the last one, each number of modes, amplitude and law of "
    f"widths{_EACH}",
    test="one-sided paired t-test in every cell" + WORLDS,
    kind=ORDER,
    scope="reading",
    reading="from beginning to end",
    **_COMMON,
)
def _decreasing(difficulty):
    def check(dim):
        norm = _modes(difficulty, dim)
        windows = octaves(norm)
        ends = inefficiency_draws(norm, [windows[0], windows[-1]])
        falls = ends[:, 0] - ends[:, 1]
        return _above_zero("fall", falls)

    return _by_dimension(check)


@claim(
    "jz20-fig3-modes-sweep",
    statement="A target of many Gaussian modes has a larger I(n) than one of few, whatever its amplitude, the widths "
    "of its modes and the dimension.",
    quantity=f"{_OVER} of the most modes less that of the fewest, on the same points, each amplitude and law of "
    f"widths{_EACH}",
    test="one-sided paired t-test in every cell" + WORLDS,
    kind=ORDER,
    scope="reading",
    reading="the two ends",
    **_COMMON,
)
def _modes_ends(difficulty):
    def check(dim):
        values = _over_plateau(_modes(difficulty, dim))
        rises = values[:, -1] - values[:, 0]
        return _above_zero("rise", rises)

    return _by_dimension(check)


@claim(
    "jz20-fig3-modes-sweep-ordered",
    statement="The more Gaussian modes a target has, the larger its I(n), whatever its amplitude and the dimension "
    "(widths of each mode's own, as the formula prints them).",
    quantity=f"rise of {_OVER} from each number of modes to the next, on the same points, each amplitude{_EACH}",
    test="one-sided paired t-test of every adjacent pair in every cell" + WORLDS,
    kind=ORDER,
    reading="every number of modes against the next",
    **_COMMON,
)
def _modes_ordered(difficulty):
    def check(dim):
        rises = np.diff(_over_plateau(_modes(difficulty.sel(width_law=["own"]), dim)), axis=1)
        return _above_zero("rise", rises)

    return _by_dimension(check)


@claim(
    "jz20-fig3-flips-sweep",
    statement="Any share of flipped signs makes the target harder than none, whatever its amplitude and the dimension.",
    quantity=f"{_OVER} at each flip probability less that without flips, on the same points, each amplitude{_EACH}",
    test="one-sided paired t-test in every cell" + WORLDS,
    kind=ORDER,
    scope="reading",
    reading="noise against no noise",
    **_COMMON,
)
def _flips(difficulty):
    def check(dim):
        values = _over_plateau(_of_dimension(difficulty["flip_norm"], dim, "flip_probability"))
        rises = values[:, 1:] - values[:, :1]
        return _above_zero("rise", rises)

    return _by_dimension(check)


@claim(
    "jz20-fig3-flip-plateau-sweep",
    statement=f"With random signs (p = ½) I(n) ≡ {_PAPERS_PLATEAU}, whatever the amplitude and the dimension.",
    quantity=f"{_OVER} at p = ½, each amplitude{_EACH}",
    test=f"equivalence to {_PAPERS_PLATEAU} in every cell" + WORLDS,
    kind=VALUE,
    tolerance=rules.READ_OFF_A_PLOT,
    **_COMMON,
)
def _flip_plateau(difficulty):
    return _by_dimension(lambda dim: _half_flipped(difficulty, dim, _PAPERS_PLATEAU, rules.READ_OFF_A_PLOT))


@claim(
    "ext-flip-plateau-sweep",
    statement="With random signs (p = ½) I(n) levels off at (d + 1)/(2d), whatever the amplitude and the dimension.",
    quantity=f"{_OVER} at p = ½, each amplitude{_EACH}",
    test="equivalence to (d + 1)/(2d) in every cell" + WORLDS,
    kind=VALUE,
    scope="ours",
    tolerance=rules.DERIVED,
    **_COMMON,
)
def _flip_plateau_predicted(difficulty):
    return _by_dimension(
        lambda dim: _half_flipped(difficulty, dim, plateau_prediction("random_labels", dim), rules.DERIVED)
    )


def _by_dimension(check):
    return rules.in_parts(_PARTS, {part: check(dim) for part, dim in zip(_PARTS, _DIMS, strict=True)})


def _above_zero(what, draws):
    """The finding that falls or rises, (worlds, cells...), are above 0."""
    return unless_descriptive(rules.order(pooled(draws), reason=_range(what, draws)), draws)


def _half_flipped(difficulty, dim, target, tolerance):
    draws = _over_plateau(_of_dimension(difficulty["flip_norm"].sel(flip_probability=0.5), dim))
    return unless_descriptive(rules.value(pooled(draws), target, tolerance, reason=_range("I", draws)), draws)


def _of_dimension(norm, dim, *first):
    """Norms in one dimension, with some dimensions first and sorted; NaN where the study left the dimension out."""
    return norm.reindex(dim=[dim]).squeeze("dim", drop=True).sortby(list(first)).transpose(*first, ...)


def _modes(difficulty, dim):
    return _of_dimension(difficulty["mode_norm"], dim, "modes")


def _over_plateau(norm):
    return inefficiency_draws(norm, [plateau(norm)])[:, 0]


def _range(what, draws):
    """Least and largest mean of what was drawn, in words."""
    means = draws.mean(axis=0)
    means = means[np.isfinite(means)]
    return f"{what} from {means.min():.2f} to {means.max():.2f}" if means.size else f"no {what} was measured"
