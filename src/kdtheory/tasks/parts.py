"""The parts of a dataset: what its samples are for, as coded in the variable ``part``."""

from enum import IntEnum

import numpy as np


class Part(IntEnum):
    """Codes of the variable ``part(sample)`` in dataset files.

    Attributes
    ----------
    TRANSFER
        Students learn from the teacher's logits at these samples.
    TEST
        Errors of students are counted on these samples; in Gaussian mixtures they are candidates for the next point.
    ORACLE
        Only oracles learn from these samples (`kdtheory.students.kernel.oracle`).
    TEACHER
        Teachers of images learn from these samples.
    """

    TRANSFER = 0
    TEST = 1
    ORACLE = 2
    TEACHER = 3


def codes(counts: dict) -> np.ndarray:
    """Return the variable ``part`` of samples that are sorted by part.

    Parameters
    ----------
    counts : dict
        Number of samples by `Part`, in the order of the samples.

    Returns
    -------
    numpy.ndarray of int8, shape (samples,)
    """
    return np.repeat(np.array([*counts], dtype=np.int8), list(counts.values()))


def first_of(part: Part, samples: np.ndarray, count: int) -> np.ndarray:
    """Return the indices of the first samples of a part.

    Parameters
    ----------
    part : Part
    samples : array of int, shape (n,)
        Code of each sample.
    count : int

    Returns
    -------
    indices : array of int, shape (count,)

    Raises
    ------
    ValueError
        The dataset has fewer samples of the part.
    """
    found = np.flatnonzero(samples == part)
    if count > len(found):
        raise ValueError(f"the dataset has {len(found)} {part.name.lower()} points; the cell needs {count}")
    return found[:count]
