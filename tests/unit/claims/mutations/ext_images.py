from functools import partial

from samples.image_distillation import KERNEL, RESNET, distillation
from samples.image_transfer import transfer

from kdtheory.claims.registry import FAILS, UNDECIDED


def case(student):
    group = partial(distillation, student)
    return group, {
        "order reversed": (FAILS, partial(group, soft=(0.02, 0.06, 0.1))),
        "teachers that do not improve": (UNDECIDED, partial(group, teacher=(0.4, 0.4, 0.4))),
        "one world": (UNDECIDED, partial(group, worlds=1)),
        "seven worlds": (UNDECIDED, partial(group, worlds=7)),
    }


def learnt(group):
    return group, {
        "agreement of 0.9": (FAILS, partial(group, agreement=0.9)),
        "seven worlds": (UNDECIDED, partial(group, worlds=7)),
    }


TABLE = {f"ext-images-{student}-later": case(student) for student in (KERNEL, RESNET)} | {
    "ext-images-resnet-distillation-agreement": learnt(partial(distillation, RESNET)),
    "ext-images-resnet-transfer-agreement": learnt(partial(transfer, RESNET)),
}
