"""Pool and test points of one run, and errors on two halves of these, so that one can confirm what the other shows."""

import numpy as np

from kdtheory.tasks.parts import Part

HALVES = 2


def pool_and_test(part, n_pool, n_test):
    """Return which samples of a run are its pool, the first transfer points, and which are to test on.

    Parameters
    ----------
    part : array of int, shape (samples,)
        Codes of `kdtheory.tasks.parts.Part`; test and oracle points are tested on.
    n_pool, n_test : int

    Returns
    -------
    pool, test : ndarray of int, shapes (n_pool,) and (n_test,)

    Raises
    ------
    ValueError
        The run has fewer points.
    """
    pool, test = np.flatnonzero(part == Part.TRANSFER), np.flatnonzero((part == Part.TEST) | (part == Part.ORACLE))
    for name, found, needed in (("transfer", pool, n_pool), ("test and oracle", test, n_test)):
        if len(found) < needed:
            raise ValueError(f"a run has {len(found)} {name} points; the cell needs {needed}")
    return pool[:n_pool], test[:n_test]


def errors_by_half(students, teacher):
    """Return the share of every second test point, and of the others, where the signs of two logits differ.

    Parameters
    ----------
    students : array, shape (..., test)
    teacher : array, shape that broadcasts, with the same last axis

    Returns
    -------
    ndarray, shape (2, ...)
    """
    wrong = (students > 0) != (teacher > 0)
    return np.stack([wrong[..., half::HALVES].mean(axis=-1) for half in range(HALVES)])
