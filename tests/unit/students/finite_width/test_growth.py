from functools import partial

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs.seeds import generator
from kdtheory.students.finite_width import growth
from kdtheory.tasks.parts import Part
from kdtheory.training.growing import train_on_prefixes
from kdtheory.training.stacked import initial_parameters, logits_of

pytest.importorskip("torch")
SETTINGS = growth.Settings(
    widths=[4, 8], hidden_layers=2, first_size=3, last_size=6, error_points=30, temperature=2.0, stopping_epochs=[4],
    learning_rate=0.01, adam_steps=40,
)  # fmt: skip
draw = partial(generator, 1, "growth/main")


@pytest.fixture(scope="module")
def task():
    """Two worlds of one run, and a teacher with one epoch."""
    inputs = np.random.default_rng(0).uniform(-1, 1, (2, 1, 50, 2))
    part = np.repeat([Part.TRANSFER, Part.TEST, Part.ORACLE], [10, 20, 20]).astype(np.int8)
    cells, ids = ("world", "run", "sample"), np.arange(100).reshape(2, 1, 50)
    values = (np.sin(3 * inputs[..., 0]) + inputs[..., 1])[None]
    dataset = xr.Dataset({"inputs": ((*cells, "axis"), inputs), "part": ("sample", part), "sample_id": (cells, ids)})
    logits = xr.Dataset({"logits": (("stopping_epoch", *cells), values), "sample_id": (cells, ids)})
    return dataset.assign_coords(world=[4, 5]), logits.assign_coords(stopping_epoch=[4], world=[4, 5])


def test_each_student_is_the_network_that_sees_the_first_points_from_the_start_of_its_chain(task):
    dataset, logits = task
    students = growth.fit(SETTINGS, draw, dataset, logits)
    assert dict(students.sizes) == {"width": 2, "half": 2, "world": 2, "n_train": 4}
    inputs, values = dataset["inputs"].values[1, 0], logits["logits"].values[0, 1, 0]
    start = initial_parameters(draw(5, 8), [2, 8, 8, 1])
    alone = train_on_prefixes(
        {name: array[None] for name, array in start.items()}, inputs[None, :5], values[None, :5], [5],
        temperature=2.0, learning_rate=0.01, steps=40,
    )  # fmt: skip
    here = students.sel(width=8, world=5, n_train=5)
    wrong = (logits_of(alone, inputs[None, 10:40])[0] > 0) != (values[10:40] > 0)
    np.testing.assert_allclose(here["disagreement"], [wrong[::2].mean(), wrong[1::2].mean()], atol=1e-12)
    off = logits_of(alone, inputs[None, :5])[0] - values[:5]
    assert float(here["misfit"]) == pytest.approx(np.linalg.norm(off) / np.linalg.norm(values[:5]), rel=1e-3)


def test_a_world_does_not_depend_on_which_others_there_are(task):
    both, one = (growth.fit(SETTINGS, draw, *(each.isel(world=chosen) for each in task)) for chosen in ([0, 1], [1]))
    np.testing.assert_allclose(both["misfit"].sel(world=[5]), one["misfit"], rtol=1e-3)
