"""Networks of finite width on transfer sets that grow by single points, trained anew from one start at each size."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.jobs.log import Progress
from kdtheory.students.pools import errors_by_half, pool_and_test
from kdtheory.students.teacher_logits import aligned, selected
from kdtheory.training.growing import train_on_prefixes
from kdtheory.training.stacked import initial_parameters, logits_of


@dataclass(frozen=True)
class Settings:
    """Settings of a cell of growing transfer sets (study/schemas/experiments/growth.yaml)."""

    widths: list
    hidden_layers: int
    first_size: int
    last_size: int
    error_points: int
    temperature: float
    stopping_epochs: list
    learning_rate: float
    adam_steps: int


def fit(settings: Settings, draw, dataset, logits):
    """Train the students of every width and size on the transfer sets of every world's first run.

    Returns
    -------
    xarray.Dataset
        ``disagreement(width, half, world, n_train)``, the share of each half of the test points where student and
        teacher differ, and ``misfit(width, world, n_train)``, the root mean square of the difference of their logits on
        the transfer set over that of the teacher's.
    """
    teacher = selected(aligned(dataset, logits), settings.stopping_epochs).squeeze("stopping_epoch", drop=True)
    worlds, sizes = dataset["world"].values, np.arange(settings.first_size, settings.last_size + 1)
    tasks = [_task(settings, dataset.isel(first), teacher.isel(first).values) for first in _first_runs(worlds)]
    fitted, progress = [], Progress(len(settings.widths), "widths")
    for width in settings.widths:
        layers = [dataset.sizes["axis"], *[width] * settings.hidden_layers, 1]
        starts = [initial_parameters(draw(world, width), layers) for world in worlds.tolist()]
        fitted.append(_fit_width(settings, starts, tasks, sizes))
        progress.advance()
    students = xr.concat(fitted, dim=xr.Variable("width", settings.widths))
    return students.assign_coords(world=worlds, n_train=sizes)


def _first_runs(worlds):
    return [{"world": index, "run": 0} for index in range(len(worlds))]


def _task(settings, dataset, logits):
    """Inputs and teacher's logits of the transfer set, and of the test points, of one run."""
    transfer, test = pool_and_test(dataset["part"].values, settings.last_size, settings.error_points)
    inputs = dataset["inputs"].values
    return inputs[transfer], logits[transfer], inputs[test], logits[test]


def _fit_width(settings, starts, tasks, sizes):
    inputs, logits, test_inputs, test_logits = (np.stack(values) for values in zip(*tasks, strict=True))
    worlds, each = len(starts), len(sizes)
    parameters = {name: np.repeat([start[name] for start in starts], each, axis=0) for name in starts[0]}
    trained = train_on_prefixes(
        parameters,
        np.repeat(inputs, each, axis=0),
        np.repeat(logits, each, axis=0),
        np.tile(sizes, worlds),
        temperature=settings.temperature,
        learning_rate=settings.learning_rate,
        steps=settings.adam_steps,
    )
    students = logits_of(trained, np.repeat(test_inputs, each, axis=0)).reshape(worlds, each, -1)
    fits = logits_of(trained, np.repeat(inputs, each, axis=0)).reshape(worlds, each, -1)
    seen = np.arange(fits.shape[-1]) < sizes[:, None]
    squares = [(seen * values**2).sum(axis=-1) for values in (fits - logits[:, None], logits[:, None])]
    return xr.Dataset(
        {
            "disagreement": (("half", "world", "n_train"), errors_by_half(students, test_logits[:, None])),
            "misfit": (("world", "n_train"), np.sqrt(squares[0] / squares[1])),
        }
    )


if __name__ == "__main__":
    run_stage(fit, libraries=("torch",))
