"""The loss of deep linear students along their path against the equations that prove its decay (PL19 eqs. 56 to 59)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled
from kdtheory.theory.convexity import soft_loss, soft_loss_gradient, strong_convexity
from kdtheory.theory.deep import induced_flow, loss_rate_bound

_DIMS = ("depth", "init_ratio", "step")


def path_losses(student, inputs, logits, learning_rate):
    """Measure loss, its slope and the flow at every recorded step of the balanced students of one world.

    Parameters
    ----------
    student : xarray.Dataset
        ``weights(depth, init_ratio, step, axis)``, their ``velocity`` under gradient flow on the factors, and
        ``steps_used(depth, init_ratio)``.
    inputs : array, shape (n, d)
    logits : array, shape (n,)
    learning_rate : float

    Returns
    -------
    xarray.Dataset
        Slopes are losses per unit of time, the sum of the steps' sizes; a student that has reached its tolerance rests.
    """
    weights, velocity = (student[name].transpose(*_DIMS, "axis") for name in ("weights", "velocity"))
    gradient = weights.copy(data=soft_loss_gradient(inputs, weights.values @ inputs.T, logits))
    loss = weights.isel(axis=0, drop=True).copy(data=soft_loss(weights.values @ inputs.T, logits))
    depth = student["depth"]
    squared_norm = (weights**2).sum("axis")
    # N = 1 has the power 0, also at w = 0.
    speed = squared_norm ** ((depth - 1) / depth)
    squared = (gradient**2).sum("axis")
    along = (gradient * weights).sum("axis") ** 2 / squared_norm
    law = xr.concat([_induced(weights, gradient, number) for number in depth.values], dim=depth)
    off = np.sqrt(((velocity - law) ** 2).sum("axis") / (velocity**2).sum("axis"))
    level = loss.isel(step=0, drop=True)
    away, rate = _constants(inputs, logits, level)
    last = student["steps_used"].where(student["steps_used"] >= 0, student["step"][-1])
    described = {
        "path_time": (learning_rate * np.minimum(student["step"], last), "sum of the steps' sizes so far", "ours"),
        "path_loss": (loss, "distillation loss above its minimum along the path", "PL19 eq. 1"),
        "path_flow_error": (off, "relative error of the induced flow along the path", "PL19 eq. 56"),
        "path_loss_slope": (-(gradient * velocity).sum("axis"), "fall of the loss per unit of time", "PL19 eq. 57"),
        "path_loss_slope_law": (speed * (squared + (depth - 1) * along), "that fall by eq. 56", "PL19 eq. 57"),
        "path_loss_slope_bound": (speed * squared, "least fall of the loss per unit of time", "PL19 eq. 57"),
        "least_norm": (away, "distance of w = 0 from the sublevel set of the start, at least", "PL19 eq. 58"),
        "loss_rate_bound": (rate, "least rate of the loss's exponential decay", "PL19 eq. 59"),
    }  # fmt: skip
    return xr.Dataset({name: labelled(*words) for name, words in described.items()})


def _induced(weights, gradient, depth):
    weights, gradient = (values.sel(depth=depth) for values in (weights, gradient))
    return weights.copy(data=induced_flow(weights.values, gradient.values, int(depth)))


def _constants(inputs, logits, level):
    """δ of eq. 58 from below, and c̃ of eq. 59, (depth, init_ratio), by the losses of the starts."""
    zeros = np.zeros(len(logits))
    slope = np.linalg.norm(soft_loss_gradient(inputs, zeros, logits))
    away = np.maximum(float(soft_loss(zeros, logits)) - level, 0.0) / slope
    rate = away.copy()
    for depth in level["depth"].values:
        for ratio in level["init_ratio"].values:
            place = {"depth": depth, "init_ratio": ratio}
            convexity = strong_convexity(inputs, logits, float(level.sel(place)))
            rate.loc[place] = loss_rate_bound(int(depth), convexity, float(away.sel(place)))
    return away, rate
