"""Section 5, Fig. 5 middle: whether a mix of soft and hard labels teaches images best, at every stopping epoch."""

from kdtheory.claims import rules
from kdtheory.claims.finding import ORDER
from kdtheory.claims.image_accuracy import MIX, STUDENTS, accuracy_in_words, accuracy_of, gain_over, gains_over_soft
from kdtheory.claims.image_draws import DRAWS, IMAGES, or_illustration
from kdtheory.claims.registry import claim
from kdtheory.statistics.means import mean


def _mix_is_best(student, group, words, assumed):
    shared = {
        "section": "5",
        "figure": "jz20_fig5",
        "reads": (group,),
        "kind": ORDER,
        "error_rate": rules.ERROR_RATE,
        "assumes": (assumed,),
    }

    @claim(
        f"jz20-fig5-images-{student}-soft",
        statement=f"Pure soft labels are not optimal on CIFAR-10, whatever the teacher's stopping epoch: {words} are "
        "more accurate with some portion of hard labels.",
        quantity="accuracy at each ρ < 1 less that at ρ = 1, every stopping epoch and n",
        test="one-sided paired t-tests: at every epoch and n the gain of one ρ, Bonferroni over ρ; `fails` if at one "
        "epoch and n every ρ loses, Holm" + DRAWS,
        reading=IMAGES,
        **shared,
    )
    def beats_soft(distillation):
        gains = mean(gains_over_soft(distillation))
        found = rules.one_of(gains, reason=accuracy_in_words(distillation))
        return or_illustration(found, accuracy_of(distillation))

    @claim(
        f"jz20-fig5-images-{student}-hard",
        statement=f"A teacher helps on CIFAR-10 though it makes mistakes: {words} are more accurate with soft labels "
        "and some hard ones than with hard labels alone, at every stopping epoch.",
        quantity=f"accuracy at ρ = {MIX} less that at ρ = 0, every stopping epoch and n",
        test="one-sided paired t-test at every epoch and n" + DRAWS,
        reading=f"some = a tenth, ρ = {MIX}; {IMAGES}",
        **shared,
    )
    def beats_hard(distillation):
        found = rules.order(mean(gain_over(distillation, 0.0)), reason=accuracy_in_words(distillation))
        return or_illustration(found, accuracy_of(distillation))


for _student, _declared in STUDENTS.items():
    _mix_is_best(_student, *_declared)
