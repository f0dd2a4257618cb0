"""Deep linear students trained by gradient descent on their factors (PL19 Theorem 2)."""

import logging
from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.kernels.devices import device_name
from kdtheory.students.deep_linear.factors import train
from kdtheory.students.deep_linear.starts import balanced_start, gaussian_start, imbalance
from kdtheory.students.linear.path import recorded_steps
from kdtheory.students.linear.transfer_sets import transfer_sets
from kdtheory.theory.convexity import soft_loss, soft_loss_gradient
from kdtheory.theory.projection import minimum_norm_weights

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """Settings of a cell of deep linear students (study/schemas/experiments/deep.yaml)."""

    depths: list
    init_ratios: list
    starts: list
    hidden_width: int
    learning_rate: float
    tolerance: float
    max_steps: int
    recorded_steps: int
    unit_inputs: bool


def fit(settings: Settings, draw, dataset, logits):
    """Train deep linear students of every depth from every start, in every world.

    Returns
    -------
    xarray.Dataset
        ``weights(world, depth, start, init_ratio, step, axis)`` end to end and their ``velocity`` under gradient flow,
        ``steps_used(world, depth, start, init_ratio)`` (−1 where the tolerance was not reached), ``imbalance`` of the
        start and squared ``factor_size`` of its largest factor, closed form ``limit(world, axis)``.
    """
    sets = transfer_sets(dataset, logits, None, dataset.sizes["sample"], draw)
    if "kappa" in sets.dims:
        sets = sets.squeeze("kappa", drop=True)
    if settings.unit_inputs:
        # A linear teacher's logits are scaled with its inputs; no angle and no label changes.
        sets = sets / np.sqrt((sets["inputs"] ** 2).sum("axis"))
        sets = sets.transpose("world", "sample", "axis")
    worlds = []
    for index, world in enumerate(sets["world"].values):
        _log.info("world %d, %d of %d", world, index + 1, sets.sizes["world"])
        points = sets["inputs"].values[index], sets["logits"].values[index]
        worlds.append(_fit_world(settings, *points, lambda depth, world=world: draw("start", depth, world)))
    return xr.concat(worlds, dim=sets["world"], combine_attrs="override")


def _fit_world(settings, inputs, targets, draw):
    limit = minimum_norm_weights(inputs, targets)
    norms = np.asarray(settings.init_ratios) * np.linalg.norm(limit)
    steps = recorded_steps(settings.max_steps, settings.recorded_steps)
    shape = (len(settings.depths), len(settings.starts), len(norms))
    weights = np.empty((*shape, len(steps), inputs.shape[1]))
    steps_used = np.empty(shape, dtype=int)
    velocity = np.empty_like(weights)
    unbalanced, sizes = np.empty(shape), np.empty(shape)
    for index, depth in enumerate(settings.depths):
        factors = [
            _start(kind, inputs, targets, norms, depth, settings.hidden_width, draw(depth)) for kind in settings.starts
        ]
        starts = tuple(np.concatenate(kinds) for kinds in zip(*factors, strict=True))
        unbalanced[index], sizes[index] = (values.reshape(shape[1:]) for values in imbalance(starts))
        trained = train(
            starts, inputs, targets,
            learning_rate=settings.learning_rate, steps=steps, tolerance=settings.tolerance,
            progress=lambda step, error, depth=depth: _log.info(
                "depth %d of %s: step %d of %d, largest span error %.1e", depth, settings.depths, step, steps[-1], error
            ),
        )  # fmt: skip
        weights[index] = trained.weights.reshape(weights.shape[1:])
        velocity[index] = trained.velocity.reshape(weights.shape[1:])
        steps_used[index] = trained.steps_used.reshape(shape[1:])
    dims = ("depth", "start", "init_ratio")
    return xr.Dataset(
        {
            "weights": ((*dims, "step", "axis"), weights),
            "velocity": ((*dims, "step", "axis"), velocity),
            "steps_used": (dims, steps_used),
            "imbalance": (dims, unbalanced),
            "factor_size": (dims, sizes),
            "limit": ("axis", limit),
        },
        coords={
            "depth": settings.depths,
            "start": settings.starts,
            "init_ratio": [float(ratio) for ratio in settings.init_ratios],
            "step": steps,
        },
    )


def _start(kind, inputs, targets, norms, depth, hidden_width, rng):
    """Factors of one kind of start for every norm; all but Gaussian ones share their directions."""
    dim = inputs.shape[1]
    if kind == "gaussian":
        return gaussian_start(dim, depth, hidden_width, norms, rng)
    if kind == "opposite":
        direction = soft_loss_gradient(inputs, np.zeros(len(targets)), targets)
    else:
        direction = _lowering_direction(inputs, targets, norms.max(), rng) * (1 if kind == "balanced" else -1)
    return balanced_start(np.broadcast_to(direction, (len(norms), dim)), norms, depth, hidden_width, rng)


def _lowering_direction(inputs, targets, norm, rng):
    """A random direction of which condition (12) holds at ``norm``, and by convexity at every smaller one."""
    loss_at_zero = soft_loss(np.zeros(len(targets)), targets)
    while True:
        direction = rng.standard_normal(inputs.shape[1])
        direction /= np.linalg.norm(direction)
        if soft_loss(inputs @ (norm * direction), targets) < loss_at_zero:
            return direction


if __name__ == "__main__":
    run_stage(fit, libraries=("jax", "jaxlib", "scipy"), device=device_name)
