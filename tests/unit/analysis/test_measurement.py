import numpy as np
import pytest
import xarray as xr

from kdtheory.analysis.measurement import Experiment, joined_batches
from kdtheory.jobs import storage


def batch(first, fixed=0.0):
    """What a job on two worlds leaves: along them, of their own name, and without them."""
    worlds = np.arange(first, first + 2)
    return xr.Dataset(
        {
            "weights": (("learner", "world", "axis"), np.stack([worlds[:, None] * [1.0, 10.0]] * 2)),
            "fixed": ("axis", [fixed, fixed]),
            "source": ("world", worlds + 0.5),
        },
        coords={"world": worlds, "learner": ["a", "longer"]},
        attrs={"first": first},
    )


def test_batches_are_joined_along_their_worlds_and_the_rest_is_that_of_the_first():
    joined = joined_batches([batch(0), batch(2, fixed=1.0).drop_vars("fixed"), batch(4, fixed=2.0)])
    assert joined["weights"].dims == ("learner", "world", "axis")
    assert joined["world"].dtype == np.int64 and joined["world"].values.tolist() == [0, 1, 2, 3, 4, 5]
    np.testing.assert_array_equal(joined["weights"].sel(learner="a", axis=1), 10.0 * np.arange(6))
    np.testing.assert_array_equal(joined["source"], np.arange(6) + 0.5)
    np.testing.assert_array_equal(joined["fixed"], [0.0, 0.0])
    assert joined.attrs == {"first": 0} and joined["learner"].values.tolist() == ["a", "longer"]


def test_batches_that_differ_in_another_coordinate_are_refused():
    with pytest.raises(ValueError, match="learner"):
        joined_batches([batch(0), batch(2).assign_coords(learner=["a", "other"])])


def test_a_cell_with_fewer_worlds_sees_those_of_its_dataset_and_teacher(tmp_path):
    files = {}
    for kind in ("students", "datasets", "logits"):
        files[kind] = [tmp_path / kind / f"{first:04d}.nc" for first in (0, 2)]
        for path, first in zip(files[kind], (0, 2), strict=True):
            storage.write(batch(first), path, {})
    shared = {"dataset": "task", "teacher": "unit"}
    experiment = Experiment(
        {"cells": {"few": {**shared, "worlds": 2}, "all": shared}},
        None,
        {"few": files["students"][:1], "all": files["students"]},
        {"task": files["datasets"]},
        {("unit", "task"): files["logits"]},
    )
    for cell, worlds in (("few", 2), ("all", 4)):
        for content in (experiment.student(cell), experiment.dataset_of(cell), experiment.logits_of(cell)):
            assert content["world"].values.tolist() == list(range(worlds))
    assert experiment.dataset("task").sizes["world"] == 4
