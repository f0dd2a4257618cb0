"""Arrays of NumPy, torch or JAX as checked NumPy arrays of real numbers, integers or text."""

from typing import Any

import numpy as np

from kdtheory.problem.findings import refuse


def as_numpy(name: str, values: Any) -> np.ndarray:
    """Return an array of any of the three libraries, or nested lists, as a NumPy array without objects.

    Parameters
    ----------
    name : str
        The array's name, for the message.
    values : array_like
        A torch tensor may need a gradient and lie on any device; bfloat16 becomes float32.

    Returns
    -------
    ndarray
        Of booleans, integers, floats or text.

    Raises
    ------
    ProblemError
        It holds objects, complex numbers, dates or rows of unequal length.
    """
    try:
        if hasattr(values, "detach"):
            values = values.detach().cpu()
            if "bfloat16" in str(values.dtype):
                values = values.float()
            values = values.numpy()
        array = np.asarray(values)
    except Exception as error:  # the three libraries raise many types for what has no array
        raise refuse("type", f"{name} is no array ({error})") from error
    if array.dtype.name == "bfloat16":
        array = array.astype(np.float32)
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8", "replace")
    if array.dtype.kind not in "biufU":
        raise refuse("type", f"{name} is of type {array.dtype}, must hold numbers{' or text' if name == 'ids' else ''}")
    return array


def floats(name: str, values: Any) -> np.ndarray:
    """Return finite float64 numbers; refuse text, truth values, and values that are not finite."""
    array = as_numpy(name, values)
    if array.dtype.kind not in "iuf":
        raise refuse("type", f"{name} is of type {array.dtype}, must be real numbers")
    array = array.astype(np.float64, copy=False)
    finite = np.isfinite(array)
    if not finite.all():
        first = tuple(int(index) for index in np.argwhere(~finite)[0])
        raise refuse(
            "not-finite", f"{name} holds {np.sum(~finite)} of {array.size} values that are not finite, first at {first}"
        )
    return array


def whole_numbers(name: str, values: Any) -> np.ndarray:
    """Return int64 numbers; refuse any other type, also floats without a fraction."""
    array = as_numpy(name, values)
    if array.dtype.kind not in "iu":
        raise refuse("type", f"{name} is of type {array.dtype}, must be integers")
    if array.size and int(array.max()) > np.iinfo(np.int64).max:
        raise refuse("type", f"{name} holds {array.max()}, beyond 64-bit integers")
    return array.astype(np.int64, copy=False)


def flags(name: str, values: Any) -> np.ndarray:
    """Return truth values, given as such or as 0 and 1."""
    array = as_numpy(name, values)
    if array.dtype.kind == "U" or not np.isin(array, (0, 1)).all():
        raise refuse("type", f"{name} must be 0 or 1")
    return array.astype(bool)
