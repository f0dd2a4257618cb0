"""Small made-up images, and logits of teachers on them, in the format of the image datasets and teachers."""

import numpy as np
import xarray as xr

N_TRANSFER, N_TEST, N_TEACHER = 50, 40, 30


def images_and_logits(n_classes):
    """A dataset of 4 × 4 pixels whose first column tells the class, and two teachers at two stopping epochs."""
    rng = np.random.default_rng(n_classes)
    n = N_TRANSFER + N_TEST + N_TEACHER
    label = rng.integers(0, n_classes, n)
    pixels = rng.integers(0, 200, (n, 4, 4, 3))
    pixels[:, :, 0, 0] += 50 * label[:, None] // n_classes
    ids = rng.permutation(1000)[:n]
    dataset = xr.Dataset(
        {
            "pixels": (("sample", "row", "column", "channel"), pixels.astype(np.uint8)),
            "label": ("sample", label.astype(np.uint8)),
            "part": ("sample", np.repeat(np.array([0, 1, 3], np.int8), [N_TRANSFER, N_TEST, N_TEACHER])),
            "sample_id": ("sample", ids),
        }
    )
    values = 3 * rng.standard_normal((2, 2, n, n_classes)) + 2 * np.eye(n_classes)[label]
    logits = xr.Dataset(
        {
            "logits": (("stopping_epoch", "teacher", "sample", "class"), values.astype(np.float32)),
            "teacher_accuracy": (("teacher", "stopping_epoch"), rng.random((2, 2))),
            "sample_id": ("sample", ids),
        },
        coords={"stopping_epoch": [1, 4], "teacher": [0, 1]},
    )
    return dataset, logits
