"""Risks of kernel students on many fresh points, block by block, so that their number is bounded by time alone.

A student's logit at a point x is z₀(x) + k_xᵀ Θ_n⁻¹ Δz. z₀(x) is drawn given z₀ at the transfer points, each point
by itself: with the transfer set its law is that of the joint draw, and a mean over points needs no more.
"""

import numpy as np
import xarray as xr

from kdtheory.kernels import haversines
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression

# Two kernels of so many points and all transfer points, and the solve of one of them, are held at once.
BLOCK = 2000
# Of the mean variance of z₀, as in the draw at the transfer points.
_JITTER = 1e-10


def risk(run):
    """Return ``disagreement_teacher(…, n_train)`` and ``disagreement_truth`` as shares of the risk points.

    Parameters
    ----------
    run : kdtheory.students.kernel.run.KernelRun
        With ``risk_points`` and the ``initial_covariance``.

    Returns
    -------
    xarray.Dataset
    """
    points, sizes = run.risk_points, run.settings.n_train
    count = points.sizes["risk_point"]
    transfer = run.inputs[run.transfer]
    start = _start(run)
    weights = [run.regression.weights(size) for size in sizes]
    normals = run.draw("risk").standard_normal(count)
    wrong = []
    for first in range(0, count, BLOCK):
        here = points.isel(risk_point=slice(first, first + BLOCK))
        inputs = here["risk_inputs"].values
        tangent, covariance = relu_kernels(transfer, inputs, depth=run.settings.depth)
        initial = _continued(start, covariance, variances(inputs, run.settings.depth), normals[first : first + BLOCK])
        logits = np.stack([initial[:, None] + tangent[: len(each)].T @ each for each in weights])
        student = run.labelled("coefficients", logits > 0, ["n_train", "risk_point"])
        reference = {"teacher": here["risk_decision"], "truth": here["risk_truth"] > 0}
        wrong.append(
            xr.Dataset({
                f"disagreement_{name}": (student != right).sum("risk_point").transpose(..., "n_train")
                for name, right in reference.items()
            })
        )  # fmt: skip
    return sum(wrong[1:], wrong[0]) / count


def variances(inputs, depth):
    """Return the variances of z₀ at points, shape (points,): the diagonal of `relu_kernels`' second kernel.

    Parameters
    ----------
    inputs : array, shape (points, axes)
    depth : int
    """
    return haversines.Points(inputs, depth, 1.0, 1.0).scale ** 2


def _start(run):
    """The regression on z₀ at the transfer points that gives its conditional law elsewhere."""
    covariance = run.initial_covariance
    jitter = _JITTER * np.mean(np.diagonal(covariance)) * np.eye(len(covariance))
    return NestedRegression(covariance + jitter, run.initial[run.transfer])


def _continued(start, cross, variance, normals):
    """Draws of z₀ at further points, each given z₀ at the transfer points; ``cross`` has these as rows."""
    basis = start.with_targets(cross).coefficients
    spread = np.sqrt(np.maximum(variance - np.einsum("ij,ij->j", basis, basis), 0.0))
    return basis.T @ start.coefficients + spread * normals
