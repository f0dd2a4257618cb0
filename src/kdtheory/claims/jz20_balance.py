"""Sections 4.1 and 5: accurate teachers that do not teach better, and the balance of inefficiency and correction."""

from dataclasses import replace
from itertools import combinations

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.draws import ARE_WORLDS, listed, worlds_of
from kdtheory.claims.finding import ORDER
from kdtheory.claims.hard_label_gains import MIX, over_worlds, relative_gains
from kdtheory.claims.registry import claim
from kdtheory.statistics.estimate import joined
from kdtheory.statistics.means import mean

_HALF = 0.5
_READS = {"figure": "jz20_fig5", "reads": ("wide/imperfect",), "kind": ORDER, "error_rate": rules.ERROR_RATE}


@claim(
    "jz20-sec41-accurate-teacher",
    section="4.1",
    statement="A more accurate teacher may not teach a better student.",
    quantity="rise of the student's test error at ρ = 1 from one stopping epoch to a later one at which the teacher "
    "errs less, every pair of epochs, every n",
    test="one-sided paired t-test for one pair and n, Bonferroni over pairs and n; pairs whose teacher is shown to err "
    f"less, by Bonferroni too, each at half of the error rate{ARE_WORLDS}",
    scope="reading",
    reading="may not = at some n and some pair of epochs; purely soft labels, stated after the paper's reference 5",
    **_READS,
)
def _accurate(imperfect):
    half = rules.ERROR_RATE / 2
    students = imperfect["test_error"].sel(soft_ratio=1.0).sortby(["stopping_epoch", "n_train"])
    errors = worlds_of(students, "stopping_epoch", "n_train")
    teachers = worlds_of(imperfect["teacher_error"].sortby("stopping_epoch"), "stopping_epoch")
    pairs = np.array(list(combinations(range(teachers.shape[1]), 2))).reshape(-1, 2)
    falls = mean(teachers[:, pairs[:, 0]] - teachers[:, pairs[:, 1]])
    better = np.where(falls.measured, falls.p_above(), 1.0) <= half / max(len(pairs), 1)
    rises = np.where(better[:, None], errors[:, pairs[:, 1]] - errors[:, pairs[:, 0]], np.nan)
    found = rules.one_of(
        mean(rises.reshape(len(rises), -1)), error_rate=half, reason=_clearest(students, pairs, better)
    )
    return replace(found, error_rate=rules.ERROR_RATE)


def _clearest(students, pairs, better):
    """For each n, at which epoch the mean error is least, and in how many pairs the teacher is shown to improve."""
    means = students.mean(["world", "run"])
    best = means["stopping_epoch"][means.argmin("stopping_epoch")]
    shown = ", ".join(f"{int(epoch)} (n = {int(epoch['n_train'])})" for epoch in best)
    return (
        f"{better.sum()} of {len(pairs)} later teachers are shown to err less; the student errs least at epoch {shown}"
    )


@claim(
    "jz20-sec5-balance",
    section="5",
    statement="Adding hard labels is a balance between the inefficiency of data usage and the correction of the "
    "teacher's mistakes: the more points, the more hard labels pay.",
    quantity="logarithm of the test error at ρ = 1 less that at the mix, of means over stopping epochs: at the largest "
    f"n less at the smallest, mixes ρ = {MIX} and {_HALF}",
    test=f"one-sided paired t-test for both mixes{ARE_WORLDS}",
    scope="reading",
    reading="inefficiency counts with few points and the teacher's mistakes with many, so that n and ρ interact",
    assumes=("experiments.imperfect.cells.main.hard_logit",),
    **_READS,
)
def _balance(imperfect):
    relative = [relative_gains(imperfect, mix, 1.0) for mix in (MIX, _HALF)]
    interactions = joined(over_worlds(gain.isel(n_train=[-1]) - gain.isel(n_train=0, drop=True)) for gain in relative)
    means = imperfect["test_error"].mean(["world", "run", "stopping_epoch"]).sortby(["n_train", "soft_ratio"])
    best = means["soft_ratio"][means.argmin("soft_ratio")]
    shown = ", ".join(f"{float(ratio):g} (n = {int(ratio['n_train'])})" for ratio in best)
    sizes = [f"n = {size}" for size in relative[0]["n_train"].values]
    words = "; ".join(
        f"ρ = {mix}: {listed(sizes, over_worlds(gain))}" for mix, gain in zip((MIX, _HALF), relative, strict=True)
    )
    reason = f"least mean error at ρ = {shown}; relative gain at {words}"
    return rules.order(interactions, reason=reason.replace(" -", " −"))
