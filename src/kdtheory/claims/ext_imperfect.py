"""Our own result: hard labels help the students of good teachers where points are many, not where they are few."""

from kdtheory.claims import rules
from kdtheory.claims.draws import ARE_WORLDS
from kdtheory.claims.finding import ORDER
from kdtheory.claims.hard_label_gains import (
    FIRST_EPOCH,
    LARGE,
    MIX,
    SMALL,
    better_late_teachers,
    gains,
    in_words,
    late_teachers,
    outperforming,
    over_worlds,
)
from kdtheory.claims.registry import claim

_SIZES = " and ".join(map(str, LARGE))
_TEST = "one-sided paired t-test at both n, Holm for `fails`" + ARE_WORLDS
_READS = {
    "section": "5",
    "figure": "jz20_fig5",
    "reads": ("wide/imperfect",),
    "error_rate": rules.ERROR_RATE,
    "kind": ORDER,
    "scope": "ours",
    "assumes": ("experiments.imperfect.cells.main.hard_logit",),
}
_LATE = f"mean over the stopping epochs from {FIRST_EPOCH} on"


@claim(
    "ext-good-teacher-sizes",
    statement="Some hard labels help the student of a good teacher more with many points than with few.",
    quantity=f"test error at ρ = 1 less that at ρ = {MIX}: n = {_SIZES} less n = {SMALL}, {_LATE} at which the teacher "
    "errs less than the student of hard labels with the largest n",
    test=_TEST,
    **_READS,
)
def _sizes(imperfect):
    return _more_with_many(imperfect, better_late_teachers(imperfect))


@claim(
    "ext-late-teacher",
    statement="With many points a tenth of hard labels helps the student of a teacher that was stopped late.",
    quantity=f"test error at ρ = 1 less that at ρ = {MIX}, n = {_SIZES}, {_LATE}",
    test=_TEST,
    reading="whatever the teacher's own error; fixed before the present worlds were drawn",
    **_READS,
)
def _late(imperfect):
    chosen = late_teachers(imperfect)
    gain = gains(imperfect, MIX, 1.0, chosen).reindex(n_train=list(LARGE))
    return rules.order(over_worlds(gain), reason=f"{in_words(gain, chosen)}; {outperforming(imperfect)}")


@claim(
    "ext-late-teacher-sizes",
    statement="With few points a tenth of hard labels does not help the student of a late teacher as much.",
    quantity=f"test error at ρ = 1 less that at ρ = {MIX}: n = {_SIZES} less n = {SMALL}, {_LATE}",
    test=_TEST,
    reading="whatever the teacher's own error; fixed before the present worlds were drawn",
    **_READS,
)
def _late_sizes(imperfect):
    return _more_with_many(imperfect, late_teachers(imperfect))


def _more_with_many(imperfect, chosen):
    gain = gains(imperfect, MIX, 1.0, chosen).reindex(n_train=[SMALL, *LARGE])
    more = gain.isel(n_train=slice(1, None)) - gain.isel(n_train=0, drop=True)
    return rules.order(over_worlds(more), reason=in_words(gain, chosen))
