"""Our own statements beside Fig. 5 middle and S2 (JZ20): how hard labels help on images, and what was learnt."""

from dataclasses import replace

from kdtheory.claims import rules
from kdtheory.claims.finding import ORDER
from kdtheory.claims.image_accuracy import (
    AGREEMENT,
    MIX,
    STUDENTS,
    accuracy_in_words,
    accuracy_of,
    agreement_in_words,
    gain_over,
)
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


def _is_learnt(experiment, words, section, figure):
    @claim(
        f"ext-images-resnet-{experiment}-agreement",
        section=section,
        statement=f"Students are trained to their targets: {words} decide like their exact targets on more than 95 % "
        "of their training images.",
        quantity=f"share of training images, in all views, on which a student decides like its targets, less "
        f"{AGREEMENT:g}; every soft ratio, stopping epoch and n",
        test="one-sided t-test in every cell" + DRAWS,
        figure=figure,
        reads=(f"images/resnet_{experiment}",),
        error_rate=rules.ERROR_RATE,
        kind=ORDER,
        scope="ours",
        reading="ResNet students whose loss is divided by its curvature",
        assumes=(f"experiments.resnet_{experiment}.cells.<name>.steps",),
    )
    def check(group):
        agreement = accuracy_of(group, "agreement")
        found = by_world(agreement, "stopping_epoch", "n_train", "soft_ratio")
        return or_illustration(rules.order(mean(found - AGREEMENT), reason=agreement_in_words(agreement)), agreement)

    return check


_is_learnt("distillation", "students of imperfect teachers", "5", "jz20_fig5_resnets")
_is_learnt("transfer", "students on two classes", "3", "jz20_s2_power_law")
