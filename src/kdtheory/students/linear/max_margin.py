"""The hard-margin direction through the origin: the limit of hard-label descent on separable data."""

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular
from scipy.optimize import nnls

from kdtheory.students.linear.descent import signed_points

# What a verified solution may miss of a margin of 1, and how negative a multiplier may be beside the largest.
_KKT_TOLERANCE = 1e-9
# A margin this small beside the shortest point's norm may be rounding: no plane is known to separate.
_TOUCHING = 1e-8


class MarginNotVerifiedError(ArithmeticError):
    """The optimum found for a separable set violates the Karush–Kuhn–Tucker conditions beyond rounding."""


def max_margin_weights(inputs: npt.ArrayLike, labels: npt.ArrayLike) -> np.ndarray:
    """Shortest weights w with margin s·wᵀx ≥ 1 at every point, s = ±1 the sign of its label; no bias.

    The least-distance problem is solved by non-negative least squares (Lawson & Hanson, *Solving Least
    Squares Problems*, chapter 23), which ends after finitely many exchanges of the active set. The weights
    are then solved for once more on that set (wᵀx = s at each of its points) and the Karush–Kuhn–Tucker
    conditions verified.
    The size of the margin is 1/‖w‖. A set with one class only is allowed.

    Parameters
    ----------
    inputs : array, shape (..., n, d)
        Transfer sets, one row per point.
    labels : array of 0 and 1, shape (..., n)
        Leading axes broadcast against those of `inputs`.

    Returns
    -------
    weights : array, shape (..., d)

    Raises
    ------
    ValueError
        For shapes that do not fit, values that are not finite, labels other than 0 and 1, and a set that no
        plane through the origin separates (or none that double precision can tell from touching).
    MarginNotVerifiedError
        When the optimum of a separable set cannot be verified.
    """
    signed = signed_points(inputs, labels)
    weights = np.empty((*signed.shape[:-2], signed.shape[-1]))
    for transfer_set in np.ndindex(weights.shape[:-1]):
        weights[transfer_set] = _least_distance(signed[transfer_set])
    return weights


def _least_distance(signed):
    """Shortest w with ``signed @ w >= 1``, verified; shape (n, d) → (d,)."""
    n_train, dim = signed.shape
    # Only the Gram matrix matters to the active set, so rotate n < d points into n dimensions.
    points = signed if n_train >= dim else np.linalg.qr(signed.T, mode="r").T
    shortest = np.linalg.norm(signed, axis=1).min()
    if shortest == 0:
        raise ValueError("inputs holds a point at the origin, which has no margin: the set is not separable")
    # The margin is at most the shortest point's norm; in that unit neither block drowns the other.
    system = np.vstack([points.T / shortest, np.ones(n_train)])
    target = np.append(np.zeros(len(system) - 1), 1.0)
    try:
        multipliers, residual = nnls(system, target, maxiter=10 * n_train)
    except RuntimeError as error:
        message = f"no active set found for {n_train} points in {dim} dimensions"
        raise MarginNotVerifiedError(message) from error

    weights = _verified_weights(signed, multipliers > 0)
    if weights is not None:
        return weights
    # The residual is 0 when a non-negative combination of the points vanishes, which is non-separability.
    if residual < _TOUCHING:
        raise ValueError("inputs and labels are not separable, within rounding, by a plane through the origin")
    raise MarginNotVerifiedError(
        f"the hard-margin weights of {n_train} points in {dim} dimensions violate the Karush–Kuhn–Tucker "
        f"conditions by more than {_KKT_TOLERANCE:g}"
    )


def _verified_weights(signed, active):
    """Shortest w with margin 1 on the active points, or None where that is not the whole set's optimum."""
    # The normals of an optimum's active set are independent; more of them than dimensions cannot be.
    if not 0 < np.count_nonzero(active) <= signed.shape[1]:
        return None
    basis, triangle = np.linalg.qr(signed[active].T)
    if not np.all(np.diagonal(triangle)):
        return None
    coordinates = solve_triangular(triangle, np.ones(len(triangle)), trans="T")
    multipliers = solve_triangular(triangle, coordinates)
    weights = basis @ coordinates
    margins = signed @ weights
    optimal = (
        np.all(multipliers >= -_KKT_TOLERANCE * np.max(multipliers))
        and np.all(margins >= 1 - _KKT_TOLERANCE)
        and np.all(margins[active] <= 1 + _KKT_TOLERANCE)
    )
    return weights if optimal else None
