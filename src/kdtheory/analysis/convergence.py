"""Measurement ``linear/convergence``: gradient descent against its limit (PL19 Theorem 1 and Appendix A)."""

import numpy as np
import xarray as xr
from scipy.special import expit

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.theory.convexity import soft_loss, soft_loss_gradient, strong_convexity


def measure(experiment):
    """Measure distance to the limit, loss and gradient along the path of gradient descent, in every world."""
    settings = [
        _measure_setting(experiment, cell, norm)
        for cell in experiment.cells
        for norm in experiment.student(cell)["teacher_norm"].values
    ]
    return xr.concat(settings, dim="setting", join="outer", combine_attrs="override")


def _measure_setting(experiment, cell, norm):
    student = experiment.student(cell).sel(teacher_norm=norm, drop=True)
    dataset = experiment.dataset_of(cell)
    logits = experiment.logits_of(cell)["logits"].isel(stopping_epoch=-1).sel(teacher_norm=norm, drop=True)
    worlds = []
    for world in range(dataset.sizes["world"]):
        inputs, targets = dataset["inputs"].isel(world=world).values, logits.isel(world=world).values
        teacher = float(norm) * dataset["teacher_direction"].isel(world=world).values
        learned = student.isel(world=world)
        worlds.append(
            xr.merge([_distances(learned, teacher), _gradients(learned, inputs, targets), _constants(inputs, targets)])
        )
    n_train, dim = dataset.sizes["sample"], dataset.sizes["axis"]
    group = xr.concat(worlds, dim="world", combine_attrs="override").drop_vars("axis", errors="ignore")
    group = group.expand_dims(setting=[f"d = {dim}, n = {n_train}, norm = {norm:g}"])
    of_setting = {"dim": dim, "n_train": n_train, "teacher_norm": float(norm)}
    return group.assign_coords({name: ("setting", [value]) for name, value in of_setting.items()})


def _distances(learned, teacher):
    """Distances of descent, of flow and of the teacher to the limit, of one world."""
    limit = learned["limit"]
    scale, size = np.sqrt((limit**2).sum()), np.linalg.norm(teacher)
    descent = np.sqrt(((learned["weights"] - limit) ** 2).sum("axis")) / scale
    flow = np.sqrt(((learned["flow"] - limit) ** 2).sum()) / scale
    of_teacher = xr.DataArray(np.linalg.norm(limit.values - teacher) / size)
    described = {
        "relative_distance": (descent, "distance of gradient descent to its limit, relative to the limit's norm"),
        "flow_distance": (flow, "distance of gradient flow's end to its limit, relative to the limit's norm"),
        "teacher_distance": (of_teacher, "distance of the limit to the teacher, relative to the teacher's norm"),
    }
    return xr.Dataset({name: labelled(values, words, "PL19 Theorem 1") for name, (values, words) in described.items()})


def _gradients(learned, inputs, logits):
    """Loss, gradient and curvature along the path of descent of one world."""
    weights, limit = learned["weights"].values, learned["limit"].values
    student_logits = weights @ inputs.T
    loss = soft_loss(student_logits, logits)
    gradient = np.stack([[soft_loss_gradient(inputs, row, logits) for row in path] for path in student_logits])
    squared = np.sum(gradient**2, axis=-1)
    outside = np.linalg.norm(gradient - (gradient @ np.linalg.pinv(inputs)) @ inputs, axis=-1)
    polyak = np.divide(squared, 2 * loss, out=np.full_like(loss, np.nan), where=loss > 0)
    described = {
        "loss": (loss, "distillation loss above its minimum", "PL19 eq. 1"),
        "gradient_norm": (np.sqrt(squared), "norm of the loss's gradient", "PL19 eq. 38"),
        "gradient_outside_span": (
            outside / np.sqrt(squared),
            "part of the gradient outside the data span, relative to its norm",
            "PL19 Theorem A.1",
        ),
        "polyak_ratio": (
            polyak, "half the squared gradient over the loss; at least μ by the theorem", "PL19 Corollary A.1",
        ),
        "gradient_error": (
            _gradient_error(inputs, student_logits, logits, gradient),
            "deviation of the gradient's formula from a derivative of the loss, relative to the largest gradient",
            "PL19 Theorem A.1",
        ),
        "curvature": (
            _curvature(inputs, weights, limit),
            "smallest curvature of the loss between this point of the path and any other; at least μ by the theorem",
            "PL19 Theorem A.3",
        ),
    }  # fmt: skip
    dims, coords = ("precision", "step"), {name: learned[name] for name in ("precision", "step")}
    return xr.Dataset(
        {name: labelled(xr.DataArray(values, coords, dims), *said) for name, (values, *said) in described.items()}
    )


def _constants(inputs, logits):
    """The theorem's constant μ and the step of descent, of one world."""
    start = float(soft_loss(np.zeros(len(logits)), logits))
    convexity = strong_convexity(inputs, logits, start)
    step_size = 4 * len(inputs) / np.linalg.norm(inputs, 2) ** 2
    words = "restricted strong convexity μ on the sublevel set of the start"
    return xr.Dataset(
        {
            "strong_convexity": labelled(xr.DataArray(convexity), words, "PL19 Theorem A.3"),
            "step_size": labelled(xr.DataArray(step_size), "step size 1/L of gradient descent", "ours"),
        }
    )


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
