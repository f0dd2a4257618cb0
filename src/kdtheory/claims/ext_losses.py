"""The outlook of JZ20: losses without the discontinuity that still correct the teacher, beside Eq. 2."""

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.draws import ARE_WORLDS, listed, worlds_of
from kdtheory.claims.finding import IDENTITY, ORDER
from kdtheory.claims.hard_label_gains import MIX
from kdtheory.claims.inefficiency import WORLDS, inefficiency_draws, octaves, span, unless_descriptive
from kdtheory.claims.inefficiency import listed as listed_draws
from kdtheory.claims.registry import claim
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.means import mean
from kdtheory.statistics.worlds import over_runs

# A loss is no worse if its students err more on no more than this share of points.
_MARGIN = 0.001
# Where corrections are looked for: with fewer points students know too little of either label.
_FIRST_SIZE = 128
_WORDS = {
    "confidence": "The hard label weighted by the teacher's confidence",
    "disagreement": "The hard label only where the teacher disagrees with it",
    "hinge": "A hinge with the teacher's margin in place of the hard label's term",
    "perceptron": "A perceptron term in place of the hard label's",
}
_PARTS = (
    "lower I(n), perfect teachers",
    "risk, perfect teachers",
    "lower I(n), imperfect teachers",
    "error, imperfect teachers",
)
_SAME = f"means over stopping epochs, both losses at ρ = {MIX} on the same points"
_READS = {
    "section": "6",
    "figure": "ext_losses",
    "reads": ("wide/losses",),
    "scope": "ours",
    "assumes": tuple(f"experiments.losses.cells.main.{key}" for key in ("temperature", "stopping_epochs", "depth")),
}


def _dominates(loss):
    @claim(
        f"ext-losses-{loss}",
        statement=f"{_WORDS[loss]}: this loss dominates that of Eq. 2, with a lower I(n) and no more errors.",
        quantity="I of Eq. 2 less that of the loss, every octave of n ≥ 16, and risk (labels of the teacher) and test "
        f"error (true labels) of the loss less those of Eq. 2, every n; {_SAME}",
        test=f"one-sided paired t-tests: of each difference of I above 0, of each other below {_MARGIN}{WORLDS}",
        kind=ORDER,
        parts=_PARTS,
        error_rate=len(_PARTS) * rules.ERROR_RATE,
        **_READS,
    )
    def check(losses):
        found = (
            _easier(losses, loss, "teacher"),
            _no_worse(losses["risk"], loss, "teacher"),
            _easier(losses, loss, "truth"),
            _no_worse(losses["test_error"], loss, "truth"),
        )
        return rules.in_parts(_PARTS, dict(zip(_PARTS, found, strict=True)))

    return check


def _corrects(loss):
    @claim(
        f"ext-losses-{loss}-corrects",
        statement=f"{_WORDS[loss]}: this loss still corrects the teacher's mistakes.",
        quantity=f"test error of purely soft labels less that of the loss at ρ = {MIX}, true labels, means over "
        f"stopping epochs, every n ≥ {_FIRST_SIZE}",
        test="one-sided paired t-test at every n" + ARE_WORLDS,
        kind=ORDER,
        error_rate=rules.ERROR_RATE,
        **_READS,
    )
    def check(losses):
        error = losses["test_error"].sel(loss=loss, labels="truth").mean("stopping_epoch")
        error = error.sel(n_train=error["n_train"] >= _FIRST_SIZE)
        soft, corrected = (worlds_of(_at(error, ratio), "n_train") for ratio in (1.0, MIX))
        gains = mean(soft - corrected)
        names = [f"n = {size}" for size in error["n_train"].values]
        return rules.order(gains, reason=f"gains {listed(names, gains, '{:.2g}')}")

    return check


for _loss in _WORDS:
    _dominates(_loss)
    _corrects(_loss)


@claim(
    "ext-losses-perfect",
    statement="Losses whose hard label acts on a teacher's mistakes alone leave the students of a perfect teacher as "
    "purely soft labels make them.",
    quantity="relative change of ‖Δŵ_n‖ and change of the risk from ρ = 1, labels of the teacher, every ρ, n and "
    "epoch; disagreement, hinge and perceptron",
    test="every cell, equality to 1e-9",
    kind=IDENTITY,
    **_READS,
)
def _perfect(losses):
    here = losses.sel(loss=["disagreement", "hinge", "perceptron"], labels="teacher")
    soft = _at(here, 1.0)
    changes = here["weight_norm"] / soft["weight_norm"] - 1, here["risk"] - soft["risk"]
    return rules.identity(np.concatenate([np.ravel(change) for change in changes]), rounding=1e-9)


def _at(values, ratio):
    return values.sel(soft_ratio=ratio, method="nearest", tolerance=1e-9)


def _pair(values, loss, labels):
    """Values of Eq. 2 and of a loss at the soft ratio of comparison."""
    here = _at(values, MIX).sel(labels=labels)
    return here.sel(loss="mixed"), here.sel(loss=loss)


def _easier(losses, loss, labels):
    mixed, other = (norm.transpose("stopping_epoch", ...) for norm in _pair(losses["weight_norm"], loss, labels))
    windows = octaves(mixed)
    draws = [inefficiency_draws(norm, windows).mean(axis=-1) for norm in (mixed, other)]
    names = [f"n = {span(window)}" for window in windows]
    reason = f"I of Eq. 2 {listed_draws(names, draws[0])}; of the loss {listed_draws(names, draws[1])}"
    return unless_descriptive(rules.order(pooled(draws[0] - draws[1]), reason=reason), draws[0] - draws[1])


def _no_worse(values, loss, labels):
    mixed, other = (over_runs(each).mean("stopping_epoch") for each in _pair(values, loss, labels))
    excess = mean(worlds_of(other - mixed, "n_train"))
    names = [f"n = {size}" for size in mixed["n_train"].values]
    return rules.beyond(excess, below=_MARGIN, reason=f"excess {listed(names, excess, '{:.2g}')}")
