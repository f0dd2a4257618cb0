"""Two digits of MNIST as a binary task (PL19 Sec. 5.2)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.tasks.images import load


@dataclass(frozen=True)
class Settings:
    """Settings of a digits dataset (study/schemas/datasets/digits.yaml)."""

    digits: list


def build(settings: Settings, draw, images):
    """Select two digits of an image set; the test images follow the training images, in their published order.

    ``images`` is the record of the fetched set (`kdtheory.tasks.images.fetch`); its source becomes an attribute.
    """
    mnist = load(images["name"])
    labels = np.concatenate([mnist.train_labels, mnist.test_labels])
    pixels = np.concatenate([mnist.train_images, mnist.test_images])
    is_test = np.arange(len(labels)) >= len(mnist.train_labels)
    chosen = np.isin(labels, settings.digits)
    return xr.Dataset(
        {
            "pixels": (("sample", "axis"), pixels[chosen].reshape(chosen.sum(), -1), {"scale": 1 / 255}),
            "label": ("sample", (labels[chosen] == settings.digits[1]).astype(np.int8)),
            "is_test": ("sample", is_test[chosen].astype(np.int8)),
            "sample_id": ("sample", np.flatnonzero(chosen)),
        },
        attrs={"dim": pixels[0].size, "digits": settings.digits, "source": images["source"]},
    )


if __name__ == "__main__":
    run_stage(build)
