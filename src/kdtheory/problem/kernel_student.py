"""Kernel students of a problem: infinitely wide ReLU networks on its inputs, or the user's own kernel.

A relative ridge of 1e-6 of the mean diagonal is added, so that equal points are no error.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression
from kdtheory.kernels.standardisation import standardised_inputs
from kdtheory.problem.data import TRANSFER, Problem
from kdtheory.problem.settings import Setting, audit_points, student_targets

RELATIVE_RIDGE = 1e-6
MAIN_DEPTH = 3
DEPTHS = (1, 3, 5)
_SIZES = 24
_SMALLEST = 10


@dataclass(frozen=True)
class Kernel:
    """Kernel matrices of a problem.

    Parameters
    ----------
    transfer, audit : ndarray of int
        Positions of the transfer points in a random order, and of the labelled audit points.
    gram : ndarray, shape (transfer, transfer)
        With the ridge.
    cross : ndarray, shape (transfer, audit)
    """

    transfer: np.ndarray
    audit: np.ndarray
    gram: np.ndarray
    cross: np.ndarray


def kernel_of(problem: Problem, depth: int, order: np.ndarray) -> Kernel:
    """Return the kernel of ReLU networks of a depth, or the user's own, whose depth is ignored.

    Inputs are standardised as (x − mean)/deviation over the transfer points, with one deviation for all coordinates.

    Parameters
    ----------
    problem : Problem
        With features or a Gram matrix.
    depth : int
        Hidden layers.
    order : ndarray of int
        Positions of the transfer points, in the order in which students get them.
    """
    audit = audit_points(problem)
    if problem.gram is None:
        inputs = standardised_inputs(problem.features, problem.features[problem.of(TRANSFER)])
        gram, _ = relu_kernels(inputs[order], depth=depth)
        cross = relu_kernels(inputs[order], inputs[audit], depth=depth)[0] if len(audit) else np.empty((len(order), 0))
    else:
        gram, cross = problem.gram[np.ix_(order, order)], problem.gram[np.ix_(order, audit)]
        gram = (gram + gram.T) / 2
    gram[np.diag_indices_from(gram)] += RELATIVE_RIDGE * np.mean(np.diagonal(gram))
    return Kernel(order, audit, gram, cross)


def random_order(problem: Problem, seed: int) -> np.ndarray:
    """Return the positions of the transfer points in a random order: files are often sorted by class."""
    return np.random.default_rng(seed).permutation(problem.of(TRANSFER))


def sample_sizes(n: int) -> np.ndarray:
    """Return the sizes of a learning curve, a geometric progression that ends at n."""
    return np.unique(np.geomspace(min(_SMALLEST, n), n, _SIZES).round().astype(int))


def stacked_targets(problem: Problem, points: np.ndarray, settings: list[Setting]) -> np.ndarray:
    """Return the targets of several settings side by side, shape (points, settings·K)."""
    return np.concatenate([student_targets(problem, points, setting) for setting in settings], axis=1)


def decisions(predicted: np.ndarray, n_classes: int) -> np.ndarray:
    """Return the classes decided for, shape (..., settings), of logits (..., settings·K)."""
    return predicted.reshape(*predicted.shape[:-1], predicted.shape[-1] // n_classes, n_classes).argmax(axis=-1)


def wrong_on_audit(problem: Problem, kernel: Kernel, regression: NestedRegression, sizes: np.ndarray) -> np.ndarray:
    """Return where students err, bool of shape (sizes, audit points, settings)."""
    predicted = regression.predict(kernel.cross, sizes)
    return decisions(predicted, problem.n_classes) != problem.truth[kernel.audit][:, None]


def hard_label_flow(problem: Problem, kernel: Kernel, steps: int) -> np.ndarray:
    """Return the audit errors of a hard-label student that is trained for some accelerated steps.

    Nesterov's method on the mean cross entropy in the kernel's function space, from 0, with the step 1/L of its
    smoothness L = λ_max/(2n). Transfer points without a label are left out.

    Parameters
    ----------
    problem : Problem
    kernel : Kernel
    steps : int
        At least 1.

    Returns
    -------
    ndarray of bool, shape (audit points,)
    """
    labelled = np.flatnonzero(problem.labels[kernel.transfer] >= 0)
    # Single precision halves the time, which is that of reading the matrix.
    gram = kernel.gram.astype(np.float32)
    if len(labelled) < len(gram):
        gram = gram[np.ix_(labelled, labelled)]
    onehot = np.eye(problem.n_classes, dtype=np.float32)[problem.labels[kernel.transfer[labelled]]]
    step = np.float32(2 / _largest_eigenvalue(gram))
    weights = previous = ahead = np.zeros_like(onehot)
    for count in range(1, steps + 1):
        previous, weights = weights, ahead - step * (softmax(gram @ ahead, axis=1) - onehot)
        ahead = weights + np.float32((count - 1) / (count + 2)) * (weights - previous)
    predicted = kernel.cross[labelled].T @ weights
    return predicted.argmax(axis=1) != problem.truth[kernel.audit]


def _largest_eigenvalue(gram):
    """By the power method, to a percent; a kernel of ReLU networks is positive, with a large gap."""
    vector, before = np.ones(len(gram), gram.dtype), 0.0
    for _ in range(200):
        vector = gram @ (vector / np.linalg.norm(vector))
        value = np.linalg.norm(vector)
        if abs(value - before) <= 1e-3 * value:
            break
        before = value
    return 1.01 * value
