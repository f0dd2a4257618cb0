"""Neural tangent and Gaussian process kernels of infinitely wide ReLU networks, block by block."""

import numpy as np
import numpy.typing as npt

from kdtheory.kernels import haversines
from kdtheory.kernels.devices import on_gpu
from kdtheory.theory.arguments import real, real_number

# The dozen temporaries of a block this size stay in a processor's second-level cache.
BLOCK = 128


def relu_kernels(
    x1: npt.ArrayLike,
    x2: npt.ArrayLike | None = None,
    *,
    depth: int = 3,
    weight_std: float = 1.0,
    bias_std: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Kernels of an infinitely wide fully connected ReLU network in NTK parameterization (JZ20 Eq. 1).

    A layer is h ↦ (weight_std/√fan_in)·W h + bias_std·b with standard normal W and b, the first one with fan_in = d.
    Entries are exact to a few units of rounding, on the diagonal and for nearly identical points as well; with
    `x2` left out both matrices are exactly symmetric. Computed on a GPU when there is one (KDTHEORY_DEVICE). Memory:
    the two results and a panel of 128 rows.

    Parameters
    ----------
    x1 : array, shape (n1, d)
        Inputs, one row per point.
    x2 : array, shape (n2, d), optional
        Other inputs; `x1` itself when left out, at half of the cost.
    depth : int
        Hidden layers, 1 or more.
    weight_std, bias_std : float
        σ_W > 0 and σ_b ≥ 0.

    Returns
    -------
    ntk, nngp : array, shape (n1, n2)
        Neural tangent kernel Θ (all layers trained) and covariance of the network's output at initialisation.

    Raises
    ------
    ValueError
        For shapes that do not fit, inputs that are not finite, a depth or standard deviation out of range.
    """
    if not isinstance(depth, int | np.integer) or depth < 1:
        raise ValueError(f"depth is {depth}; it must be an integer, 1 or more")
    weight_std, bias_std = real_number("weight_std", weight_std), real_number("bias_std", bias_std)
    if not 0 < weight_std < np.inf:
        raise ValueError(f"weight_std is {weight_std}; it must be positive and finite")
    if not 0 <= bias_std < np.inf:
        raise ValueError(f"bias_std is {bias_std}; it must be 0 or more and finite")
    symmetric = x2 is None
    rows = haversines.Points(_inputs("x1", x1), depth, weight_std, bias_std)
    columns = rows if symmetric else haversines.Points(_inputs("x2", x2), depth, weight_std, bias_std)
    if rows.directions.shape[1] != columns.directions.shape[1]:
        raise ValueError(f"x2 has shape {np.shape(x2)}; it must have the {np.shape(x1)[1]} columns of x1")
    if on_gpu():
        from kdtheory.kernels import accelerated

        return accelerated.relu_kernels(rows, columns)
    return _in_blocks(rows, columns)


def _in_blocks(rows, columns):
    """Both kernels on the CPU; `rows` and `columns` are one object for the kernel of one set."""
    symmetric = rows is columns
    ntk = np.empty((len(rows.scale), len(columns.scale)))
    nngp = np.empty_like(ntk)
    for i in range(0, ntk.shape[0], BLOCK):
        start = i if symmetric else 0
        panel = rows.directions[i : i + BLOCK] @ columns.directions[start:].T
        for j in range(start, ntk.shape[1], BLOCK):
            block = slice(i, i + BLOCK), slice(j, j + BLOCK)
            cosine = panel[:, j - start : j - start + BLOCK]
            if symmetric and i == j:
                # A matrix product may round entry (i, j) and entry (j, i) differently.
                cosine = (cosine + cosine.T) / 2
            for kernel, values in zip((ntk, nngp), _block(cosine, rows, columns, *block), strict=True):
                kernel[block] = values
                if symmetric and i < j:
                    kernel[block[::-1]] = values.T
    return ntk, nngp


def _block(cosine, points1, points2, rows, columns):
    """One block of both kernels. The recursion runs on cosines; the norms come back in at its end."""
    angles = haversines.angles(cosine, np)
    close = np.nonzero(haversines.is_close(cosine))
    if close[0].size:
        one, other = points1.directions[rows][close[0]], points2.directions[columns][close[1]]
        for values, exact in zip(angles, haversines.exact_angles(one, other, np), strict=True):
            values[close] = exact
    layers = (
        ([value[rows] for value in layer1], [value[columns] for value in layer2])
        for layer1, layer2 in zip(points1.layers, points2.layers, strict=True)
    )
    ntk, cosine = haversines.recursion(*angles, layers, np)
    scale = points1.scale[rows, None] * points2.scale[columns]
    return scale * ntk, scale * cosine


def _inputs(name, x):
    x = real(name, x)
    if x.ndim != 2 or 0 in x.shape:
        raise ValueError(f"{name} has shape {x.shape}; it must be (n, d) with n and d at least 1")
    if not np.all(np.isfinite(x)):
        raise ValueError(f"{name} holds a value that is not finite")
    return x
