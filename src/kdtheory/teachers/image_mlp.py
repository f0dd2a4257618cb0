"""ReLU networks on the pixels of images, trained with Adam on hard labels (teachers of kernel students)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.cifar10 import CLASS_NAMES
from kdtheory.teachers.image_training import export_logits, train_on_images
from kdtheory.training.devices import device_name
from kdtheory.training.multilayer import MultilayerNetwork
from kdtheory.training.optimisation import Optimisation
from kdtheory.training.pixels import Standardise


@dataclass(frozen=True)
class Settings:
    """Settings of a multilayer teacher of images (study/schemas/teachers/image_mlp.yaml)."""

    hidden_layers: int
    width: int
    learning_rate: float
    batch_size: int
    stopping_epochs: list


def train(settings: Settings, draw, dataset, state: Path):
    """Train one network for each world on its teacher images, to the last stopping epoch."""
    optimisation = Optimisation(settings.learning_rate, settings.batch_size, optimiser="adam")
    return train_on_images(settings, draw, dataset, state, _network, optimisation)


def export(settings: Settings, draw, dataset, checkpoints):
    """Export the logits of every world's network at every stopping epoch, and its error on the test images."""
    return export_logits(settings, draw, dataset, checkpoints, _network)


def _network(settings, images, rng):
    """The network on (pixel − mean image)/deviation, with one deviation for all pixels, those of its images."""
    deviation = np.sqrt(images.var(axis=0, dtype=np.float64).mean())
    return MultilayerNetwork(
        Standardise(images.mean(axis=0, dtype=np.float64), deviation),
        n_inputs=images[0].size,
        hidden_layers=settings.hidden_layers,
        width=settings.width,
        n_classes=len(CLASS_NAMES),
        rng=rng,
    )


if __name__ == "__main__":
    run_stage(train, export, libraries=("torch",), device=device_name)
