from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs.seeds import generator
from kdtheory.tasks import boundary
from kdtheory.tasks.boundary_function import truth_of
from kdtheory.teachers import linear, network, truth
from kdtheory.training.stacked import initial_parameters, logits_of

draw = partial(generator, 3, "data")
TASK = boundary.Settings(2, 6, 0.6, 0.15, n_points=8, n_test=5, n_oracle=3, n_risk=40, worlds=2, runs=3)


@pytest.fixture(scope="module")
def dataset():
    return boundary.build(TASK, draw)


def test_risk_points_are_further_points_of_each_world_and_change_no_other(dataset):
    assert dataset["risk_inputs"].dims == ("world", "risk_point", "axis")
    xr.testing.assert_identical(
        dataset.drop_vars(["risk_inputs", "risk_truth"]), boundary.build(replace(TASK, n_risk=0), draw)
    )
    more = boundary.build(replace(TASK, n_risk=60), draw)["risk_inputs"]
    np.testing.assert_array_equal(more.isel(risk_point=slice(40)), dataset["risk_inputs"])
    for world in (0, 1):
        here = dataset.sel(world=world)
        np.testing.assert_array_equal(truth_of(dataset, world)(here["risk_inputs"].values), here["risk_truth"])
    points = np.concatenate([dataset[name].values.reshape(-1, 2) for name in ("inputs", "risk_inputs")])
    assert len(np.unique(points, axis=0)) == len(points)


def test_risk_points_of_a_world_depend_neither_on_the_number_of_worlds_nor_on_its_batch(dataset):
    batch = boundary.build(replace(TASK, first_world=1), draw)
    xr.testing.assert_identical(batch.sel(world=[1]), dataset.sel(world=[1]))


def test_teachers_decide_at_risk_points_as_their_logits_do(dataset):
    found = linear.export(linear.Settings(norms=[1.0, 5.0]), None, dataset)["risk_decision"]
    assert found.dims == ("stopping_epoch", "teacher_norm", "world", "risk_point") and found.dtype == bool
    np.testing.assert_array_equal(found[0, 1], dataset["risk_inputs"].isel(axis=0) > 0)
    found = truth.export(truth.Settings(scale=2.0), None, dataset)["risk_decision"]
    np.testing.assert_array_equal(found[0], dataset["risk_truth"] > 0)


def test_a_network_decides_at_the_risk_points_of_its_own_world(dataset):
    settings = network.Settings(2, 8, 0.001, 16, train_points=32, test_points=10, stopping_epochs=[1, 2])
    starts = [initial_parameters(draw(world, "start"), [2, 8, 8, 1]) for world in range(2)]
    stacked = {name: np.stack([start[name] for start in starts]) for name in starts[0]} | {"test_error": np.zeros(2)}
    checkpoints = dict.fromkeys((1, 2), stacked)
    exported = network.export(settings, draw, dataset, network.joined(checkpoints))
    assert exported["logits"].dims == ("stopping_epoch", "world", "run", "sample")
    expected = logits_of({name: stacked[name] for name in starts[0]}, dataset["risk_inputs"].values) > 0
    np.testing.assert_array_equal(exported["risk_decision"].sel(stopping_epoch=2), expected)
    assert expected.any() and not expected.all()
