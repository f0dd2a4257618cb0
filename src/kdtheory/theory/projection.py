"""What a distilled linear student learns: the projection of its teacher onto the data (PL19 Theorem 1).

Inputs have one point per row, (n, d); the paper's X is the transpose.
"""

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr

from kdtheory.theory.arguments import real


def project_onto_span(inputs: npt.ArrayLike, teacher_weights: npt.ArrayLike) -> np.ndarray:
    """Return ŵ of PL19 eq. 6, the limit of gradient flow on the soft labels from zero.

    Parameters
    ----------
    inputs : array_like, shape (n, d)
        Transfer set, n ≥ 1 points in rows.
    teacher_weights : array_like, shape (d,)

    Returns
    -------
    ndarray, shape (d,)
        The orthogonal projection of the teacher's weights onto the span of the points, and exactly those
        weights when the points span the whole space (almost surely when n ≥ d). From a QR factorisation, from
        an SVD when the points are linearly dependent; never through the normal equations, whose condition
        number is squared.

    Raises
    ------
    ValueError
        Shapes do not fit or a number is not finite.
    """
    inputs = _finite("inputs", inputs)
    teacher_weights = _finite("teacher_weights", teacher_weights)
    if inputs.ndim != 2 or 0 in inputs.shape:
        raise ValueError(f"inputs has shape {inputs.shape}, must be (n, d) with n ≥ 1 and d ≥ 1")
    if teacher_weights.shape != inputs.shape[1:]:
        raise ValueError(f"teacher_weights has shape {teacher_weights.shape}, must be {inputs.shape[1:]}")
    basis = _span(inputs)
    if basis.shape[1] == inputs.shape[1]:
        return teacher_weights.copy()
    return basis @ (basis.T @ teacher_weights)


def minimum_norm_weights(inputs: npt.ArrayLike, logits: npt.ArrayLike) -> np.ndarray:
    """Return the shortest weights that give the inputs these logits.

    With logits = inputs·w* this is ŵ of PL19 eq. 6; any other minimiser of the loss (PL19 Theorem A.2) is
    longer.

    Parameters
    ----------
    inputs : array_like, shape (..., n, d)
    logits : array_like, shape (..., n)
        Leading axes broadcast; each transfer set is factorised once.

    Returns
    -------
    ndarray, shape (..., d)
        w with inputs·w = logits and the smallest ‖w‖. Where the points are linearly dependent or n ≥ d, the
        least-squares solution of smallest norm, which solves the system whenever it has a solution.

    Raises
    ------
    ValueError
        Shapes do not fit or a number is not finite.
    """
    inputs, logits = _checked_system(inputs, logits)
    if inputs.shape[-2] >= inputs.shape[-1]:
        return _least_squares(inputs, logits)
    basis, triangle, independent = _factorise(inputs)
    regular = np.where(independent.all(axis=-1)[..., None, None], triangle, np.eye(triangle.shape[-1]))
    coordinates = np.linalg.solve(np.swapaxes(regular, -1, -2), logits[..., None])
    weights = (basis @ coordinates)[..., 0]
    if independent.all():
        return weights
    return np.where(independent.all(axis=-1)[..., None], weights, _least_squares(inputs, logits))


def minimum_norm_prefixes(inputs: npt.ArrayLike, logits: npt.ArrayLike, sizes: npt.ArrayLike) -> np.ndarray:
    """Return `minimum_norm_weights` of several prefixes of one transfer set, from one QR factorisation.

    With Xᵀ = QR and Rᵀy = z, the weights of the first m points are Q[:, :m] y[:m].

    Parameters
    ----------
    inputs : array_like, shape (n, d)
    logits : array_like, shape (n,)
    sizes : array_like of int, shape (s,)
        Prefix sizes m in 1 … n, in any order.

    Returns
    -------
    ndarray, shape (s, d)
        Prefixes that are linearly dependent, and those with m ≥ d, are solved one by one as
        `minimum_norm_weights` does.

    Raises
    ------
    ValueError
        Shapes do not fit, a number is not finite, or a size is outside 1 … n.
    """
    inputs, logits = _checked_system(inputs, logits)
    if inputs.ndim != 2 or logits.ndim != 1:
        raise ValueError(f"inputs {inputs.shape} and logits {logits.shape} must be one set: (n, d) and (n,)")
    sizes = np.asarray(sizes)
    n_train, dim = inputs.shape
    if sizes.ndim != 1 or not ((sizes >= 1) & (sizes <= n_train)).all():
        raise ValueError(f"sizes is {sizes}, must be one-dimensional with entries in 1 … {n_train}")
    few = min(n_train, dim - 1)
    weights = np.empty((sizes.size, dim))
    regular = 0
    if few:
        basis, triangle, independent = _factorise(inputs[:few])
        regular = few if independent.all() else int(np.argmin(independent))
        coordinates = np.linalg.solve(triangle[:regular, :regular].T, logits[:regular])
        partial_sums = np.cumsum(basis[:, :regular] * coordinates, axis=1)
        weights[sizes <= regular] = partial_sums[:, sizes[sizes <= regular] - 1].T
    for index in np.flatnonzero(sizes > regular):
        weights[index] = _least_squares(inputs[: sizes[index]], logits[: sizes[index]])
    return weights


def _span(inputs):
    """Orthonormal basis (d, rank) of the span of the rows."""
    rows = _unit_rows(inputs)[0]
    if rows.shape[0] > rows.shape[1]:
        rows = np.linalg.qr(rows, mode="r")  # d rows with the same span
    basis, triangle, _ = qr(rows.T, mode="economic", pivoting=True)  # pivoting makes the diagonal reveal the rank
    diagonal = np.abs(np.diag(triangle))
    if diagonal[-1] > _tolerance(inputs) * diagonal[0]:
        return basis
    _, singular_values, right = np.linalg.svd(rows, full_matrices=False)
    return right[singular_values > _tolerance(inputs) * singular_values[0]].T


def _factorise(inputs):
    """QR of the transposed inputs, and for each row whether it is independent of the rows before it."""
    rows, lengths = _unit_rows(inputs)
    basis, triangle = np.linalg.qr(np.swapaxes(rows, -1, -2))
    independent = np.abs(np.diagonal(triangle, axis1=-2, axis2=-1)) > _tolerance(inputs)
    return basis, triangle * np.swapaxes(lengths, -1, -2), independent


def _least_squares(inputs, logits):
    left, singular_values, right = np.linalg.svd(inputs, full_matrices=False)
    kept = singular_values > _tolerance(inputs) * singular_values[..., :1]
    inverse = np.divide(1.0, singular_values, where=kept, out=np.zeros_like(singular_values))
    projected = np.swapaxes(left, -1, -2) @ logits[..., None]
    return (np.swapaxes(right, -1, -2) @ (inverse[..., None] * projected))[..., 0]


def _unit_rows(inputs):
    """Rows scaled to unit length, and their lengths: a short point is as good a direction as a long one."""
    lengths = np.linalg.norm(inputs, axis=-1, keepdims=True)
    return inputs / np.where(lengths > 0, lengths, 1.0), lengths


def _tolerance(inputs):
    return max(inputs.shape[-2:]) * np.finfo(float).eps


def _checked_system(inputs, logits):
    inputs, logits = _finite("inputs", inputs), _finite("logits", logits)
    if inputs.ndim < 2 or logits.ndim < 1 or inputs.shape[-2] != logits.shape[-1] or 0 in inputs.shape[-2:]:
        raise ValueError(f"inputs {inputs.shape} and logits {logits.shape} must be (..., n, d) and (..., n)")
    return inputs, logits


def _finite(name, values):
    values = real(name, values)
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite")
    return values
