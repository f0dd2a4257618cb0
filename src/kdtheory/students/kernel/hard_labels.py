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
    """Stand-ins ±a for each source of hard labels and each a, and beside them the teacher's logits (ρ = 1)."""

    labels: list
    hard_logits: list
    stopping_epochs: list
    hard_steps: list
    step_share: float
    oracle_sizes: list

    def selected(self, teacher_logits):  # noqa: D102
        return selected(teacher_logits, self.stopping_epochs).squeeze("stopping_epoch", drop=True)

    def changes(self, points):  # noqa: D102
        logits = self.selected(points.teacher_logits)
        signs = self.signs(logits, points.truth)
        stand_ins = xr.Variable("hard_logit", [float(logit) for logit in self.hard_logits])
        return {
            "coefficients": xr.concat([logit * signs for logit in stand_ins.values], dim=stand_ins) - points.initial,
            "soft_coefficients": logits - points.initial,
        }

    def signs(self, logits, truth):
        """Return the hard labels ±1 of each source, (labels, sample)."""
        of_source = {"teacher": logits, "truth": truth}
        sources = xr.concat([of_source[source] for source in self.labels], dim=xr.Variable("labels", self.labels))
        return xr.where(sources > 0, 1.0, -1.0)


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
        For every n_train and source of ``labels``, ``error_stand_in(hard_logit)``, ``error_descent(step)``,
        ``error_margin`` and ``error_soft`` (the student of the teacher's logits): shares of test points on which they
        do not decide as that source; and ``angle_…``, with also ``oracle_size``: the angle in radians of their weight
        changes to those of an independent oracle of the teacher's logits.
    """
    settings = run.settings
    signs = settings.signs(run.teacher_logits, run.truth).transpose("labels", "sample").values
    oracle = _soft_oracle(run)
    # Coordinates of φ(x) in the orthonormal basis of the regression, transfer points first: columns of Lᵀ.
    features = run.regression.with_targets(run.kernel[run.transfer, : run.test.stop]).coefficients
    stand_ins = run.labelled("coefficients", run.regression.coefficients, ["n"]).transpose("labels", "n", "hard_logit")
    soft = run.regression.coefficients[:, run.columns["soft_coefficients"]][:, 0]
    found = [
        _of_size(run, size, features, of_source, stand_in, soft, oracle)
        for size in settings.n_train
        for of_source, stand_in in zip(signs, stand_ins.values, strict=True)
    ]
    dims = {"stand_in": ["hard_logit"], "descent": ["step"], "margin": [], "soft": []}
    variables = {}
    for name, more in dims.items():
        for kind, last, values in zip(("error", "angle"), ([], ["oracle_size"]), zip(*found, strict=True), strict=True):
            stacked = np.stack([of_learner[name] for of_learner in values])
            stacked = stacked.reshape(len(settings.n_train), len(signs), *stacked.shape[1:])
            variables[f"{kind}_{name}"] = (("n_train", "labels", *more, *last), stacked)
    coords = {"hard_logit": stand_ins["hard_logit"], "step": settings.hard_steps, "labels": settings.labels}
    return xr.Dataset(variables, coords={**coords, "oracle_size": settings.oracle_sizes})


def descent_coefficients(gram, initial, signs, steps, share):
    """Return the coefficients of the weights after gradient descent on the mean logistic loss.

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
    norms, _, projections, _ = independent_oracle(run.regression, *kernels, changes, sizes)
    return norms[:, 0], projections[..., 0]


def _of_size(run, size, features, signs, stand_ins, soft, oracle):
    """Errors and angles of the learners of the first points, two dicts of arrays without and with oracle sizes."""
    first = slice(0, size)
    points, at_test, settings = features[first, first].T, features[first, run.test].T, run.settings
    gram, right = run.kernel[first, first], signs[run.test] > 0
    steps = descent_coefficients(gram, run.initial[first], signs[first], settings.hard_steps, settings.step_share)
    weights = {
        "stand_in": stand_ins[first],
        "descent": points.T @ steps,
        "margin": max_margin_weights(points, signs[first] > 0),
        "soft": soft[first],
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
