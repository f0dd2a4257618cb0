"""Our own result: the dimension of the inputs decides where data inefficiency levels off, the depth hardly does."""

from itertools import pairwise

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.finding import ORDER, VALUE, Finding
from kdtheory.claims.inefficiency import WORLDS, inefficiency_draws, octaves, plateau, span
from kdtheory.claims.registry import UNDECIDED, claim
from kdtheory.statistics.estimate import joined
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.worlds import worlds_in_words

_READS = {
    "section": "4",
    "figure": "ext_plateaus",
    "reads": ("wide/plateaus",),
    "error_rate": rules.ERROR_RATE,
    "scope": "ours",
}
_TARGETS = {
    "random_labels": "random labels: (d + 1)/(2d)",
    "jump": "a jump at a decision boundary: ½ in every dimension",
    "smooth": "a smooth function: 0",
    "kinked": "a kinked function: (d − 2)/(2d)",
    "nngp": "a network at its initialisation (the zero function): (d − 2)/(2d)",
}
# From easy to hard, in every dimension.
_BY_DIFFICULTY = ("smooth", "kinked", "jump", "random_labels")


def _plateau(target, words):
    @claim(
        f"ext-plateau-{target.replace('_', '-')}",
        statement=f"I(n) levels off where the kernel's spectrum puts it. {words[0].upper()}{words[1:]}.",
        quantity="I over n = 128…1024, every dimension d and depth",
        test="equivalence to the prediction in every cell" + WORLDS,
        kind=VALUE,
        tolerance=rules.DERIVED,
        reading="levels off = agrees at these n",
        **_READS,
    )
    def check(plateaus):
        norm, draws = _draws(plateaus, target)
        predicted = plateaus["predicted"].sel(target=target, dim=norm["dim"]).values
        levels = pooled(draws)
        shown = ", ".join(
            f"{row[np.isfinite(row)].mean():.3f} for {wanted:.3f} (d = {dim})"
            for row, wanted, dim in zip(levels.value, predicted, norm["dim"].values.tolist(), strict=True)
            if np.isfinite(row).any()
        )
        reason = f"mean I over depths at n = {span(plateau(norm))}: {shown or 'none'}; {worlds_in_words(norm)}"
        return rules.value(levels, predicted[:, None], rules.DERIVED, reason=reason)

    return check


for _target, _words in _TARGETS.items():
    _plateau(_target, _words)


@claim(
    "ext-plateau-approach",
    statement="Where I(n) is still off the predicted plateau, it comes closer as n grows.",
    quantity="|I − prediction| over the octave two before the last less that over the last, in every cell of target, "
    f"dimension and depth that is off by more than {rules.DERIVED} there",
    test="one-sided paired t-test in every such cell; one half of the worlds chooses the cells and the sign of their "
    "deviation, the worlds of the other half are the draws",
    kind=ORDER,
    **_READS,
)
def _approach(plateaus):
    norm = plateaus["weight_norm"].sortby(["dim", "depth"]).transpose("target", "dim", "depth", ...)
    predicted = plateaus["predicted"].transpose("target", "dim").sel(dim=norm["dim"]).values[..., None]
    windows = octaves(norm)
    if len(windows) < 3 or norm.sizes["world"] < 4:
        return Finding(UNDECIDED, ORDER, f"{len(windows)} octaves, {worlds_in_words(norm)}", rules.ERROR_RATE)
    ends = [windows[-3], windows[-1]]
    choosing, testing = (inefficiency_draws(norm.isel(world=slice(half, None, 2)), ends) for half in (0, 1))
    off = choosing[:, 0].mean(axis=0) - predicted
    far = np.abs(off) > rules.DERIVED
    falls = np.where(far, np.sign(off) * (testing[:, 0] - testing[:, 1]), np.nan)
    reason = f"{int(far.sum())} of {int(np.isfinite(off).sum())} cells are off over n = {span(ends[0])}"
    return rules.order(pooled(falls), reason=reason)


@claim(
    "ext-plateau-depth",
    statement="The plateaus do not depend on the student's depth.",
    quantity="I over n = 128…1024 at every depth less that at the least depth, every target and dimension",
    test="equivalence to 0 in every cell" + WORLDS,
    kind=VALUE,
    tolerance=rules.DERIVED,
    **_READS,
)
def _depth(plateaus):
    found = [_draws(plateaus, target)[1] for target in _TARGETS]
    changes = joined(pooled(draws[:, :, 1:] - draws[:, :, :1]) for draws in found)
    depths = ", ".join(str(depth) for depth in np.sort(plateaus["depth"].values))
    largest = np.abs(changes.value[changes.measured]).max(initial=0.0)
    return rules.value(changes, 0.0, rules.DERIVED, reason=f"depths {depths}; largest change {largest:.3f}")


@claim(
    "ext-plateau-order",
    statement="In every dimension random labels are harder than a jump, a jump than a kink, and a kink than a smooth "
    "function.",
    quantity="difference of I over n = 128…1024 of adjacent targets on the same points, every dimension and depth",
    test="one-sided paired t-test in every cell" + WORLDS,
    kind=ORDER,
    **_READS,
)
def _order(plateaus):
    levels = [_draws(plateaus, target)[1] for target in _BY_DIFFICULTY]
    steps = joined(pooled(after - before) for before, after in pairwise(levels))
    return rules.order(steps, reason="from " + " to ".join(name.replace("_", " ") for name in _BY_DIFFICULTY))


def _draws(plateaus, target):
    """Norms of a target, and draws of I over the plateau's window (worlds, dims, depths); NaN where not measured."""
    norm = plateaus["weight_norm"].sel(target=target).sortby(["dim", "depth"]).transpose("dim", "depth", ...)
    return norm, inefficiency_draws(norm, [plateau(norm)])[:, 0]
