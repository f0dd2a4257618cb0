"""Designs of transfer sets: in which order the points of a pool are given to the student."""

import numpy as np

from kdtheory.kernels.greedy import farthest_first, steepest_first


def ordered(design, gram, logits, count):
    """Return which points of a pool come first by a design.

    A student that projects its teacher onto the span of the points depends on their directions alone. So features have
    unit length here, and a margin is |z|/‖φ‖, the teacher's norm times the sine of the angle to its boundary.

    Parameters
    ----------
    design : str
        ``random``: the pool's own order, which is that of independent draws. ``pivoted_cholesky``: each point as far as
        possible from the span of those before it, a choice that needs no teacher. ``largest_margin`` and
        ``smallest_margin``: the teacher's surest and least sure points first. ``steepest``: each point lowers the angle
        to the teacher the most.
    gram : array, shape (points, points)
        Kernel of the pool.
    logits : array, shape (points,)
        The teacher's.
    count : int
        Points to choose.

    Returns
    -------
    ndarray of int, shape (count,)

    Raises
    ------
    ValueError
        There is no such design, or the pool is too small.
    """
    if design not in DESIGNS:
        raise ValueError(f"design is {design!r}; allowed are {', '.join(DESIGNS)}")
    if count > len(logits):
        raise ValueError(f"the pool has {len(logits)} points; the design needs {count}")
    lengths = np.sqrt(np.diagonal(gram))
    return DESIGNS[design](gram / lengths / lengths[:, None], logits / lengths, count)


DESIGNS = {
    "random": lambda gram, cosines, count: np.arange(count),
    "pivoted_cholesky": lambda gram, cosines, count: farthest_first(gram, count),
    "largest_margin": lambda gram, cosines, count: np.argsort(-np.abs(cosines), kind="stable")[:count],
    "smallest_margin": lambda gram, cosines, count: np.argsort(np.abs(cosines), kind="stable")[:count],
    "steepest": steepest_first,
}
