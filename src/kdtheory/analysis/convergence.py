"""Measurement ``linear/convergence``: gradient descent against its limit (PL19 Theorem 1 and Appendix A)."""

import numpy as np
import xarray as xr
from scipy.special import expit

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.theory.convexity import soft_loss, soft_loss_gradient, strong_convexity


def measure(experiment):
    """Measure distance to the limit, loss and gradient along the path of gradient descent."""
    settings = [
        _measure_setting(experiment, cell, norm)
        for cell in experiment.cells
        for norm in experiment.student(cell)["teacher_norm"].values
    ]
    return xr.concat(settings, dim="setting", join="outer", combine_attrs="override")


def _measure_setting(experiment, cell, norm):
    student = experiment.student(cell).sel(teacher_norm=norm).isel(repeat=0)
    inputs = experiment.dataset_of(cell)["inputs"].isel(repeat=0).values
    logits = experiment.logits_of(cell)["logits"].isel(stopping_epoch=-1).sel(teacher_norm=norm).isel(repeat=0).values
    n_train, dim = inputs.shape
    weights, limit = student["weights"], student["limit"]
    teacher = float(norm) * experiment.dataset_of(cell)["teacher_direction"].isel(repeat=0).values
    student_logits = weights.values @ inputs.T
    loss = soft_loss(student_logits, logits)
    gradient = np.stack([[soft_loss_gradient(inputs, row, logits) for row in path] for path in student_logits])
    squared_gradient = np.sum(gradient**2, axis=-1)
    outside = gradient - (gradient @ np.linalg.pinv(inputs)) @ inputs
    convexity = strong_convexity(inputs, logits, float(soft_loss(np.zeros(n_train), logits)))
    smoothness = np.linalg.norm(inputs, 2) ** 2 / (4 * n_train)
    dims = ("precision", "step")
    group = xr.Dataset(
        {
            "relative_distance": labelled(
                np.sqrt(((weights - limit) ** 2).sum("axis")) / np.sqrt((limit**2).sum()),
                "distance of gradient descent to its limit, relative to the limit's norm",
                "PL19 Theorem 1",
            ),
            "loss": labelled(xr.DataArray(loss, dims=dims), "distillation loss above its minimum", "PL19 eq. 1"),
            "gradient_norm": labelled(
                xr.DataArray(np.sqrt(squared_gradient), dims=dims),
                "norm of the loss's gradient",
                "PL19 eq. 38",
            ),
            "gradient_outside_span": labelled(
                xr.DataArray(np.linalg.norm(outside, axis=-1) / np.sqrt(squared_gradient), dims=dims),
                "part of the gradient outside the data span, relative to its norm",
                "PL19 Theorem A.1",
            ),
            "polyak_ratio": labelled(
                xr.DataArray(
                    np.divide(squared_gradient, 2 * loss, out=np.full_like(loss, np.nan), where=loss > 0),
                    dims=dims,
                ),
                "half the squared gradient over the loss; at least μ by the theorem",
                "PL19 Corollary A.1",
            ),
            "gradient_error": labelled(
                xr.DataArray(_gradient_error(inputs, student_logits, logits, gradient), dims=dims),
                "deviation of the gradient's formula from a derivative of the loss, relative to the largest gradient",
                "PL19 Theorem A.1",
            ),
            "curvature": labelled(
                xr.DataArray(_curvature(inputs, weights.values, limit.values), dims=dims),
                "smallest curvature of the loss between this point of the path and any other; at least μ by the "
                "theorem",
                "PL19 Theorem A.3",
            ),
            "strong_convexity": labelled(
                xr.DataArray(convexity),
                "restricted strong convexity μ on the sublevel set of the start",
                "PL19 Theorem A.3",
            ),
            "step_size": labelled(xr.DataArray(1 / smoothness), "step size 1/L of gradient descent", "ours"),
            "teacher_distance": labelled(
                xr.DataArray(np.linalg.norm(limit.values - teacher) / norm),
                "distance of the limit to the teacher, relative to the teacher's norm",
                "PL19 Theorem 1",
            ),
        }
    )
    of_setting = {"dim": dim, "n_train": n_train, "teacher_norm": float(norm)}
    group = group.drop_vars(["repeat", "teacher_norm"], errors="ignore").expand_dims(
        setting=[f"d = {dim}, n = {n_train}, norm = {norm:g}"]
    )
    return group.assign_coords({name: ("setting", [value]) for name, value in of_setting.items()})


def _gradient_error(inputs, student_logits, logits, gradient):
    """Eq. 38 against eq. 1 differentiated by a complex step, which has no truncation error and cancels nothing."""
    step = 1e-30
    moved = student_logits[..., None, :] + 1j * step * inputs.T
    # log σ(u) = −log(1 + e^(−u)); the mean is over points, the gradient's axis is that of the inputs.
    loss = -np.mean(-expit(logits) * np.log1p(np.exp(-moved)) - expit(-logits) * np.log1p(np.exp(moved)), axis=-1)
    deviation = np.linalg.norm(loss.imag / step - gradient, axis=-1)
    return deviation / np.linalg.norm(gradient, axis=-1).max(axis=-1, keepdims=True)


def _curvature(inputs, weights, limit):
    """Smallest 2(L(v) − L(w) − ∇L(w)ᵀ(v − w))/‖v − w‖² over the other points v of the path, and with v and w exchanged.

    That numerator is the loss of a student v whose teacher is w: both are Bregman divergences of the softplus. Points
    closer than 1e-4 of the limit's norm are left out, since rounding moves a float32 path by 1e-6 of it.
    """
    curvature = np.full(weights.shape[:-1], np.nan)
    for precision, path in enumerate(weights):
        points = np.vstack([path, limit])
        logits = points @ inputs.T
        squared = np.sum((points[:, None] - points) ** 2, axis=-1)
        apart = squared > (1e-4 * np.linalg.norm(limit)) ** 2
        ratio = 2 * soft_loss(logits[:, None], logits) / np.where(apart, squared, np.nan)
        smallest = np.fmin(np.fmin.reduce(ratio, axis=0), np.fmin.reduce(ratio, axis=1))
        curvature[precision] = smallest[:-1]
    return curvature


if __name__ == "__main__":
    run_measure(measure)
