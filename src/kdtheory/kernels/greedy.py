"""Which points of a pool to ask a teacher about: greedy choices by a kernel, one pivoted factorisation each."""

import numpy as np
import numpy.typing as npt

from kdtheory.theory.arguments import real

# A point whose squared distance to the span is below this share of its squared length adds nothing but rounding.
_IN_THE_SPAN = 1e-10


def farthest_first(gram: npt.ArrayLike, count: int) -> np.ndarray:
    """Return the order of pivoted Cholesky: each point is the one whose features are the farthest from the span.

    Parameters
    ----------
    gram : array, shape (points, points)
        Kernel of the pool; not modified.
    count : int
        Points to choose.

    Returns
    -------
    order : array of int, shape (count,)
        Of points that are equally far the first.

    Raises
    ------
    ValueError
        The kernel is not square or not finite, ``count`` is out of range, or the span of fewer points holds them all.
    """
    return _pivoted(gram, np.zeros(len(np.atleast_1d(gram))), count, lambda residuals, distances: distances)


def steepest_first(gram: npt.ArrayLike, logits: npt.ArrayLike, count: int) -> np.ndarray:
    """Return the order in which each point lowers the angle between student and teacher as much as any can.

    A further point lengthens the projection of the teacher onto the span by r²/s², with the residual r of its logit and
    the squared distance s² of its features to the span (docs/methods.md), and the angle's cosine is the projection's
    length over the teacher's.

    Parameters
    ----------
    gram : array, shape (points, points)
    logits : array, shape (points,)
        The teacher's, less the student's own before training.
    count : int

    Returns
    -------
    order : array of int, shape (count,)

    Raises
    ------
    ValueError
        As for `farthest_first`, or the logits do not fit.
    """
    return _pivoted(gram, logits, count, lambda residuals, distances: residuals**2 / distances)


def _pivoted(gram, logits, count, gain):
    """Cholesky's factor column by column; the next pivot is where the gain is the largest."""
    gram, logits = real("gram", gram), real("logits", logits)
    if gram.ndim != 2 or gram.shape[0] != gram.shape[1] or logits.shape != gram.shape[:1]:
        raise ValueError(f"gram {gram.shape} and logits {logits.shape} must be (n, n) and (n,)")
    if not np.isfinite(gram).all() or not np.isfinite(logits).all():
        raise ValueError("gram and logits must be finite")
    if not 1 <= count <= len(gram):
        raise ValueError(f"count is {count}, must lie in 1..{len(gram)}")
    lengths = np.diagonal(gram)
    distances, residuals = lengths.copy(), logits.astype(float)
    columns, order = np.zeros((count, len(gram))), np.empty(count, dtype=int)
    for step in range(count):
        free = distances > _IN_THE_SPAN * lengths
        free[order[:step]] = False
        if not free.any():
            raise ValueError(f"count is {count}; the span of {step} points holds all others")
        with np.errstate(divide="ignore", invalid="ignore"):
            chosen = int(np.argmax(np.where(free, gain(residuals, distances), -np.inf)))
        order[step], pivot = chosen, np.sqrt(distances[chosen])
        columns[step] = (gram[chosen] - columns[:step, chosen] @ columns[:step]) / pivot
        residuals = residuals - residuals[chosen] / pivot * columns[step]
        distances = distances - columns[step] ** 2
    return order
