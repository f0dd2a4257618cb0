"""Linear students of many transfer sets: distilled (closed form or descent), of hard targets, with less bias."""

import logging
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.jobs.log import Progress
from kdtheory.students.linear.descent import hard_descent, soft_descent
from kdtheory.students.linear.gram import gram_angles
from kdtheory.students.linear.max_margin import max_margin_weights
from kdtheory.students.linear.reduced_bias import reduced_bias_weights
from kdtheory.students.linear.transfer_sets import transfer_sets
from kdtheory.theory.projection import minimum_norm_prefixes

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """Settings of a cell of linear students (docs/options.md); a learner's own settings may be left out without it."""

    learners: list
    n_train: list
    worlds: int | None = None
    deltas: list = field(default_factory=list)
    hard_target_steps: int | None = None
    hard_target_rate: float | None = None
    descent_steps: int | None = None
    gram_sets: int | None = None
    draws: str = "distinct"


def fit(settings: Settings, draw, dataset, logits):
    """Fit every learner on every transfer set of a cell.

    Returns
    -------
    xarray.Dataset
        ``weights(learner, n_train, …, world, axis)``. With reduced bias and several sizes also
        ``weights_same_q``, in which the random direction is that of the smallest size, projected again; with
        ``gram_sets`` also ``gram_angle(kappa, n_train, gram_set)``, beside world 0 alone: they belong to no world.
    """
    largest = max(settings.n_train)
    sets = transfer_sets(dataset, logits, settings.worlds, largest, draw, replacement=settings.draws == "independent")
    distilled = _distilled(sets, settings.n_train)
    fitted, same_direction = [], []
    progress = Progress(len(settings.n_train), "transfer-set sizes")
    for n_train in settings.n_train:
        weights = _fit_size(settings, sets, distilled.sel(n_train=n_train, drop=True), n_train, draw)
        fitted.append(xr.concat(weights.values(), dim=xr.Variable("learner", list(weights))))
        if settings.deltas and len(settings.n_train) > 1:
            projected = distilled.sel(n_train=n_train, drop=True)
            same = _reduced_bias(settings, sets, projected, n_train, min(settings.n_train), draw)
            same_direction.append(xr.concat(same.values(), dim=xr.Variable("learner_same_q", list(same))))
        _log.info("n = %d: %d learners on %d sets", n_train, len(weights), sets.sizes["world"])
        progress.advance()
    sizes = xr.Variable("n_train", settings.n_train)
    result = xr.Dataset({"weights": xr.concat(fitted, dim=sizes)})
    if same_direction:
        result["weights_same_q"] = xr.concat(same_direction, dim=sizes)
    if settings.gram_sets and 0 in sets["world"].values:
        result["gram_angle"] = gram_angles(dataset, settings.n_train, settings.gram_sets, draw)
    return result


def _distilled(sets, sizes):
    """Weights ŵ of every size: one factorisation a set."""
    weights = xr.apply_ufunc(
        minimum_norm_prefixes, sets["inputs"], sets["logits"], kwargs={"sizes": sizes}, vectorize=True,
        input_core_dims=[["sample", "axis"], ["sample"]], output_core_dims=[["n_train", "axis"]],
    )  # fmt: skip
    return weights.assign_coords(n_train=sizes)


def _fit_size(settings, sets, distilled, n_train, draw):
    """Weights of every learner at one size, by learner."""
    inputs = sets["inputs"].isel(sample=slice(n_train))
    labels = (sets["logits"].isel(sample=slice(n_train)) > 0).astype(float)
    fitted = {}
    for learner in settings.learners:
        if learner == "distillation":
            fitted[learner] = distilled
        elif learner == "distillation_descent":
            targets = sets["logits"].isel(sample=slice(n_train))
            fitted[learner] = _learned(_descended, inputs, targets, kwargs={"steps": settings.descent_steps})
        elif learner == "hard_target_descent":
            options = {"steps": settings.hard_target_steps, "learning_rate": settings.hard_target_rate}
            fitted[learner] = _learned(hard_descent, inputs, labels, kwargs=options)
        elif learner == "hard_target_margin":
            fitted[learner] = _learned(max_margin_weights, inputs, labels)
        elif learner == "reduced_bias":
            fitted |= _reduced_bias(settings, sets, distilled, n_train, n_train, draw)
        else:
            raise ValueError(f"learner {learner!r} is unknown")
    return fitted


def _descended(inputs, teacher_logits, steps):
    """Weights after gradient descent, in the coordinates of the points' span where these are fewer."""
    if inputs.shape[-2] >= inputs.shape[-1]:
        return soft_descent(inputs, teacher_logits, steps=[steps])[0]
    basis, triangle = np.linalg.qr(np.swapaxes(inputs, -2, -1))
    inside = soft_descent(np.swapaxes(triangle, -2, -1), teacher_logits, steps=[steps])[0]
    return np.matvec(basis, inside)


def _reduced_bias(settings, sets, distilled, n_train, size_of_q, draw):
    """Weights w_δ at one size with the random directions of a size, by learner name ``delta_<δ>``."""
    gaussian = [draw("q", size_of_q, world).standard_normal(sets.sizes["axis"]) for world in sets["world"].values]
    biased = xr.apply_ufunc(
        lambda w, x, q: np.moveaxis(reduced_bias_weights(w, x, np.asarray(settings.deltas, float), q), 0, -2),
        distilled, sets["inputs"].isel(sample=slice(n_train)), xr.DataArray(np.stack(gaussian), dims=("world", "axis")),
        input_core_dims=[["axis"], ["sample", "axis"], ["axis"]], output_core_dims=[["delta", "axis"]],
    )  # fmt: skip
    return {f"delta_{float(delta)}": biased.isel(delta=index) for index, delta in enumerate(settings.deltas)}


def _learned(learner, inputs, targets, kwargs=None):
    return xr.apply_ufunc(
        learner, inputs, targets, kwargs=kwargs,
        input_core_dims=[["sample", "axis"], ["sample"]], output_core_dims=[["axis"]],
    )  # fmt: skip


if __name__ == "__main__":
    run_stage(fit, libraries=("scipy",))
