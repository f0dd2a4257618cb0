"""Learners of hard labels in the kernel's feature space: by descent, its max-margin limit, and the stand-in ±a.

At ρ = 0 the root of JZ20 Eq. 3 is infinite. Gradient descent of the linear model from Δw = 0 on the logistic loss then
grows without limit, towards the direction of the largest margin, which z₀ does not enter. A student of the logits ±a is
a regression that only stands in for it.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.sparse.linalg import eigsh
from scipy.special import expit

from kdtheory.students.kernel.oracle import independent_oracle
from kdtheory.students.kernel.targets import KINDS, Settings
from kdtheory.students.linear.descent import increasing_steps
from kdtheory.students.linear.max_margin import max_margin_weights
from kdtheory.students.teacher_logits import selected


@dataclass(frozen=True, kw_only=True)
class HardLabels(Settings):
    """Stand-ins ±a for each a, and beside them the teacher's logits (ρ = 1)."""

    labels: str
    hard_logits: list
    stopping_epochs: list
    hard_steps: list | None = None
    step_share: float | None = None
    oracle_sizes: list | None = None

    def selected(self, teacher_logits):  # noqa: D102
        return selected(teacher_logits, self.stopping_epochs).squeeze("stopping_epoch", drop=True)

    def changes(self, points):  # noqa: D102
        logits = self.selected(points.teacher_logits)
        signs = 2.0 * ((logits > 0) if self.labels == "teacher" else points.labels) - 1
        stand_ins = xr.Variable("hard_logit", [float(logit) for logit in self.hard_logits])
        return {
            "coefficients": xr.concat([logit * signs for logit in stand_ins.values], dim=stand_ins) - points.initial,
            "soft_coefficients": logits - points.initial,
        }


KINDS["hard_labels"] = HardLabels


def hard_label_variables(run):
    """Return how often learners decide otherwise than their labels' source, and their angles to the soft oracle.

    Parameters
    ----------
    run : kdtheory.students.kernel.run.KernelRun
        Of `HardLabels` settings; its test and oracle points are those of the oracle of the teacher's logits.

    Returns
    -------
    xarray.Dataset
        For every n_train ``error_stand_in(hard_logit)``, ``error_descent(step)``, ``error_margin`` and ``error_soft``
        (the student of the teacher's logits): shares of test points; ``angle_…`` with also ``oracle_size``: the angle
        in radians of their weight changes to those of an independent oracle of the teacher's logits. The ``step`` is a
        share ``step_share`` of the largest stable one.
    """
    settings, sizes = run.settings, run.settings.n_train
    logits = run.at_test_points(run.teacher_logits if settings.labels == "teacher" else run.truth)
    right = logits.values > 0
    signs = np.sign(run.stacked[run.transfer, 0] + run.initial[run.transfer])
    oracle = _soft_oracle(run)
    # Coordinates of φ(x) in the orthonormal basis of the regression, transfer points first: columns of Lᵀ.
    features = run.regression.with_targets(run.kernel[run.transfer, : run.test.stop]).coefficients
    found = [_of_size(run, size, features, signs, right, oracle) for size in sizes]
    dims = {"stand_in": ["hard_logit"], "descent": ["step"], "margin": [], "soft": []}
    variables = {}
    for name, more in dims.items():
        errors, angles = (np.stack([part[name] for part in parts]) for parts in zip(*found, strict=True))
        variables[f"error_{name}"] = (("n_train", *more), errors)
        variables[f"angle_{name}"] = (("n_train", *more, "oracle_size"), angles)
    coords = {"hard_logit": run.changes["coefficients"]["hard_logit"], "step": settings.hard_steps}
    return xr.Dataset(variables, coords={**coords, "oracle_size": settings.oracle_sizes})


def descent_changes(gram, initial, signs, steps, share):
    """Return changes of the logits at the training points after gradient descent on the mean logistic loss.

    Parameters
    ----------
    gram : array, shape (n, n)
        Kernel of the training points.
    initial : array, shape (n,)
        z₀, from which descent starts.
    signs : array of ±1, shape (n,)
        Hard labels.
    steps : sequence of int
        Strictly increasing step counts.
    share : float
        Step as a share of 8n/λ_max(Θ), beyond which descent may diverge.

    Returns
    -------
    coefficients : numpy.ndarray, shape (n, steps)
        c of Δw = Σ_i c_i φ(x_i).
    """
    largest = eigsh(gram, k=1, v0=np.ones(len(gram)), return_eigenvectors=False)[0] if len(gram) > 1 else gram[0, 0]
    coefficients, found, done = np.zeros(len(gram)), [], 0
    for step in increasing_steps(steps):
        for _ in range(step - done):
            slope = signs * expit(-signs * (initial + gram @ coefficients))
            coefficients = coefficients + 8 * share / largest * slope
        done = step
        found.append(coefficients)
    return np.stack(found, axis=1)


def _soft_oracle(run):
    """Norms (sizes,) of the teacher's oracles, and their coordinates (sizes, n) on the span of the transfer points."""
    beyond = slice(run.n_transfer, None)
    changes = run.stacked[beyond, run.columns["soft_coefficients"]]
    sizes = run.settings.oracle_sizes
    kernels = run.kernel[beyond, beyond], run.kernel[beyond, run.transfer]
    norms, _, projections = independent_oracle(run.regression, *kernels, changes, sizes)
    return norms[:, 0], projections[..., 0]


def _of_size(run, size, features, signs, right, oracle):
    """Errors and angles of the learners of the first points, two dicts of arrays without and with oracle sizes."""
    first = slice(0, size)
    points, at_test = features[first, first].T, features[first, run.test].T
    fitted = run.regression.coefficients[first]
    steps = descent_changes(
        run.kernel[first, first], run.initial[first], signs[first], run.settings.hard_steps, run.settings.step_share
    )
    weights = {
        "stand_in": fitted[:, run.columns["coefficients"]],
        "descent": points.T @ steps,
        "margin": max_margin_weights(points, signs[first] > 0),
        "soft": fitted[:, run.columns["soft_coefficients"]][:, 0],
    }
    errors, angles = {}, {}
    for name, of_learner in weights.items():
        changes = (at_test @ of_learner).T
        # In the limit of the largest margin the change is infinitely larger than z₀.
        logits = changes if name == "margin" else changes + run.initial[run.test]
        errors[name] = np.mean((logits > 0) != right, axis=-1)
        angles[name] = _angles(of_learner, *oracle)
    return errors, angles


def _angles(weights, norms, projections):
    """Angles (…, oracle sizes) of weights (m, …) to oracles of given norms and coordinates on the transfer points."""
    inner = np.tensordot(weights, projections[:, : len(weights)], axes=([0], [1]))
    return np.arccos(np.clip(inner / (np.linalg.norm(weights, axis=0)[..., None] * norms), -1, 1))
