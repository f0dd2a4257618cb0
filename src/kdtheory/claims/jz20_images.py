"""Section 5, Fig. 5 middle: whether a mix of soft and hard labels teaches images best, whatever the teacher."""

from kdtheory.claims import rules
from kdtheory.claims.finding import ORDER
from kdtheory.claims.image_accuracy import MIX, STUDENTS, accuracy_in_words, accuracy_of, gain_over
from kdtheory.claims.image_draws import DRAWS, or_illustration
from kdtheory.claims.registry import claim
from kdtheory.statistics.means import mean

_PARTS = "teachers of the first stopping epoch", "later teachers"
_READING = f"some = a tenth, ρ = {MIX}; the test images are fixed"


def _mix_is_best(student, group, words, assumed):
    shared = {
        "section": "5",
        "figure": "jz20_fig5",
        "reads": (group,),
        "kind": ORDER,
        "parts": _PARTS,
        "error_rate": len(_PARTS) * rules.ERROR_RATE,
        "test": "one-sided paired t-test at every epoch and n" + DRAWS,
        "assumes": (assumed,),
    }

    @claim(
        f"jz20-fig5-images-{student}-soft",
        statement=f"Pure soft labels are not optimal on CIFAR-10: {words} are more accurate with some hard labels.",
        quantity=f"accuracy at ρ = {MIX} less that at ρ = 1, every stopping epoch and n",
        reading=_READING,
        **shared,
    )
    def beats_soft(distillation):
        return _gains(distillation, 1.0)

    @claim(
        f"jz20-fig5-images-{student}-hard",
        statement=f"A teacher helps on CIFAR-10 though it makes mistakes: {words} are more accurate with soft labels "
        "and some hard ones than with hard labels alone.",
        quantity=f"accuracy at ρ = {MIX} less that at ρ = 0, every stopping epoch and n",
        reading=_READING,
        **shared,
    )
    def beats_hard(distillation):
        return _gains(distillation, 0.0)


for _student, _declared in STUDENTS.items():
    _mix_is_best(_student, *_declared)


def _gains(distillation, rival):
    gain, accuracy = gain_over(distillation, rival), accuracy_of(distillation)
    found = {
        part: or_illustration(rules.order(mean(gain[:, epochs]), reason=words), accuracy)
        for part, epochs, words in zip(
            _PARTS, (slice(1), slice(1, None)), (accuracy_in_words(distillation), ""), strict=True
        )
    }
    return rules.in_parts(_PARTS, found)
