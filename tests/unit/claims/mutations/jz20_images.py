from functools import partial

from samples.image_distillation import KERNEL, RESNET, distillation

from kdtheory.claims.registry import FAILS, IN_PART, UNDECIDED


def mutations(group):
    return {
        "soft": {
            "soft labels alone are best": (FAILS, partial(group, soft=(-0.1, -0.1, -0.1))),
            "only of the best teacher": (IN_PART, partial(group, soft=(0.1, 0.06, -0.02))),
            "errors × 100": (UNDECIDED, partial(group, spread=0.3)),
        },
        "hard": {
            "hard labels alone are best": (FAILS, partial(group, hard=-0.1)),
            "errors × 100": (UNDECIDED, partial(group, spread=0.3)),
        },
    }


FEW = {
    KERNEL: {"seven teachers": (UNDECIDED, partial(distillation, KERNEL, teachers=7))},
    RESNET: {"three runs": (UNDECIDED, partial(distillation, RESNET, runs=3))},
}
TABLE = {
    f"jz20-fig5-images-{student}-{rival}": (partial(distillation, student), changed | FEW[student])
    for student in (KERNEL, RESNET)
    for rival, changed in mutations(partial(distillation, student)).items()
}
