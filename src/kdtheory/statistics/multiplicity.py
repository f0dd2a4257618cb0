"""Several tests at once: Holm's adjustment, and the test that all of several statements are true."""

import numpy as np
from numpy.typing import ArrayLike


def holm(p_values: ArrayLike) -> np.ndarray:
    """Return p-values adjusted by Holm's step-down rule.

    With every adjusted p-value up to α rejected, the probability of any false rejection is at most α.

    Parameters
    ----------
    p_values : array_like
        NaN where there was no test; it counts for nothing and stays NaN.

    Returns
    -------
    ndarray, of the same shape

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    p_values = np.asarray(p_values, dtype=float)
    flat = p_values.ravel()
    order = np.argsort(flat)[: np.isfinite(flat).sum()]
    adjusted = np.full(flat.shape, np.nan)
    steps = flat[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted.reshape(p_values.shape)


def intersection_union(p_values: ArrayLike) -> float:
    """Return the p-value of "some statement is false" against "all are true", the largest of the statements' own.

    Parameters
    ----------
    p_values : array_like
        Of the tests that show one statement each; NaN where there was no test.

    Returns
    -------
    float
        1 where nothing was tested.

    References
    ----------
    Berger (1982), Multiparameter hypothesis testing and acceptance sampling.
    """
    p_values = np.asarray(p_values, dtype=float)
    tested = p_values[np.isfinite(p_values)]
    return float(tested.max()) if tested.size else 1.0
