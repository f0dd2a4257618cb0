"""How an image network is trained: optimiser, learning rate, views and precision."""

from dataclasses import dataclass

import torch

from kdtheory.training.schedule import KINDS

HALF = {"bfloat16": torch.bfloat16, "float16": torch.float16}


@dataclass(frozen=True)
class Optimisation:
    """How a network is trained.

    Attributes
    ----------
    learning_rate : float
        Of the first step.
    batch_size : int
        Images of a step; the last step of an epoch has what is left.
    optimiser : str
        ``sgd`` (with momentum) or ``adam``.
    momentum : float
        Of ``sgd``.
    weight_decay : float
    schedule : str
        Of the learning rate, as in `kdtheory.training.schedule.Schedule`.
    agreement : float
        Of the schedule ``until_agreement``.
    augmentation : str
        The kind of `kdtheory.training.pixels.Views`, of which each epoch shows one of each image at random.
    precision : str
        ``float32``, or on a GPU ``bfloat16`` or ``float16`` where torch's autocast allows it; a CPU always computes
        in float32.
    """

    learning_rate: float
    batch_size: int
    optimiser: str = "sgd"
    momentum: float = 0.9
    weight_decay: float = 0.0
    schedule: str = "constant"
    agreement: float = 1.0
    augmentation: str = "none"
    precision: str = "float32"

    def __post_init__(self):  # noqa: D105
        allowed = {
            "optimiser": ("sgd", "adam"),
            "schedule": KINDS,
            "precision": ("float32", *HALF),
        }
        for key, values in allowed.items():
            if getattr(self, key) not in values:
                raise ValueError(f"{key} is {getattr(self, key)!r}; allowed are {', '.join(values)}")
