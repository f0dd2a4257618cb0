"""The inputs of any dataset file as float64 numbers."""

import numpy as np


def inputs_of(dataset):
    """Return a dataset's inputs as a float64 ``DataArray(..., sample, axis)``; pixels are scaled to [0, 1]."""
    if "pixels" in dataset:
        return dataset["pixels"].astype(np.float64) * dataset["pixels"].attrs["scale"]
    return dataset["inputs"]
