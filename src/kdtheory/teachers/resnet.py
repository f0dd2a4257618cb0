"""Residual networks on images, trained on hard labels by SGD with momentum, with random flips and crops."""

from dataclasses import dataclass
from pathlib import Path

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.cifar10 import CLASS_NAMES
from kdtheory.teachers.image_training import export_logits, train_on_images
from kdtheory.training.devices import device_name
from kdtheory.training.optimisation import Optimisation
from kdtheory.training.pixels import Standardise, channel_statistics
from kdtheory.training.resnet import ResNet


@dataclass(frozen=True)
class Settings:
    """Settings of a residual teacher (study/schemas/teachers/resnet.yaml)."""

    width: int
    blocks: list
    stem_stride: int
    learning_rate: float
    momentum: float
    weight_decay: float
    batch_size: int
    precision: str
    stopping_epochs: list
    views: str


def train(settings: Settings, draw, dataset, state: Path):
    """Train one network for each world on its teacher images, to the last stopping epoch."""
    optimisation = Optimisation(
        settings.learning_rate,
        settings.batch_size,
        momentum=settings.momentum,
        weight_decay=settings.weight_decay,
        schedule="cosine",
        augmentation="flip_and_crop",
        precision=settings.precision,
    )
    return train_on_images(settings, draw, dataset, state, _network, optimisation)


def export(settings: Settings, draw, dataset, checkpoints):
    """Export the logits of every world's network at every stopping epoch, of all views of the transfer images too."""
    return export_logits(settings, draw, dataset, checkpoints, _network, settings.views)


def _network(settings, images, rng):
    return ResNet(
        Standardise(*channel_statistics(images)),
        width=settings.width,
        blocks=settings.blocks,
        n_classes=len(CLASS_NAMES),
        stem_stride=settings.stem_stride,
        rng=rng,
    )


if __name__ == "__main__":
    run_stage(train, export, libraries=("torch",), device=device_name)
