"""Starts of deep linear networks wᵀ = W_N ⋯ W_1, and how balanced they are (PL19 Theorem 2, eq. 13)."""

from functools import reduce
from itertools import pairwise
from operator import index

import numpy as np


def balanced_start(direction, norm, depth, hidden_width, rng):
    """Rank-one factors W_j = ‖w‖^(1/N)·u_j u_{j−1}ᵀ of equal size, which are balanced (PL19 eq. 13).

    Parameters
    ----------
    direction : array, shape (..., d)
        Direction of the end-to-end weights; its length does not matter but may not be 0.
    norm : float or array, shape (...)
        Norm ‖w(0)‖ > 0 of the end-to-end weights.
    depth : int
        Number of factors N ≥ 1.
    hidden_width : int
        Rows of every factor but the last; balanced rank-one factors stay so, whatever the width.
    rng : numpy.random.Generator
        Draws the unit vectors u_1 … u_{N−1} of the hidden layers.

    Returns
    -------
    factors : tuple of N arrays
        W_1 … W_N of shapes (..., hidden_width, d), (..., hidden_width, hidden_width) …,
        (..., 1, hidden_width), or (..., 1, d) alone at depth 1.

    Raises
    ------
    ValueError
        For a zero direction, a norm that is not positive, a depth or width below 1.
    """
    direction, norm = np.asarray(direction, np.float64), np.asarray(norm, np.float64)
    length = np.linalg.norm(direction, axis=-1, keepdims=True)
    if not np.all(length > 0):
        raise ValueError("direction is zero; the end-to-end weights need a direction")
    shapes = _factor_shapes(direction.shape[-1], norm, depth, hidden_width)
    batch = np.broadcast_shapes(direction.shape[:-1], norm.shape)
    units = [np.broadcast_to(direction / length, (*batch, direction.shape[-1]))]
    for rows, _ in shapes[:-1]:
        vector = rng.standard_normal((*batch, rows))
        units.append(vector / np.linalg.norm(vector, axis=-1, keepdims=True))
    units.append(np.ones((*batch, 1)))
    size = norm[..., None, None] ** (1 / depth)
    return tuple(size * left[..., :, None] * right[..., None, :] for right, left in pairwise(units))


def gaussian_start(dim, depth, hidden_width, norm, rng):
    """Independent normal entries, scaled alike so that the product has the given norm; not balanced.

    Parameters
    ----------
    dim : int
        Dimension d of the inputs.
    depth, hidden_width, rng
        As in :func:`balanced_start`.
    norm : float or array, shape (...)
        Norm ‖w(0)‖ > 0 of the end-to-end weights; one start per value.

    Returns
    -------
    factors : tuple of N arrays
        As :func:`balanced_start`.

    Raises
    ------
    ValueError
        For a norm that is not positive, a dimension, depth or width below 1.
    """
    norm = np.asarray(norm, np.float64)
    shapes = _factor_shapes(dim, norm, depth, hidden_width)
    factors = [rng.standard_normal((*norm.shape, *shape)) for shape in shapes]
    product = reduce(lambda right, left: left @ right, factors)
    scale = (norm[..., None, None] / np.linalg.norm(product, axis=(-2, -1), keepdims=True)) ** (1 / depth)
    return tuple(scale * factor for factor in factors)


def imbalance(factors):
    """Return how far factors are from balanced: the largest ‖W_{j+1}ᵀW_{j+1} − W_jW_jᵀ‖, which is 0 under PL19 eq. 13.

    Parameters
    ----------
    factors : tuple of N arrays
        W_1 … W_N with any leading axes.

    Returns
    -------
    largest : array, shape (...)
        Largest Frobenius norm over j = 1 … N − 1; 0 at depth 1, which has nothing to balance.
    size : array, shape (...)
        Largest squared Frobenius norm ‖W_j‖² of a factor, to which the imbalance may be compared.
    """
    off = [
        np.linalg.norm(np.swapaxes(after, -2, -1) @ after - before @ np.swapaxes(before, -2, -1), axis=(-2, -1))
        for before, after in pairwise(factors)
    ]
    sizes = [np.sum(np.square(factor), axis=(-2, -1)) for factor in factors]
    return np.max(off, axis=0) if off else np.zeros_like(sizes[0]), np.max(sizes, axis=0)


def _factor_shapes(dim, norm, depth, hidden_width):
    """Shapes of W_1 … W_N, after a check of what both kinds of start are given."""
    for name, value in (("dim", dim), ("depth", depth), ("hidden_width", hidden_width)):
        if index(value) < 1:
            raise ValueError(f"{name} is {value}; it must be at least 1")
    if not np.all((norm > 0) & np.isfinite(norm)):
        raise ValueError(f"norm is {norm}; it must be positive and finite")
    widths = [dim, *[hidden_width] * (depth - 1), 1]
    return [(rows, columns) for columns, rows in pairwise(widths)]
