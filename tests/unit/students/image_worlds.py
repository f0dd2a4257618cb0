"""Small made-up images, and logits of teachers on them, in the format of the image datasets and teachers."""

import numpy as np
import xarray as xr

N_TRANSFER, N_TEST, N_TEACHER = 50, 40, 30
WORLDS = [3, 4]


def images_and_logits(n_classes):
    """Two worlds of images of 4 × 4 pixels whose first column tells the class, their teachers at two epochs."""
    rng = np.random.default_rng(n_classes)
    n = N_TRANSFER + N_TEST + N_TEACHER
    label = rng.integers(0, n_classes, (2, n))
    pixels = rng.integers(0, 200, (2, n, 4, 4, 3))
    pixels[:, :, :, 0, 0] += 50 * label[:, :, None] // n_classes
    ids = rng.permuted(np.tile(np.arange(1000), (2, 1)), axis=1)[:, :n]
    dataset = xr.Dataset(
        {
            "pixels": (("world", "sample", "row", "column", "channel"), pixels.astype(np.uint8)),
            "label": (("world", "sample"), label.astype(np.uint8)),
            "part": ("sample", np.repeat(np.array([0, 1, 3], np.int8), [N_TRANSFER, N_TEST, N_TEACHER])),
            "sample_id": (("world", "sample"), ids),
        },
        coords={"world": WORLDS},
    )
    values = 3 * rng.standard_normal((2, 2, n, n_classes)) + 2 * np.eye(n_classes)[label]
    logits = xr.Dataset(
        {
            "logits": (("stopping_epoch", "world", "sample", "class"), values.astype(np.float32)),
            "teacher_error": (("world", "stopping_epoch"), rng.random((2, 2))),
            "sample_id": (("world", "sample"), ids),
        },
        coords={"stopping_epoch": [1, 4], "world": WORLDS},
    )
    return dataset, logits
