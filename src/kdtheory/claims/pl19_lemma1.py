"""Lemma 1, strong monotonicity, in its readings: the angle, the risk of every set, the expected risk."""

from dataclasses import replace

import numpy as np

from kdtheory.claims.finding import IDENTITY, ORDER
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, beyond, identity, in_parts
from kdtheory.statistics.means import mean

_ROUNDING = 1e-12
_NEVER, _SOMETIMES = "distillation is never turned away", "each hard-target learner sometimes is"


@claim(
    "pl19-lemma1-angle",
    section="4.3",
    statement="More data never widen the angle between the distilled student and the teacher (Lemma 1).",
    quantity="fall of the cosine of the angle along transfer sets that grow, every law, size and set",
    test="every step of every chain",
    figure="pl19_bounds",
    reads=("linear/alignment", "linear/margin"),
    kind=IDENTITY,
    tolerance=_ROUNDING,
)
def _angle(alignment, margin):
    falls = np.concatenate([-steps.ravel() for steps in _steps(alignment, margin, "angle", np.cos)])
    reason = f"largest fall of the cosine from one size to the next {max(np.nanmax(falls), 0.0):.1e}"
    return identity(_positive(falls), rounding=_ROUNDING, reason=reason)


@claim(
    "pl19-lemma1-specific",
    section="4.3",
    statement="Strong monotonicity is specific to distillation; hard-target learning does not have it.",
    quantity="share of transfer sets for which one more point turns the learner away from the teacher, ties apart",
    test="zero for distillation; for each hard-target learner a one-sided t-test over worlds that it is not",
    error_rate=ERROR_RATE,
    figure="pl19_fig5",
    reads=("linear/monotonicity",),
    kind=ORDER,
    parts=(_NEVER, _SOMETIMES),
    assumes=("experiments.monotonicity.cells.chains.hard_target_steps",),
)
def _specific(monotonicity):
    worse = (1 - monotonicity["improved"] - monotonicity["tie"]).transpose("world", "learner")
    counts = {str(name): int(worse.sel(learner=name).sum()) for name in worse["learner"].values}
    hard = [name for name in counts if name.startswith("hard")]
    others = ", ".join(f"{_words(name)} {count}" for name, count in counts.items() if name != "distillation")
    of_hard = f"of {worse.sizes['world']} added points, those that harm: {others}"
    parts = {
        _NEVER: identity(worse.sel(learner="distillation").values, reason=f"{counts['distillation']} added points"),
        _SOMETIMES: beyond(mean(worse.sel(learner=hard).values), above=0.0, reason=of_hard),
    }
    return replace(in_parts((_NEVER, _SOMETIMES), parts), kind=ORDER)


@claim(
    "pl19-monotone-every-set",
    section="4.3",
    statement="Additional data can never harm the transfer risk (data symmetric about the teacher).",
    quantity="rise of the exact risk along single transfer sets that grow, polynomial and margin tasks",
    test="every step of every chain",
    figure="pl19_bounds",
    reads=("linear/alignment", "linear/margin"),
    kind=IDENTITY,
    reading="the risk of every single transfer set; with such symmetry it is an increasing function of the angle",
    tolerance=_ROUNDING,
)
def _every_set(alignment, margin):
    rises = np.concatenate([steps.ravel() for steps in _steps(alignment, margin, "risk")])
    reason = f"largest change of the risk from one size to the next {np.nanmax(rises):.1e}"
    return identity(_positive(rises), rounding=_ROUNDING, reason=reason)


@claim(
    "pl19-monotone-expected",
    section="1",
    statement="The expected transfer risk always decreases when the transfer set grows (data symmetric about the "
    "teacher).",
    quantity="rise of the mean exact risk from each size to the next along the same sets, polynomial and margin tasks",
    test="every pair of sizes",
    figure="pl19_bounds",
    reads=("linear/alignment", "linear/margin"),
    kind=IDENTITY,
    reading="never rises, which follows from Lemma 1; where every student is perfect nothing is left to fall",
    tolerance=_ROUNDING,
)
def _expected(alignment, margin):
    # The mean over worlds: every chain has all sizes of its task.
    rises = np.concatenate([steps.mean(axis=-2).ravel() for steps in _steps(alignment, margin, "risk")])
    fall = f"the mean risk falls in {np.sum(rises < 0)} of {np.isfinite(rises).sum()} pairs of sizes"
    return identity(_positive(rises), rounding=_ROUNDING, reason=fall)


def _words(learner):
    return f"w_δ with δ = {learner[6:]}" if learner.startswith("delta_") else learner.replace("_", " ")


def _steps(alignment, margin, name, function=lambda values: values):
    """Changes from each measured size to the next, one array (worlds, sizes − 1) for each law and dimension."""
    growth, arrays = alignment[f"growth_{name}"].transpose("kappa", "growth_world", "n_train"), []
    for chains in (*growth, *margin[name].transpose("dim", "world", "n_train")):
        measured = ~np.isnan(chains.values)
        values = chains.values[measured.any(axis=1)][:, measured.any(axis=0)]
        if min(values.shape) > 1:
            arrays.append(np.diff(function(values)))
    return arrays


def _positive(values):
    return np.where(np.isnan(values), np.nan, np.maximum(values, 0.0))
