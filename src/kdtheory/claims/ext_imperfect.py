"""Our own result: hard labels help the students of good teachers where points are many, not where they are few."""

from kdtheory.claims import rules
from kdtheory.claims.finding import ORDER
from kdtheory.claims.hard_label_gains import (
    FIRST_EPOCH,
    LARGE,
    MIX,
    SMALL,
    better_late_teachers,
    gains,
    in_words,
    over_worlds,
)
from kdtheory.claims.registry import claim

_SIZES = " and ".join(map(str, LARGE))


@claim(
    "ext-good-teacher-sizes",
    section="5",
    statement="Some hard labels help the student of a good teacher more with many points than with few.",
    quantity=f"test error at ρ = 1 less that at ρ = {MIX}: n = {_SIZES} less n = {SMALL}, mean over the stopping "
    f"epochs from {FIRST_EPOCH} on at which the teacher errs less than the student of hard labels with the largest n",
    test="one-sided paired t-test at both n, Holm for `fails`; worlds, each with a "
    "truth and a teacher of its own, are the draws",
    figure="jz20_fig5",
    reads=("wide/imperfect",),
    error_rate=rules.ERROR_RATE,
    kind=ORDER,
    scope="ours",
    assumes=("experiments.imperfect.cells.main.hard_logit",),
)
def _sizes(imperfect):
    chosen = better_late_teachers(imperfect)
    gain = gains(imperfect, MIX, 1.0, chosen).reindex(n_train=[SMALL, *LARGE])
    more = gain.isel(n_train=slice(1, None)) - gain.isel(n_train=0, drop=True)
    return rules.order(over_worlds(more), reason=in_words(gain, chosen))
