"""Kernels and regressions on a GPU, by JAX: the same recursion and the same algebra as on the CPU, tile by tile.

:mod:`~kdtheory.kernels.infinite` and :mod:`~kdtheory.kernels.nested` come here where there is a GPU.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from kdtheory.kernels import haversines
from kdtheory.kernels.devices import configure_jax

configure_jax()

# Rows and columns of a tile: on a GPU its dozen temporaries take 0.4 GB.
TILE = 2048


def relu_kernels(rows: haversines.Points, columns: haversines.Points) -> tuple[np.ndarray, np.ndarray]:
    """Fill both kernels of :func:`kdtheory.kernels.infinite.relu_kernels`, one compiled function for all tiles.

    Parameters
    ----------
    rows, columns : kdtheory.kernels.haversines.Points
        One object twice for the kernel of one set: the lower triangles are then copies of the upper ones.

    Returns
    -------
    ntk, nngp : numpy.ndarray, shape (n1, n2)
    """
    symmetric = rows is columns
    ntk = np.empty((len(rows.scale), len(columns.scale)))
    nngp = np.empty_like(ntk)
    width = min(TILE, _power_of_two(max(ntk.shape)))
    row_tiles = _tiles(rows, width)
    column_tiles = row_tiles if symmetric else _tiles(columns, width)
    for i, row_tile in row_tiles.items():
        for j, column_tile in column_tiles.items():
            if symmetric and j < i:
                continue
            cosine, close = _cosine(row_tile["directions"], column_tile["directions"])
            # The number of close pairs shapes the compiled function; of powers of two there are few.
            values = _tile(cosine, row_tile, column_tile, _power_of_two(int(close)))
            block = slice(i, i + width), slice(j, j + width)
            for kernel, tile in zip((ntk, nngp), values, strict=True):
                kernel[block] = np.asarray(tile)[: len(kernel) - i, : kernel.shape[1] - j]
                if symmetric and i < j:
                    kernel[block[::-1]] = kernel[block].T
                elif symmetric:
                    # XLA fuses products and sums, so that entries (i, j) and (j, i) may round differently.
                    below = np.tril_indices(len(kernel[block]), -1)
                    kernel[block][below] = kernel[block].T[below]
    return ntk, nngp


@jax.jit
def cholesky(gram: jax.typing.ArrayLike) -> jax.Array:
    """Lower factor of a symmetric matrix, on the device; NaN where it is not positive definite."""
    return jnp.linalg.cholesky(gram, symmetrize_input=False)


@jax.jit
def solve(factor: jax.typing.ArrayLike, right: jax.typing.ArrayLike) -> jax.Array:
    """L⁻¹ times a vector or matrix, on the device."""
    return jax.scipy.linalg.solve_triangular(factor, right, lower=True)


@partial(jax.jit, static_argnames="size")
def product(basis: jax.typing.ArrayLike, coefficients: jax.typing.ArrayLike, start: int, size: int) -> jax.Array:
    """basisᵀ coefficients, summed over ``size`` rows from ``start`` on, on the device."""
    basis, coefficients = (jax.lax.dynamic_slice_in_dim(factor, start, size) for factor in (basis, coefficients))
    return basis.T @ coefficients


@jax.jit
def _cosine(directions1, directions2):
    """Cosines of a tile, and how many of its pairs are close."""
    cosine = directions1 @ directions2.T
    return cosine, jnp.sum(haversines.is_close(cosine))


@partial(jax.jit, static_argnames="n_close")
def _tile(cosine, points1, points2, n_close):
    angles = haversines.angles(cosine, jnp)
    # Padded by pairs that lie outside of the tile, whose values are dropped.
    close = jnp.nonzero(haversines.is_close(cosine), size=n_close, fill_value=len(cosine))
    one, other = (points["directions"][i] for points, i in zip((points1, points2), close, strict=True))
    exact = haversines.exact_angles(one, other, jnp)
    angles = [plain.at[close].set(value, mode="drop") for plain, value in zip(angles, exact, strict=True)]
    layers = zip(points1["layers"], points2["layers"], strict=True)
    ntk, cosine = haversines.recursion(*angles, layers, jnp)
    scale = points1["scale"][:, None] * points2["scale"]
    return scale * ntk, scale * cosine


def _tiles(points, width):
    """The points by tiles on the device, by their first index; the last tile is filled up with zeros."""

    def filled(values):
        return jnp.asarray(np.concatenate([values, np.zeros((width - len(values), *values.shape[1:]))]))

    return {
        start: jax.tree.map(
            lambda values, start=start: filled(values[start : start + width]),
            {"directions": points.directions, "layers": points.layers, "scale": points.scale},
        )
        for start in range(0, len(points.scale), width)
    }


def _power_of_two(count):
    """The smallest power of two that is at least ``count``, and at least 1."""
    return 1 << max(count - 1, 0).bit_length()
