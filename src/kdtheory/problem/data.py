"""The problem: points, labels and a teacher's logits at one or more checkpoints."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from kdtheory.problem.arrays import as_numpy, flags, floats, whole_numbers
from kdtheory.problem.findings import refuse

SPLITS = ("transfer", "audit", "test")
TRANSFER, AUDIT, TEST = range(3)
_ROWS_AT_ONCE = 512
FIELDS = (
    "ids", "labels", "teacher_logits", "inputs", "features", "gram", "checkpoints", "seen", "split", "audit_labels",
    "logit_ids",
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """A user's transfer problem; :meth:`from_arrays` makes one and checks shapes, types and values.

    Attributes
    ----------
    ids : ndarray of int or str, shape (n,)
        Different from each other.
    labels : ndarray of int, shape (n,)
        Classes 0 … K − 1, which may be noisy; −1 where there is none.
    teacher_logits : ndarray, shape (checkpoints, n, K)
        Logits, not probabilities, at temperature 1. A binary teacher given by its one logit z has the two logits ∓z/2.
    checkpoints : ndarray, shape (checkpoints,)
        Names of the checkpoints, such as epochs.
    features : ndarray, shape (n, d), or None
        What kernel students see: inputs, flattened, or features.
    gram : ndarray, shape (n, n), or None
        Kernel between all points, in place of features.
    seen : ndarray of bool, shape (n,), or None
        Whether the teacher was trained on a point; None where it is not known.
    split : ndarray of int, shape (n,)
        0 transfer, 1 audit, 2 test.
    audit_labels : ndarray of int, shape (n,)
        Clean labels, −1 where there is none.
    """

    ids: np.ndarray
    labels: np.ndarray
    teacher_logits: np.ndarray
    checkpoints: np.ndarray
    features: np.ndarray | None
    gram: np.ndarray | None
    seen: np.ndarray | None
    split: np.ndarray
    audit_labels: np.ndarray

    @classmethod
    def from_arrays(
        cls, *, labels: Any, teacher_logits: Any, ids: Any = None, inputs: Any = None, features: Any = None,
        gram: Any = None, checkpoints: Any = None, seen: Any = None, split: Any = None, audit_labels: Any = None,
        logit_ids: Any = None,
    ) -> "Problem":  # fmt: skip
        """Return the problem of NumPy, torch or JAX arrays.

        Parameters
        ----------
        labels : array_like of int, shape (n,)
            Classes 0 … K − 1; −1 for none.
        teacher_logits : array_like, shape (n, K) or (checkpoints, n, K)
            Of a binary teacher with one logit, positive for class 1: (n,), (n, 1) or (checkpoints, n, 1).
        ids : array_like of int or str, shape (n,), optional
            By default 0 … n − 1.
        inputs, features : array_like, shape (n, …), optional
            At most one of inputs, features and gram. Without any there are no kernel students.
        gram : array_like, shape (n, n), optional
        checkpoints : array_like of numbers, shape (checkpoints,), optional
            Epochs, increasing; by default 0, 1, 2 …
        seen : array_like of bool, shape (n,), optional
        split : array_like of int or str, shape (n,), optional
            ``transfer``, ``audit``, ``test``, or 0, 1, 2; by default all transfer.
        audit_labels : array_like of int, shape (n,), optional
        logit_ids : array_like, shape (n,), optional
            Ids in the order of the logits, where that differs; the logits are brought into the order of ``ids``.

        Raises
        ------
        ProblemError
            Shapes or types do not fit, a value is not finite, a label is no class, an id occurs twice, or
            ``logit_ids`` are not those of ``ids``.
        """
        labels = whole_numbers("labels", labels)
        if labels.ndim != 1 or not labels.size:
            raise refuse("shape", f"labels has shape {labels.shape}, must be (n,) with n of at least 1")
        n = len(labels)
        ids = _ids("ids", np.arange(n) if ids is None else ids, n)
        teacher_logits = _logits(teacher_logits, n)
        if logit_ids is not None:
            teacher_logits = teacher_logits[:, _order(ids, _ids("logit_ids", logit_ids, n))]
        n_checkpoints, _, n_classes = teacher_logits.shape
        given = [
            name for name, values in (("inputs", inputs), ("features", features), ("gram", gram)) if values is not None
        ]
        if len(given) > 1:
            raise refuse("shape", f"{' and '.join(given)} are given, must be at most one of inputs, features and gram")
        seen = None if seen is None else _along(n, "seen", flags("seen", seen))
        audit_labels = np.full(n, -1) if audit_labels is None else whole_numbers("audit_labels", audit_labels)
        return cls(
            ids=ids,
            labels=_classes("labels", labels, n, n_classes),
            teacher_logits=teacher_logits,
            checkpoints=_checkpoints(checkpoints, n_checkpoints),
            features=_features(inputs if features is None else features, n),
            gram=None if gram is None else _gram(gram, n),
            seen=seen,
            split=np.zeros(n, np.int8) if split is None else _split(split, n),
            audit_labels=_classes("audit_labels", audit_labels, n, n_classes),
        )

    @property
    def n_classes(self) -> int:
        """Number of classes K."""
        return self.teacher_logits.shape[2]

    @property
    def truth(self) -> np.ndarray:
        """Audit labels where there are, else labels, shape (n,)."""
        return np.where(self.audit_labels >= 0, self.audit_labels, self.labels)

    def of(self, split: int) -> np.ndarray:
        """Return the positions of the points of a split."""
        return np.flatnonzero(self.split == split)


def _along(n, name, array):
    if array.shape != (n,):
        raise refuse("shape", f"{name} has shape {array.shape}, must be ({n},) as labels are")
    return array


def _ids(name, values, n):
    ids = _along(n, name, as_numpy(name, values))
    if ids.dtype.kind not in "iuU":
        raise refuse("type", f"{name} is of type {ids.dtype}, must be integers or text")
    different, counts = np.unique(ids, return_counts=True)
    if len(different) < n:
        raise refuse(
            "duplicate-ids",
            f"{name} holds {n - len(different)} duplicates, {different[counts.argmax()]} {counts.max()} times",
        )
    return ids


def _order(ids, logit_ids):
    """Positions of the logits in the order of the ids."""
    if ids.dtype.kind != logit_ids.dtype.kind and "U" in (ids.dtype.kind, logit_ids.dtype.kind):
        raise refuse("ids", f"logit_ids is of type {logit_ids.dtype} and ids of type {ids.dtype}")
    missing = ~np.isin(ids, logit_ids)
    if missing.any():
        raise refuse(
            "ids",
            f"{missing.sum()} of {len(ids)} ids have no logits, first {ids[missing][0]}: logit_ids does not match",
        )
    by_id = np.argsort(logit_ids)
    return by_id[np.searchsorted(logit_ids, ids, sorter=by_id)]


def _logits(values, n):
    logits = floats("teacher_logits", values)
    shape = logits.shape
    if logits.ndim == 1:
        logits = logits[:, None]
    if logits.ndim == 2:
        logits = logits[None]
    if logits.ndim != 3 or logits.shape[1] != n or 0 in logits.shape:
        hint = (
            f"; checkpoints of a binary teacher are (checkpoints, {n}, 1)" if len(shape) == 2 and shape[1] == n else ""
        )
        raise refuse("shape", f"teacher_logits has shape {shape}, must be ({n}, K) or (checkpoints, {n}, K){hint}")
    if logits.shape[2] == 1:
        logits = np.concatenate([-logits / 2, logits / 2], axis=2)
    return logits


def _classes(name, labels, n, n_classes):
    _along(n, name, labels)
    outside = (labels < -1) | (labels >= n_classes)
    if outside.any():
        known = labels[labels >= 0]
        counted_from_one = known.size and known.min() == 1 and known.max() == n_classes
        hint = "; they seem to be counted from 1: subtract 1" if counted_from_one else ""
        raise refuse(
            "labels", f"{name} holds {labels[outside][0]}, must lie in 0 … {n_classes - 1}, or be −1 for none{hint}"
        )
    return labels


def _features(values, n):
    if values is None:
        return None
    features = floats("inputs", values)
    if features.ndim < 1 or len(features) != n or 0 in features.shape:
        raise refuse("shape", f"inputs has shape {features.shape}, must be ({n}, d)")
    features = features.reshape(n, -1)
    if not np.ptp(features, axis=0).any():
        raise refuse("constant-inputs", "inputs are the same for every point")
    return features


def _gram(values, n):
    gram = floats("gram", values)
    if gram.shape != (n, n):
        raise refuse("shape", f"gram has shape {gram.shape}, must be ({n}, {n}): all points, audit and test points too")
    diagonal = np.diagonal(gram)
    if not (diagonal > 0).all():
        raise refuse("gram", f"gram has {np.sum(diagonal <= 0)} diagonal values that are not positive: it is no kernel")
    # In blocks of rows: a second matrix of this size may not fit into memory.
    blocks = range(0, n, _ROWS_AT_ONCE)
    apart = max(float(np.abs(gram[i : i + _ROWS_AT_ONCE] - gram[:, i : i + _ROWS_AT_ONCE].T).max()) for i in blocks)
    if apart > 1e-6 * diagonal.max():
        raise refuse("gram", f"gram is not symmetric: entries differ by {apart:.3g}")
    return gram


def _checkpoints(values, n_checkpoints):
    names = np.arange(n_checkpoints, dtype=float) if values is None else floats("checkpoints", values)
    if names.shape != (n_checkpoints,) or not (np.diff(names) > 0).all():
        raise refuse("shape", f"checkpoints must be {n_checkpoints} increasing numbers, as teacher_logits has them")
    return names


def _split(values, n):
    split = _along(n, "split", as_numpy("split", values))
    if split.dtype.kind == "U":
        known = np.isin(split, SPLITS)
        codes = np.searchsorted(sorted(SPLITS), np.where(known, split, SPLITS[0]))
        codes = np.array([SPLITS.index(name) for name in sorted(SPLITS)])[codes]
    else:
        known = np.isin(split, range(len(SPLITS)))
        codes = split
    if split.dtype.kind not in "iuU" or not known.all():
        raise refuse(
            "split", f"split holds {split[~known][:1].tolist() or split.dtype}, must be {', '.join(SPLITS)}, or 0, 1, 2"
        )
    if not (codes == TRANSFER).any():
        raise refuse("split", "split has no transfer point")
    return codes.astype(np.int8)
