from functools import partial

from samples.image_distillation import KERNEL, RESNET, distillation

from kdtheory.claims.registry import FAILS, UNDECIDED


def mutations(group):
    few = {"seven worlds": (UNDECIDED, partial(group, worlds=7)), "one world": (UNDECIDED, partial(group, worlds=1))}
    return {
        "soft": few
        | {
            "soft labels alone are best": (FAILS, partial(group, soft=(-0.1, -0.1, -0.1))),
            "only of the best teacher": (FAILS, partial(group, soft=(0.1, 0.06, -0.02))),
            "errors × 100": (UNDECIDED, partial(group, spread=0.3)),
        },
        "hard": few
        | {
            "hard labels alone are best": (FAILS, partial(group, hard=-0.1)),
            "errors × 100": (UNDECIDED, partial(group, spread=0.3)),
        },
    }


TABLE = {
    f"jz20-fig5-images-{student}-{rival}": (partial(distillation, student), changed)
    for student in (KERNEL, RESNET)
    for rival, changed in mutations(partial(distillation, student)).items()
}
