"""The worlds and runs of a dataset of the wide study: their numbers, and those of their samples."""

import numpy as np


def numbered(worlds, runs):
    """Return the coordinates ``world`` and ``run`` of a dataset.

    Parameters
    ----------
    worlds : sequence of int
        Numbers of the worlds; those of a batch need not begin at 0.
    runs : int
        Number of runs of each world.
    """
    return {"world": np.array(worlds, dtype=np.int64), "run": np.arange(runs, dtype=np.int64)}


def sample_ids(worlds, runs, samples):
    """Return (world·runs + run)·samples + sample: the number of a sample does not depend on the batch of its world.

    Parameters
    ----------
    worlds : sequence of int
    runs, samples : int
        Number of runs of each world, and of samples of each run.

    Returns
    -------
    numpy.ndarray of int64, shape (worlds, runs, samples)
    """
    first = np.array(worlds, dtype=np.int64)[:, None, None] * runs * samples
    return first + np.arange(runs * samples).reshape(runs, samples)
