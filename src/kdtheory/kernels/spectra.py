"""Eigenfunctions of a kernel on a transfer set, their frequencies, and gradient flow in their basis.

In the basis of Θ = VΛVᵀ the kernel flow ż = −Θ·∇ℓ(z) of a loss that is a sum over points has one coordinate for each
eigenfunction. Of the squared loss, ∇ℓ = z − z_eff, they are independent and decay like e^(−λ_i t): the time to learn
one is 1/λ_i. Of other losses they are coupled.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
from scipy import spatial

# Below it (e^x − 1 − x)/x² is its series to rounding.
_SMALL = 1e-4


def eigenfunctions(gram: npt.ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the eigenvalues of a kernel matrix, falling, and its eigenvectors in their order.

    Parameters
    ----------
    gram : array_like, shape (n, n)
        Symmetric.

    Returns
    -------
    eigenvalues : ndarray, shape (n,)
    vectors : ndarray, shape (n, n)
        Orthonormal, one in each column.

    Raises
    ------
    ValueError
        An eigenvalue is not positive.
    """
    eigenvalues, vectors = np.linalg.eigh(np.asarray(gram, dtype=float))
    if not eigenvalues[0] > 0:
        raise ValueError(f"gram has the eigenvalue {eigenvalues[0]:.3g}; all must be positive")
    return eigenvalues[::-1], np.ascontiguousarray(vectors[:, ::-1])


def octaves_of(count: int) -> np.ndarray:
    """Return the last number of each octave 1, 2, 3…4, 5…8, … of the numbers 1 … ``count``, at least 1."""
    if count != int(count) or count < 1:
        raise ValueError(f"count is {count}, must be an integer of at least 1")
    ends = 2 ** np.arange(int(count).bit_length())
    return ends if ends[-1] == count else np.append(ends, count)


def frequencies(inputs: npt.ArrayLike, vectors: npt.ArrayLike) -> np.ndarray:
    """Return the frequency of functions that are known at scattered points.

    Parameters
    ----------
    inputs : array_like, shape (n, d)
        Different points, 2 at least.
    vectors : array_like, shape (n, k)
        One function in each column.

    Returns
    -------
    ndarray, shape (k,)
        Root of d·⟨(v(x) − v(x′))²/|x − x′|²⟩/⟨v²⟩ with x′ the nearest neighbour of x: the wave number, in radians per
        unit of length, of a wave that is long beside the distance of neighbours.

    Raises
    ------
    ValueError
        Shapes do not fit, or two points are equal.
    """
    inputs, vectors = np.asarray(inputs, dtype=float), np.asarray(vectors, dtype=float)
    if inputs.ndim != 2 or vectors.ndim != 2 or len(inputs) != len(vectors) or len(inputs) < 2:
        raise ValueError(f"inputs {inputs.shape} and vectors {vectors.shape} must have the same points, 2 at least")
    distances, nearest = spatial.cKDTree(inputs).query(inputs, k=2)
    if not (distances[:, 1] > 0).all():
        raise ValueError("two points are equal")
    slopes = (vectors - vectors[nearest[:, 1]]) / distances[:, 1:]
    return np.sqrt(inputs.shape[1] * np.mean(slopes**2, axis=0) / np.mean(vectors**2, axis=0))


def flow(
    eigenvalues: npt.ArrayLike,
    vectors: npt.ArrayLike,
    start: npt.ArrayLike,
    gradient: Callable[[np.ndarray], np.ndarray],
    curvature: Callable[[np.ndarray], np.ndarray],
    times: npt.ArrayLike,
) -> Iterator[np.ndarray]:
    """Follow the kernel flow ż = −Θ·∇ℓ(z) of a convex loss, for several losses at once.

    Exponential Runge–Kutta steps of second order (Cox & Matthews 2002, ETD2RK): ∇ℓ less κ·z, κ the largest curvature
    of a loss at the start of a step, is taken as linear in time, so that fast eigenfunctions limit no step. For the
    squared loss steps of any length are exact.

    Parameters
    ----------
    eigenvalues, vectors : array_like, shapes (n,) and (n, n)
        Of Θ, as `eigenfunctions` returns them.
    start : array_like, shape (n, k)
        Logits at time 0, one column for each loss.
    gradient, curvature : callable
        From logits (n, k) to the first and second derivatives of the losses, (n, k).
    times : array_like, shape (steps,)
        Increasing, positive; with logarithmic steps of 6 % times are accurate to 2 % where curvatures of points
        differ by a factor of 100.

    Yields
    ------
    ndarray, shape (n, k)
        Vᵀz at each of the times.
    """
    eigenvalues, vectors = np.asarray(eigenvalues, dtype=float)[:, None], np.asarray(vectors, dtype=float)
    logits = np.asarray(start, dtype=float)
    coordinates = vectors.T @ logits
    for length in np.diff(times, prepend=0.0):
        stiffness = curvature(logits).max(axis=0)
        exponent = -eigenvalues * stiffness * length
        pull = vectors.T @ gradient(logits)
        moved = coordinates + np.expm1(exponent) / stiffness * pull
        # What the gradient changes along the step beyond the constant curvature.
        beyond = vectors.T @ gradient(vectors @ moved) - pull - stiffness * (moved - coordinates)
        coordinates = moved - length * eigenvalues * _second(exponent) * beyond
        logits = vectors @ coordinates
        yield coordinates


def _second(exponent):
    """(e^x − 1 − x)/x²."""
    small = np.abs(exponent) < _SMALL
    safe = np.where(small, 1.0, exponent)
    return np.where(small, 0.5 + exponent / 6, (np.expm1(safe) - safe) / safe**2)


def learning_times(times: npt.ArrayLike, residuals: npt.ArrayLike) -> np.ndarray:
    """Return when residuals fall below 1/e of the first one for good.

    Parameters
    ----------
    times : array_like, shape (steps,)
        Increasing from 0.
    residuals : array_like, shape (steps, ...)
        Sizes, not negative; interpolated exponentially between the times.

    Returns
    -------
    ndarray, shape (...)
        NaN where the last one is not below.
    """
    times, residuals = np.asarray(times, dtype=float), np.asarray(residuals, dtype=float)
    with np.errstate(divide="ignore"):
        logarithms = np.log(residuals) - np.log(residuals[0]) + 1
    above = logarithms >= 0
    last = len(times) - 1 - np.argmax(above[::-1], axis=0)
    after = np.minimum(last + 1, len(times) - 1)
    here, there = (np.take_along_axis(logarithms, place[None], axis=0)[0] for place in (last, after))
    learned = last < len(times) - 1
    between = learned & ~np.isneginf(there)
    share = np.where(between, here, 1.0) / np.where(between, here - there, 1.0)
    return np.where(learned, times[last] + share * (times[after] - times[last]), np.nan)
