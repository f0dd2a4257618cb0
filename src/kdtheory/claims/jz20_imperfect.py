"""Section 5, Fig. 5 left: whether, and what portion of, hard labels help the student of an imperfect teacher."""

from kdtheory.claims import rules
from kdtheory.claims.draws import ARE_WORLDS
from kdtheory.claims.finding import ORDER
from kdtheory.claims.hard_label_gains import (
    FIRST_EPOCH,
    LARGE,
    LITTLE,
    MIX,
    better_late_teachers,
    gains,
    in_words,
    outperforming,
    over_worlds,
    worse_teachers,
)
from kdtheory.claims.registry import claim
from kdtheory.statistics.estimate import joined

_READS = {
    "section": "5",
    "figure": "jz20_fig5",
    "reads": ("wide/imperfect",),
    "kind": ORDER,
    "assumes": ("experiments.imperfect.cells.main.hard_logit",),
}
_SIZES = " and ".join(map(str, LARGE))
_BEATS_SOFT = f"ρ = {LITTLE} against ρ = 1", f"ρ = {LITTLE} against ρ = 0.5"
_MINORITY = f"ρ = {MIX} against ρ = 1", f"ρ = {MIX} against every ρ ≤ 0.5"
_CONVENTION = "; all stopping epochs; the convention of Eq. 2, without a factor T²"


@claim(
    "jz20-fig5-poor-teacher",
    statement="Pure soft labels are not optimal: with some hard labels the student of an imperfect teacher errs less "
    "(teachers worse than the best student of hard labels).",
    quantity=f"test error at ρ = 1 less that at ρ = {MIX}, mean over the stopping epochs at which the teacher errs "
    "more than the student of hard labels with the largest n, every n",
    test="one-sided paired t-test at every n" + ARE_WORLDS,
    reading=f"some = a tenth, ρ = {MIX}",
    error_rate=rules.ERROR_RATE,
    **_READS,
)
def _poor(imperfect):
    chosen = worse_teachers(imperfect)
    gain = gains(imperfect, MIX, 1.0, chosen)
    return rules.order(over_worlds(gain), reason=in_words(gain, chosen))


@claim(
    "jz20-fig5-good-teacher",
    statement="Pure soft labels are not optimal: with some hard labels the student of an imperfect teacher errs less "
    "(teachers better than the best student of hard labels).",
    quantity=f"test error at ρ = 1 less that at ρ = {MIX}, mean over the stopping epochs from {FIRST_EPOCH} on at "
    f"which the teacher errs less than the student of hard labels with the largest n, n = {_SIZES}",
    test="one-sided paired t-test at both n, Holm for `fails`" + ARE_WORLDS,
    reading=f"some = a tenth, ρ = {MIX}; large samples, where hard labels can teach what the teacher does not know",
    error_rate=rules.ERROR_RATE,
    **_READS,
)
def _good(imperfect):
    chosen = better_late_teachers(imperfect)
    gain = gains(imperfect, MIX, 1.0, chosen).reindex(n_train=list(LARGE))
    return rules.order(over_worlds(gain), reason=f"{in_words(gain, chosen)}; {outperforming(imperfect)}")


@claim(
    "jz20-fig5-little",
    statement="A little portion of hard labels is what an imperfect teacher's student needs.",
    quantity=f"test error at ρ = 1, and at ρ = 0.5, less that at ρ = {LITTLE}, mean over stopping epochs, every n",
    test="one-sided paired t-test at every n" + ARE_WORLDS,
    scope="reading",
    reading="a little = a twentieth" + _CONVENTION,
    parts=_BEATS_SOFT,
    error_rate=2 * rules.ERROR_RATE,
    **_READS,
)
def _little(imperfect):
    return rules.in_parts(_BEATS_SOFT, {
        part: _beats(imperfect, LITTLE, [rival]) for part, rival in zip(_BEATS_SOFT, (1.0, 0.5), strict=True)
    })  # fmt: skip


@claim(
    "jz20-fig5-minority",
    statement="A little portion of hard labels is what an imperfect teacher's student needs (less than half).",
    quantity=f"test error at ρ = 1, and at every ρ ≤ 0.5, less that at ρ = {MIX}, mean over stopping epochs, every n",
    test="one-sided paired t-test at every n and ρ" + ARE_WORLDS,
    reading="a little = less than half, at its best a tenth" + _CONVENTION,
    parts=_MINORITY,
    error_rate=2 * rules.ERROR_RATE,
    **_READS,
)
def _minority(imperfect):
    half_or_more = [ratio for ratio in sorted(imperfect["soft_ratio"].values.tolist()) if ratio <= 0.5]
    return rules.in_parts(_MINORITY, {
        part: _beats(imperfect, MIX, rivals)
        for part, rivals in zip(_MINORITY, ([1.0], half_or_more), strict=True)
    })  # fmt: skip


def _beats(imperfect, mix, rivals):
    found = [gains(imperfect, mix, rival) for rival in rivals]
    reason = "; ".join(f"over ρ = {rival:g}: {in_words(gain)}" for rival, gain in zip(rivals, found, strict=True))
    return rules.order(joined(map(over_worlds, found)), reason=reason)
