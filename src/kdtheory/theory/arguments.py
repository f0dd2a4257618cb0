"""Checked arguments of public functions: non-numeric input raises ValueError naming the argument."""

import numpy as np
import numpy.typing as npt


def real(name: str, values: npt.ArrayLike) -> np.ndarray:
    """Return array_like real numbers as float64.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    values : array_like
        Numbers or truth values, any shape; NaN and infinity are accepted.

    Returns
    -------
    ndarray, shape of ``values``

    Raises
    ------
    ValueError
        Rows are of unequal length, or the values are complex, text, dates or any other objects.
    """
    array = _array(name, values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} is of type {array.dtype}, must be real numbers")
    return array.astype(float, copy=False)


def real_number(name: str, value: npt.ArrayLike) -> float:
    """Return one real number as a float; ValueError as for `real`, and for an array of several."""
    array = real(name, value)
    if array.ndim != 0:
        raise ValueError(f"{name} has shape {array.shape}, must be one number")
    return float(array)


def integers(name: str, values: npt.ArrayLike) -> np.ndarray:
    """Return array_like integers, any shape; ValueError unless the dtype is an integer one; ``[]`` is accepted."""
    array = _array(name, values)
    if array.dtype.kind not in ("iu" if array.size else "iuf"):
        raise ValueError(f"{name} is of type {array.dtype}, must be integers")
    return array.astype(int, copy=False)


def _array(name, values):
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} has rows of unequal length, must be one array") from error
