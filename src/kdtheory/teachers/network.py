"""ReLU networks trained on hard labels, with their logits at several stopping epochs (JZ20 Sec. 4.1 and 5)."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from kdtheory.jobs import storage
from kdtheory.jobs.command import run_stage
from kdtheory.tasks.boundary_function import truth_of
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
    seeds: int


def train(settings: Settings, draw, dataset, state: Path):
    """Train one network for each seed, all to the last stopping epoch.

    Each seed draws its own training points, uniform on [−1, 1]^d, with the signs of the dataset's ground truth.

    Parameters
    ----------
    settings : Settings
    draw : callable
        ``draw(*key)`` gives the random generator of a piece of the work.
    dataset : xarray.Dataset
        Carries the ground truth (`kdtheory.tasks.boundary_function`).
    state : pathlib.Path
        Folder of the state from which training resumes after a kill.

    Returns
    -------
    dict
        For each stopping epoch (`kdtheory.teachers.checkpoints`): arrays ``weight_l`` and ``bias_l`` with a leading
        axis of seeds, and ``test_error(seed)``, the share of fresh points on which the sign of the logit is not the
        truth's.
    """
    truth, dim, seeds = truth_of(dataset), int(dataset.attrs["dim"]), range(settings.seeds)
    inputs = np.stack([draw(seed, "points").uniform(-1, 1, (settings.train_points, dim)) for seed in seeds])
    sizes = [dim, *[settings.width] * settings.hidden_layers, 1]
    starts = [initial_parameters(draw(seed, "start"), sizes) for seed in seeds]

    def orders(epoch):
        return np.stack([draw(seed, "order", epoch).permutation(settings.train_points) for seed in seeds])

    kept = train_networks(
        {name: np.stack([start[name] for start in starts]) for name in starts[0]},
        inputs,
        truth(inputs) > 0,
        orders,
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size,
        stopping_epochs=settings.stopping_epochs,
        state=state / "networks.safetensors",
        identity={
            **asdict(settings), "draw": int(draw("identity").integers(2**62)), "dataset": storage.data_digest(dataset)
        },
    )  # fmt: skip
    test = draw("test").uniform(-1, 1, (settings.test_points, dim))
    wrong = {epoch: (logits_of(kept[epoch], test) > 0) != (truth(test) > 0) for epoch in settings.stopping_epochs}
    return joined(
        {epoch: {**kept[epoch], "test_error": wrong[epoch].mean(axis=1)} for epoch in settings.stopping_epochs}
    )


def export(settings: Settings, draw, dataset, checkpoints):
    """Export the logits of every seed's network at every stopping epoch, and its test error.

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
        ``logits(stopping_epoch, teacher, repeat, sample)``, ``teacher_error(teacher, stopping_epoch)``.
    """
    kept = at_epochs(checkpoints, settings.stopping_epochs)
    logits = np.stack([logits_of(checkpoint, dataset["inputs"].values) for checkpoint in kept])
    errors = np.stack([checkpoint["test_error"] for checkpoint in kept], axis=1)
    return xr.Dataset(
        {
            "logits": (("stopping_epoch", "teacher", *dataset["sample_id"].dims), logits),
            "teacher_error": (("teacher", "stopping_epoch"), errors),
            "sample_id": dataset["sample_id"],
        },
        coords={"stopping_epoch": settings.stopping_epochs, "teacher": np.arange(settings.seeds)},
    )


if __name__ == "__main__":
    run_stage(train, export, libraries=("torch",))
