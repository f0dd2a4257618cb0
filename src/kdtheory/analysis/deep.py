"""Measurement ``linear/deep``: deep linear students against Theorem 2 and the exact law behind it."""

import numpy as np
import xarray as xr

from kdtheory.analysis.deep_losses import path_losses
from kdtheory.analysis.deep_risk import trained_risk
from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.theory.angles import signed_angle
from kdtheory.theory.convexity import soft_loss, soft_loss_gradient
from kdtheory.theory.deep import distance_bound, distance_law, induced_flow, norm_bound

_RELATIVE = "relative to the limit's norm"
_OF_A_START = ["distance", "distance_law", "span_error", "steps", "initial_loss_ratio", "flow_error", "angle"]
# Measured at the start alone, so by kind of start alone.
_OF_STARTS = ["imbalance", "imbalance_own_size"]


def measure(experiment):
    """Measure distances to the limit, the exact law, Theorem 2's equations along the path, and the students' risk."""
    below, above, opposite = (_measure_cell(experiment, cell) for cell in ("below", "above", "opposite"))
    by_start = [*_OF_A_START, *_OF_STARTS]
    starts = xr.concat([below[by_start], opposite[by_start]], dim="start", combine_attrs="override")
    recovery = above[["distance", "span_error", "steps"]].sel(start="balanced", drop=True)
    return xr.merge(
        [
            below.drop_vars([*by_start, "start"]).merge(below[_OF_A_START].sel(start="balanced", drop=True)),
            starts.rename({name: f"{name}_by_start" for name in by_start}),
            recovery.rename({name: f"recovery_{name}" for name in recovery}),
            trained_risk(experiment),
        ],
        combine_attrs="override",
        join="outer",
        compat="no_conflicts",
    )


def _measure_cell(experiment, cell):
    student = experiment.student(cell)
    inputs = experiment.dataset_of(cell)["inputs"].transpose("world", "sample", "axis")
    logits = experiment.logits_of(cell)["logits"].isel(stopping_epoch=-1, teacher_norm=0).transpose("world", "sample")
    learning_rate = experiment.settings["cells"][cell]["learning_rate"]
    worlds = [
        _measure_world(student.isel(world=world, drop=True), inputs.values[world], logits.values[world], learning_rate)
        for world in range(student.sizes["world"])
    ]
    # ε and the bound on the norm depend on the size of the start alone.
    changing = [name for name in worlds[0] if name not in ("distance_bound", "path_norm_bound")]
    return xr.concat(worlds, dim=student["world"], data_vars=changing, coords="minimal", combine_attrs="override")


def _measure_world(student, inputs, logits, learning_rate):
    limit = student["limit"]
    scale = float(np.linalg.norm(limit))
    weights = student["weights"] / scale

    basis = xr.DataArray(np.linalg.qr(inputs.T)[0].T, dims=("span", "axis"))
    inside = xr.dot(weights, basis, dim="axis")
    norm = _norm(weights, "axis")
    off_span = _norm(weights - xr.dot(inside, basis, dim="span"), "axis")
    span_error = _norm(inside - xr.dot(limit / scale, basis, dim="axis"), "span").isel(step=-1)
    distance = _norm(weights - limit / scale, "axis").isel(step=-1)
    angle = distance.copy(data=signed_angle(weights.isel(step=-1).values, limit.values))
    start_norm, start_off_span = norm.isel(step=0), off_span.isel(step=0)
    # Rounding leaves a trace off the span even where the data span everything.
    law = _by_depth(
        lambda n, total, outside: distance_law(n, total, np.minimum(outside, total), 1.0),
        start_norm,
        start_off_span,
    )
    path_law = start_off_span * (norm / start_norm) ** ((norm["depth"] - 1) / norm["depth"])
    ratios = student["init_ratio"].expand_dims(depth=student["depth"])
    group = {
        "distance": (distance, f"distance to the projected teacher after training, {_RELATIVE}", "PL19 Theorem 2"),
        "angle": (angle, "angle to the projected teacher after training", "PL19 Lemma D.1", "rad"),
        "distance_law": (law, f"limit of that distance by what the flow conserves, {_RELATIVE}", "PL19 eq. 66"),
        "distance_bound": (
            _by_depth(lambda n, r: distance_bound(n, r, 1.0), ratios),
            f"smallest ε that condition (11) admits, {_RELATIVE}",
            "PL19 Theorem 2",
        ),
        "steps": (student["steps_used"], "gradient steps to the tolerance, −1 if it was not reached", "ours"),
        "span_error": (span_error, f"distance within the data span after training, {_RELATIVE}", "PL19 eq. 62"),
        "initial_loss_ratio": (
            _start_loss(student, inputs, logits), "loss of the start relative to the loss at zero", "PL19 eq. 12",
        ),
        "flow_error": (
            _flow_error(student, inputs, logits), "relative error of the induced flow at the start", "PL19 eq. 56",
        ),
        "imbalance": (
            student["imbalance"] / scale ** (2 / student["depth"]),
            "imbalance of the start's factors, the largest ‖W_{j+1}ᵀW_{j+1} − W_jW_jᵀ‖, relative to the squared size "
            "of balanced factors of the limit",
            "PL19 eq. 13",
        ),
        "imbalance_own_size": (
            student["imbalance"] / student["factor_size"],
            "imbalance of the start's factors, relative to the largest of their squared norms",
            "PL19 eq. 13",
        ),
        "path_norm": (norm, f"norm of the weights along the path, {_RELATIVE}", "PL19 eq. 73"),
        "path_norm_bound": (
            _by_depth(lambda n, r: norm_bound(n, r, 1.0) if n > 1 else np.full_like(r, np.nan), ratios),
            f"bound on the norm of the weights in the limit, {_RELATIVE}",
            "PL19 eq. 73",
        ),
        "path_off_span": (off_span, f"part of the weights off the data span, {_RELATIVE}", "PL19 eq. 66"),
        "path_off_span_law": (path_law, f"that part by eq. 66 from the norm, {_RELATIVE}", "PL19 eq. 66"),
    }  # fmt: skip
    described = xr.Dataset({name: labelled(*words) for name, words in group.items()})
    if "balanced" not in student["start"]:
        return described[[*_OF_A_START, *_OF_STARTS]]
    paths = [name for name in described if "step" in described[name].dims]
    described = described.drop_vars(paths).merge(described[paths].sel(start="balanced", drop=True))
    balanced = student.sel(start="balanced", drop=True)
    return described.merge(path_losses(balanced, inputs, logits, learning_rate))


def _norm(vectors, dim):
    return np.sqrt((vectors**2).sum(dim))


def _by_depth(function, *arrays):
    """Apply ``function(depth, *values)`` for each depth, a number, to arrays with a dimension depth."""
    first = arrays[0]
    slices = [
        function(int(depth), *(array.sel(depth=depth).values for array in arrays)) for depth in first["depth"].values
    ]
    return first.transpose("depth", ...).copy(data=np.stack(slices))


def _start_loss(student, inputs, logits):
    start = student["weights"].isel(step=0)
    loss = xr.apply_ufunc(lambda w: soft_loss(w @ inputs.T, logits), start, input_core_dims=[["axis"]])
    return loss / float(soft_loss(np.zeros(len(logits)), logits))


def _flow_error(student, inputs, logits):
    """Eq. 56's velocity of the end-to-end weights against the one that gradient flow gives the factors."""
    start, velocity = student["weights"].isel(step=0), student["velocity"].isel(step=0)
    gradient = start.copy(data=soft_loss_gradient(inputs, start.values @ inputs.T, logits))
    expected = _by_depth(lambda n, w, g: induced_flow(w, g, n), start, gradient)
    return _norm(expected - velocity, "axis") / _norm(velocity, "axis")


if __name__ == "__main__":
    run_measure(measure)
