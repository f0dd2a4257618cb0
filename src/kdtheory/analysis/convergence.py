"""Measurement ``linear/convergence``: gradient descent against its limit (PL19 Theorem 1 and Appendix A)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.stage import labelled, run_measure
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


if __name__ == "__main__":
    run_measure(measure)
