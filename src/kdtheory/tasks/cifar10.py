"""Images of CIFAR-10 for image teachers and their students: two disjoint draws of training images, and test images."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.images import load
from kdtheory.tasks.parts import Part, codes

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True)
class Settings:
    """Settings of a cifar10 dataset (study/schemas/datasets/cifar10.yaml)."""

    teacher_points: int
    transfer_points: int
    test_points: int


def build(settings: Settings, draw, images):
    """Draw the teacher's and the transfer images among the training images, and test images among the test images.

    Parameters
    ----------
    settings : Settings
    draw : callable
        ``draw(*key)`` gives the random generator of a piece of the work.
    images : dict
        The record of the fetched set (`kdtheory.tasks.images.fetch`); its source becomes an attribute.

    Returns
    -------
    xarray.Dataset
        ``pixels(sample, row, column, channel)`` and ``label(sample)``, uint8; ``part(sample)``, codes of `Part`:
        transfer, test, teacher, in this order; ``sample_id(sample)``, the index among the training images, then the
        test images.
    """
    cifar = load(images["name"])
    n_training = len(cifar.train_labels)
    training = draw("training images").permutation(n_training)
    test = draw("test images").permutation(len(cifar.test_labels))
    # From the two ends of one order: they are disjoint, and the size of one changes no image of the other.
    parts = {
        Part.TRANSFER: training[::-1][: settings.transfer_points],
        Part.TEST: n_training + test[: settings.test_points],
        Part.TEACHER: training[: settings.teacher_points],
    }
    chosen = np.concatenate(list(parts.values()))
    labels = np.concatenate([cifar.train_labels, cifar.test_labels])
    pixels = np.concatenate([cifar.train_images, cifar.test_images])
    return xr.Dataset(
        {
            "pixels": (("sample", "row", "column", "channel"), pixels[chosen], {"scale": 1 / 255}),
            "label": ("sample", labels[chosen]),
            "part": ("sample", codes({part: len(images) for part, images in parts.items()})),
            "sample_id": ("sample", chosen),
        },
        attrs={"dim": pixels[0].size, "class_names": ", ".join(CLASS_NAMES), "source": images["source"]},
    )


if __name__ == "__main__":
    run_stage(build)
