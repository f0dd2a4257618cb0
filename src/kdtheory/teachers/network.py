"""ReLU networks trained on hard labels, with their logits at several stopping epochs (JZ20 Sec. 4.1 and 5)."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from kdtheory.jobs import storage
from kdtheory.jobs.command import run_stage
from kdtheory.tasks.boundary_function import truth_of
from kdtheory.tasks.risk_points import risk_decisions
from kdtheory.teachers.checkpoints import at_epochs, joined
from kdtheory.training.stacked import initial_parameters, logits_of, train_networks


@dataclass(frozen=True)
class Settings:
    """Settings of a network teacher (study/schemas/teachers/network.yaml)."""

    hidden_layers: int
    width: int
    learning_rate: float
    batch_size: int
    train_points: int
    test_points: int
    stopping_epochs: list


def train(settings: Settings, draw, dataset, state: Path):
    """Train one network for each world, all to the last stopping epoch.

    Each world draws its own training points, uniform on [−1, 1]^d, with the signs of its own ground truth.

    Parameters
    ----------
    settings : Settings
    draw : callable
        ``draw(*key)`` gives the random generator of a piece of the work.
    dataset : xarray.Dataset
        Carries the ground truths (`kdtheory.tasks.boundary_function`).
    state : pathlib.Path
        Folder of the state from which training resumes after a kill.

    Returns
    -------
    dict
        For each stopping epoch (`kdtheory.teachers.checkpoints`): arrays ``weight_l`` and ``bias_l`` with a leading
        axis of worlds, and ``test_error(world)``, the share of fresh points on which the sign of the logit is not that
        of the world's truth.
    """
    worlds, dim = dataset["world"].values.tolist(), int(dataset.attrs["dim"])
    inputs, labels = _labelled_points(draw, dataset, "points", settings.train_points)
    sizes = [dim, *[settings.width] * settings.hidden_layers, 1]
    starts = [initial_parameters(draw(world, "start"), sizes) for world in worlds]

    def orders(epoch):
        return np.stack([draw(world, "order", epoch).permutation(settings.train_points) for world in worlds])

    kept = train_networks(
        {name: np.stack([start[name] for start in starts]) for name in starts[0]},
        inputs,
        labels,
        orders,
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size,
        stopping_epochs=settings.stopping_epochs,
        state=state / "networks.safetensors",
        identity={
            **asdict(settings), "draw": int(draw("identity").integers(2**62)), "dataset": storage.data_digest(dataset)
        },
    )  # fmt: skip
    test, true = _labelled_points(draw, dataset, "test", settings.test_points)
    return joined(
        {
            epoch: {**kept[epoch], "test_error": ((logits_of(kept[epoch], test) > 0) != true).mean(axis=1)}
            for epoch in settings.stopping_epochs
        }
    )


def export(settings: Settings, draw, dataset, checkpoints):
    """Export the logits of every world's network at every stopping epoch, and its test error.

    Parameters
    ----------
    settings : Settings
    draw : callable
        Not used.
    dataset : xarray.Dataset
    checkpoints : dict
        What `train` returned.

    Returns
    -------
    xarray.Dataset
        ``logits(stopping_epoch, world, run, sample)``, ``teacher_error(world, stopping_epoch)``, and where the dataset
        has risk points, ``risk_decision(stopping_epoch, world, risk_point)``.
    """
    kept = at_epochs(checkpoints, settings.stopping_epochs)
    errors = np.stack([checkpoint["test_error"] for checkpoint in kept], axis=1)

    def logits_at(points):
        inputs = points["inputs"]
        logits = np.stack([logits_of(checkpoint, inputs.values) for checkpoint in kept])
        return xr.DataArray(logits, dims=("stopping_epoch", *inputs.dims[:-1]))

    return xr.Dataset(
        {
            "logits": logits_at(dataset),
            "teacher_error": (("world", "stopping_epoch"), errors),
            "sample_id": dataset["sample_id"],
            **risk_decisions(dataset, logits_at),
        },
        coords={"stopping_epoch": settings.stopping_epochs},
    )


def _labelled_points(draw, dataset, purpose, count):
    """Fresh uniform points (world, point, axis) of every world, and whether its truth is positive there."""
    worlds, shape = dataset["world"].values.tolist(), (count, int(dataset.attrs["dim"]))
    points = np.stack([draw(world, purpose).uniform(-1, 1, shape) for world in worlds])
    return points, np.stack([truth_of(dataset, world)(points[index]) > 0 for index, world in enumerate(worlds)])


if __name__ == "__main__":
    run_stage(train, export, libraries=("torch",))
