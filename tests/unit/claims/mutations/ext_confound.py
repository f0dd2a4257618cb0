from functools import partial

from samples.image_distillation import RESNET, distillation

from kdtheory.claims.registry import FAILS, UNDECIDED

GROUP = partial(distillation, RESNET)
FEW = {"three runs": (UNDECIDED, partial(GROUP, runs=3)), "one run": (UNDECIDED, partial(GROUP, runs=1))}

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
