"""Images of CIFAR-10 for image teachers and their students: each world has its own split and its own test images."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.images import load
from kdtheory.tasks.parts import Part, codes

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True)
class Settings:
    """Settings of a cifar10 dataset (study/schemas/datasets/cifar10.yaml): a batch of worlds from the first on."""

    teacher_points: int
    transfer_points: int
    test_points: int
    worlds: int
    first_world: int = 0


def build(settings: Settings, draw, images):
    """Draw each world's teacher and transfer images among the training images, and take its test images.

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
        ``pixels(world, sample, row, column, channel)`` and ``label(world, sample)``, uint8; ``part(sample)``, codes of
        `Part`: transfer, test, teacher, in this order; ``sample_id(world, sample)``, the index among the training
        images, then the test images. Teacher and transfer images are disjoint within a world and drawn anew for each;
        test images are disjoint between worlds.

    Raises
    ------
    ValueError
        There are not enough test images for the worlds.
    """
    cifar = load(images["name"])
    n_training, n_test = len(cifar.train_labels), len(cifar.test_labels)
    worlds = range(settings.first_world, settings.first_world + settings.worlds)
    if worlds.stop * settings.test_points > n_test:
        raise ValueError(f"{worlds.stop} worlds of {settings.test_points} test images need more than the {n_test}")
    # One order for all worlds, of which each takes its own block.
    test = n_training + draw("test images").permutation(n_test)
    counts = {
        Part.TRANSFER: settings.transfer_points,
        Part.TEST: settings.test_points,
        Part.TEACHER: settings.teacher_points,
    }
    chosen = np.empty((len(worlds), sum(counts.values())), dtype=np.int64)
    for row, world in zip(chosen, worlds, strict=True):
        training = draw(world, "training images").permutation(n_training)
        # From the two ends of one order: they are disjoint, and the size of one changes no image of the other.
        row[:] = np.concatenate(
            [
                training[::-1][: settings.transfer_points],
                test[world * settings.test_points :][: settings.test_points],
                training[: settings.teacher_points],
            ]
        )
    return xr.Dataset(
        {
            "pixels": (
                ("world", "sample", "row", "column", "channel"),
                _taken(cifar.train_images, cifar.test_images, chosen),
                {"scale": 1 / 255},
            ),
            "label": (("world", "sample"), _taken(cifar.train_labels, cifar.test_labels, chosen)),
            "part": ("sample", codes(counts)),
            "sample_id": (("world", "sample"), chosen),
        },
        coords={"world": np.array(worlds, dtype=np.int64)},
        attrs={"dim": cifar.train_images[0].size, "class_names": ", ".join(CLASS_NAMES), "source": images["source"]},
    )


def _taken(training, test, chosen):
    """Entries of the training set followed by the test set, without a copy of both."""
    taken = np.empty((*chosen.shape, *training.shape[1:]), dtype=training.dtype)
    of_test = chosen >= len(training)
    taken[~of_test] = training[chosen[~of_test]]
    taken[of_test] = test[chosen[of_test] - len(training)]
    return taken


if __name__ == "__main__":
    run_stage(build)
