"""Lemma 1, strong monotonicity, in its readings: the angle, the risk of every set, the expected risk."""

import numpy as np

from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, Outcome, claim
from kdtheory.claims.statistics import changes, every_cell, rising

_ERROR_RATE = 0.05
_ORDERED = "intersection–union of one-sided t-tests of adjacent sizes, Holm for `fails`; "


@claim(
    "pl19-lemma1-angle",
    section="4.3",
    statement="More data never widen the angle between the distilled student and the teacher (Lemma 1).",
    quantity="cosine of the angle along transfer sets that grow, every law, size and set",
    test="every step of every chain",
    figure="pl19_bounds",
    reads=("linear/alignment", "linear/margin"),
)
def _angle(alignment, margin):
    rises = np.concatenate([_steps(np.cos(group["angle"])).ravel() for group in (alignment, margin)])
    rises = rises[np.isfinite(rises)]
    worst = rises.min(initial=np.inf)
    reason = f"smallest rise of the cosine from one size to the next {worst:.1e}"
    return every_cell(rises < -1e-12, reason, what="steps of single chains", estimate=worst)


@claim(
    "pl19-lemma1-specific",
    section="4.3",
    statement="Strong monotonicity is specific to distillation; hard-target learning does not have it.",
    quantity="share of transfer sets for which one more point turns the learner away from the teacher, ties apart",
    test="zero for distillation, not zero for each hard-target learner",
    figure="pl19_fig5",
    reads=("linear/monotonicity",),
)
def _specific(monotonicity):
    worse = 1 - monotonicity["monotonicity"] - monotonicity["tie_fraction"]
    sets = monotonicity.sizes["repeat"]
    counts = {str(name): round(sets * float(worse.sel(learner=name))) for name in worse["learner"].values}
    hard = {name: count for name, count in counts.items() if name.startswith("hard")}
    distillation = counts["distillation"]
    monotone = sum(count == 0 for count in hard.values())
    verdict = FAILS if distillation or monotone == len(hard) else IN_PART if monotone else HOLDS
    others = ", ".join(f"{_words(name)}: {count}" for name, count in counts.items() if name != "distillation")
    reason = f"of {sets} added points, those that harm: distillation: {distillation}, {others}"
    return Outcome(verdict, reason, n_cells=1 + len(hard), violations=(distillation > 0) + monotone)


@claim(
    "pl19-monotone-every-set",
    section="4.3",
    statement="Additional data can never harm the transfer risk (data symmetric about the teacher).",
    quantity="exact risk along single transfer sets that grow, polynomial and margin tasks",
    test="every step of every chain",
    figure="pl19_bounds",
    reads=("linear/alignment", "linear/margin"),
)
def _every_set(alignment, margin):
    rises = np.concatenate([_steps(group["risk"]).ravel() for group in (alignment, margin)])
    rises = rises[np.isfinite(rises)]
    worst = rises.max(initial=-np.inf)
    reason = f"largest change of the risk from one size to the next {worst:.1e}"
    reading = "the risk of every single transfer set; with such symmetry it is an increasing function of the angle"
    return every_cell(rises > 1e-12, reason, what="steps of single chains", estimate=worst, reading=reading)


@claim(
    "pl19-monotone-expected",
    section="1",
    statement="The expected transfer risk always decreases when the transfer set grows (data symmetric about the "
    "teacher).",
    quantity="fall of the mean exact risk from each size to the next along the same sets, polynomial and margin tasks",
    test=_ORDERED + "a pair of sizes in which no set's risk rises counts as falling",
    error_rate=_ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment", "linear/margin"),
)
def _expected(alignment, margin):
    falls = [-_steps(group["risk"]) for group in (alignment, margin)]
    pairs = [steps.transpose(0, 2, 1).reshape(-1, steps.shape[1]) for steps in falls]
    sets = max(len(pair[0]) for pair in pairs)
    padded = [np.pad(pair, ((0, 0), (0, sets - pair.shape[1])), constant_values=np.nan) for pair in pairs]
    reason = "mean risk from each size to the next"
    reading = "never rises; where every student is already perfect nothing is left to fall"
    return rising(np.vstack(padded), reason, error_rate=_ERROR_RATE, ties="count as rises", reading=reading)


def _words(learner):
    return f"w_δ with δ = {learner[6:]}" if learner.startswith("delta_") else learner.replace("_", " ")


def _steps(variable):
    """Changes along growing sets: (κ or dimension, repeat, sizes − 1)."""
    variable = variable.transpose(..., "repeat", "n_train")
    return changes(variable.values)
