"""Our own statement beside Fig. 5 middle (JZ20): the better the teacher, the less hard labels help on images."""

from dataclasses import replace

from kdtheory.claims import rules
from kdtheory.claims.finding import ORDER
from kdtheory.claims.image_accuracy import MIX, STUDENTS, accuracy_in_words, accuracy_of, gain_over
from kdtheory.claims.image_draws import DRAWS, IMAGES, by_world, or_illustration
from kdtheory.claims.registry import HOLDS, UNDECIDED, claim
from kdtheory.statistics.means import mean


def _helps_less(student, group, words, assumed):
    @claim(
        f"ext-images-{student}-later",
        section="5",
        statement=f"The better the teacher, the less hard labels help on CIFAR-10 ({words}).",
        quantity=f"accuracy at ρ = {MIX} less that at ρ = 1: its fall from teachers of the first stopping epoch to "
        "those of the last, every n",
        test="one-sided paired t-test at every n, where the later teachers are shown to be better by another" + DRAWS,
        figure="jz20_fig5",
        reads=(group,),
        error_rate=rules.ERROR_RATE,
        kind=ORDER,
        scope="ours",
        reading=IMAGES,
        assumes=(assumed,),
    )
    def check(distillation):
        gain = gain_over(distillation, 1.0)
        found = rules.order(mean(gain[:, 0] - gain[:, -1]), reason=accuracy_in_words(distillation))
        found = or_illustration(found, accuracy_of(distillation))
        own = by_world(distillation["teacher_accuracy"], "stopping_epoch")
        shown = rules.order(mean(own[:, -1] - own[:, 0]))
        if shown.verdict == HOLDS:
            return found
        return replace(found, verdict=UNDECIDED, reason=f"later teachers are not shown to be better; {found.reason}")

    return check


for _student, _declared in STUDENTS.items():
    _helps_less(_student, *_declared)
