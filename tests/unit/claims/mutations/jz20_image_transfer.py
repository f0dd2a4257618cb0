from functools import partial

from samples.image_distillation import KERNEL, RESNET
from samples.image_transfer import transfer

from kdtheory.claims.registry import FAILS, UNDECIDED


def cases(student):
    group = partial(transfer, student)
    few = {"seven worlds": (UNDECIDED, partial(group, worlds=7)), "one world": (UNDECIDED, partial(group, worlds=1))}
    slow = {"one mix is faster": (FAILS, partial(group, rates=(0.2, 0.7, 0.3, 0.5)))}
    return {
        f"jz20-s2-{student}-power-law": (
            group,
            few
            | {
                "exponents change by twice the tolerance": (FAILS, partial(group, bent=0.4)),
                "the other way": (FAILS, partial(group, bent=-0.4)),
                "rising": (FAILS, partial(group, rates=(-0.1, -0.1, -0.1, -0.1))),
            },
        ),
        f"jz20-s2-{student}-faster": (group, few | slow),
        f"jz20-s2-{student}-lower": (group, few | slow),
    }


TABLE = cases(KERNEL) | cases(RESNET)
