"""The points of a problem file that a study draws from: transfer points, and points on which students are judged."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kdtheory.problem.checker import accepted
from kdtheory.problem.data import TRANSFER, Problem
from kdtheory.problem.files import read_problem


@dataclass(frozen=True)
class Pool:
    """The points of a problem that have a label among the chosen classes; of points with equal inputs the first.

    Attributes
    ----------
    problem : Problem
        With inputs.
    classes : ndarray of int, shape (K,)
        Classes of the file, in the order of the study's classes 0 … K − 1.
    transfer, judged : ndarray of int
        Positions in the file. Where the file has no audit and no test points both are all points, and a world's
        transfer points are drawn from those that its test points leave.
    """

    problem: Problem
    classes: np.ndarray
    transfer: np.ndarray
    judged: np.ndarray

    @property
    def is_split(self) -> bool:
        """Whether the file says which points are to judge on."""
        return bool((self.problem.split != TRANSFER).any())

    @property
    def labels(self) -> np.ndarray:
        """Given labels, shape (n,), as numbers of the study's classes; −1 for others."""
        return self._numbered(self.problem.labels)

    @property
    def truth(self) -> np.ndarray:
        """Audit labels where there are, else given labels, shape (n,), as numbers of the study's classes."""
        return self._numbered(self.problem.truth)

    @property
    def logits(self) -> np.ndarray:
        """The teacher's logits of the study's classes, shape (checkpoints, n, K)."""
        return self.problem.teacher_logits[:, :, self.classes]

    def _numbered(self, labels):
        numbers = np.full(self.problem.n_classes + 1, -1)
        numbers[self.classes] = np.arange(len(self.classes))
        return numbers[labels]

    def check_sizes(self, n_points: int, n_test: int) -> None:
        """Raise ValueError where a world asks for more points than there are."""
        if self.is_split:
            counts = (
                ("n_points", n_points, self.transfer, "transfer"),
                ("n_test", n_test, self.judged, "audit and test"),
            )
            for key, wanted, points, words in counts:
                if wanted > len(points):
                    raise ValueError(f"{key} is {wanted}; the file has {len(points)} labelled {words} points")
        elif n_points + n_test > len(self.judged):
            raise ValueError(
                f"n_points + n_test is {n_points + n_test}; the file has {len(self.judged)} labelled points and no "
                "audit or test points"
            )

    def drawn(self, n_points: int, n_test: int, runs: int, draw: Callable) -> tuple[np.ndarray, np.ndarray]:
        """Draw the points of one world.

        Parameters
        ----------
        n_points, n_test, runs : int
        draw : callable
            ``draw(*key)`` gives the random generator of a piece of the world.

        Returns
        -------
        transfer : ndarray of int, shape (runs, n_points)
        test : ndarray of int, shape (n_test,)
            Disjoint from the transfer points.
        """
        test = draw("test").permutation(self.judged)[:n_test]
        left = np.setdiff1d(self.transfer, test)
        return np.stack([draw(run, "transfer").permutation(left)[:n_points] for run in range(runs)]), test


def read_pool(path: str | os.PathLike, classes: Sequence[int] | None = None, accept: Sequence[str] = ()) -> Pool:
    """Read and check a problem file.

    Parameters
    ----------
    path : path-like
    classes : sequence of int, optional
        By default all.
    accept : sequence of str
        Kinds of refusals that are accepted (`kdtheory.problem.checker`).

    Returns
    -------
    Pool

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        The file is refused by `read_problem` or `check_problem`, has no inputs, checkpoints that are no whole numbers,
        not the chosen classes, or labels of fewer than two of them.
    """
    written = os.stat(path).st_mtime_ns if os.path.exists(path) else 0
    return _pool(str(path), written, None if classes is None else tuple(classes), tuple(accept))


@lru_cache(maxsize=4)
def _pool(path, _written, classes, accept):
    problem = read_problem(path)
    if problem.features is None:
        raise ValueError(f"{path}: has no inputs or features, which the students of a study see")
    if not (problem.checkpoints == np.round(problem.checkpoints)).all() or problem.checkpoints[0] < 0:
        raise ValueError(f"{path}: checkpoints are {problem.checkpoints.tolist()}, must be whole numbers, 0 or more")
    accepted(problem, accept)
    chosen = np.arange(problem.n_classes) if classes is None else np.array(classes)
    if chosen.max() >= problem.n_classes:
        raise ValueError(f"classes holds {chosen.max()}; the file has the classes 0 … {problem.n_classes - 1}")
    # A kernel is singular where two inputs are equal.
    first = np.zeros(len(problem.labels), bool)
    first[np.unique(problem.features, axis=0, return_index=True)[1]] = True
    in_transfer = problem.split == TRANSFER
    labelled, known = (np.isin(labels, chosen) & first for labels in (problem.labels, problem.truth))
    judged = known & ~in_transfer if (problem.split != TRANSFER).any() else labelled
    pool = Pool(problem, chosen, np.flatnonzero(labelled & in_transfer), np.flatnonzero(judged))
    found = np.unique(problem.labels[pool.transfer])
    if len(found) < 2:
        raise ValueError(
            f"{path}: the labelled transfer points are of {len(found)} of the {len(chosen)} classes, must be of two at "
            "least"
        )
    return pool
