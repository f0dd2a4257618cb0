"""The inputs of kernel students, on one scale for all coordinates."""

import numpy as np
from numpy.typing import ArrayLike


def standardised_inputs(inputs: ArrayLike, reference: ArrayLike) -> np.ndarray:
    """Return (input − mean)/deviation, one row per point.

    Parameters
    ----------
    inputs : array_like, shape (n, …)
    reference : array_like, shape (m, …)
        The points that mean and deviation are taken of.

    Returns
    -------
    ndarray of float, shape (n, d)
        The deviation is one number, of all coordinates from the mean point; where all points of the reference are
        equal it is 1. The unit of the inputs makes no difference.
    """
    deviation = np.sqrt(np.mean(np.var(reference, axis=0)))
    scale = deviation if deviation > 0 else 1.0
    return ((inputs - np.mean(reference, axis=0)) / scale).reshape(len(inputs), -1)
