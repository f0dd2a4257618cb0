from functools import partial

from samples.image_distillation import KERNEL, RESNET, distillation

from kdtheory.claims.registry import FAILS, UNDECIDED


def case(student):
    group = partial(distillation, student, teachers=8)
    return group, {
        "order reversed": (FAILS, partial(group, soft=(0.02, 0.06, 0.1))),
        "teachers that do not improve": (UNDECIDED, partial(group, teacher=(0.4, 0.4, 0.4))),
        "one teacher": (UNDECIDED, partial(group, teachers=1, runs=8)),
        "seven teachers": (UNDECIDED, partial(group, teachers=7)),
    }


TABLE = {f"ext-images-{student}-later": case(student) for student in (KERNEL, RESNET)}
