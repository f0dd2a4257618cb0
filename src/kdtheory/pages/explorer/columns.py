"""Columns of numbers as text of a page: four significant digits each, in planes of bytes that compress well."""

import base64
import gzip

import numpy as np
from numpy.typing import ArrayLike

DIGITS = 4
_MISSING, _INFINITE = -32768, 32767
_SMALLEST = 1e-120


class Columns:
    """Numbers that are appended column by column and packed together."""

    def __init__(self):
        self._parts = []
        self.length = 0

    def append(self, values: ArrayLike) -> int:
        """Append the numbers of an array in C order and return the place of the first."""
        start = self.length
        flat = np.ravel(np.asarray(values, dtype=float))
        self._parts.append(flat)
        self.length += flat.size
        return start

    def packed(self) -> str:
        """Return all numbers as base64 of gzip: the mantissas' high bytes, their low bytes, then the exponents."""
        mantissa, exponent = rounded(np.concatenate([*self._parts, np.empty(0)]))
        high, low = np.ascontiguousarray(mantissa, dtype=">i2").view(np.uint8).reshape(-1, 2).T
        return packed(high.tobytes() + low.tobytes() + exponent.tobytes())


def rounded(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return numbers, rounded to four significant digits, as mantissa · 10^exponent.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Magnitudes below 1e-120 become 0.

    Returns
    -------
    mantissa : ndarray of int16, shape (n,)
        −32768 where a number is missing, ±32767 where it is infinite.
    exponent : ndarray of int8, shape (n,)
    """
    finite = np.isfinite(values) & (np.abs(values) >= _SMALLEST)
    magnitude = np.abs(np.where(finite, values, 1.0))
    exponent = np.floor(np.log10(magnitude)).astype(int) - (DIGITS - 1)
    # Division by an exact power is exact to the last bit where multiplication by its inverse is not.
    scaled = np.where(
        exponent >= 0, magnitude / 10.0 ** np.maximum(exponent, 0), magnitude * 10.0 ** -np.minimum(exponent, 0)
    )
    mantissa = np.rint(scaled)
    over, under = mantissa >= 10**DIGITS, mantissa < 10 ** (DIGITS - 1)
    mantissa = np.where(over, mantissa / 10, np.where(under, np.rint(scaled * 10), mantissa))
    exponent = exponent + over - under
    mantissa = np.where(finite, np.copysign(mantissa, values), 0)
    mantissa = np.where(
        np.isnan(values), _MISSING, np.where(np.isinf(values), np.copysign(_INFINITE, values), mantissa)
    )
    return mantissa.astype(np.int16), np.where(finite, exponent, 0).astype(np.int8)


def packed(content: bytes) -> str:
    """Return bytes as base64 of gzip, the same for the same bytes."""
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode("ascii")
