from functools import partial

from samples.image_distillation import RESNET, distillation

from kdtheory.claims.registry import FAILS, UNDECIDED

GROUP = partial(distillation, RESNET)
FEW = {"seven worlds": (UNDECIDED, partial(GROUP, worlds=7)), "one world": (UNDECIDED, partial(GROUP, worlds=1))}

TABLE = {
    "ext-confound-agreement": (
        GROUP,
        FEW
        | {
            "the other way": (FAILS, partial(GROUP, under_trained=-0.1)),
        },
    ),
    "ext-confound-gain": (
        GROUP,
        FEW
        | {
            "the other way": (FAILS, partial(GROUP, faked=-0.05)),
        },
    ),
}
