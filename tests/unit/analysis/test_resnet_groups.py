from functools import partial

import numpy as np
import pytest
import xarray as xr

from kdtheory.analysis import resnet_distillation, resnet_transfer
from kdtheory.analysis.measurement import Experiment
from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator

TEST = 20
DIMS = ("stopping_epoch", "loss_scale", "soft_ratio", "n_train", "repeat")


@pytest.fixture
def experiment(tmp_path):
    def make(**cells):
        rng = generator(1, "students")
        for name, coords in cells.items():
            shape = [len(values) for values in coords.values()]
            students = xr.Dataset(
                {
                    "logits": ((*DIMS, "test", "class"), rng.normal(size=(*shape, 2, TEST, 3)).astype(np.float32)),
                    "agreement": (DIMS, rng.random((*shape, 2))),
                    "label": ("test", rng.integers(0, 3, TEST)),
                    "teacher_logits": (("stopping_epoch", "test", "class"), rng.normal(size=(shape[0], TEST, 3))),
                },
                coords=coords,
            )
            storage.write(students, tmp_path / f"{name}.nc", {})
        logits = xr.Dataset(
            {"teacher_accuracy": (("teacher", "stopping_epoch"), np.array([[0.5, 0.6, 0.7]]))},
            coords={"stopping_epoch": [1, 2, 16]},
        )
        storage.write(logits, tmp_path / "logits.nc", {})
        block = {"cells": {name: {"dataset": "images", "teacher": "resnet"} for name in cells}}
        paths = {name: tmp_path / f"{name}.nc" for name in cells}
        return Experiment(block, partial(generator, 1), paths, {}, {("resnet", "images"): tmp_path / "logits.nc"})

    return make


def coords(epochs, scales, ratios, sizes=(50,)):
    return dict(zip(DIMS, (list(epochs), list(scales), list(ratios), list(sizes)), strict=False))


def test_cells_of_distillation_fill_one_group_with_gaps(experiment):
    files = experiment(
        early=coords([1], ["curvature"], [0.0, 0.5, 1.0]),
        late=coords([16], ["curvature"], [0.0, 0.5, 1.0]),
        raw=coords([16], ["raw"], [0.5, 1.0]),
    )
    group = resnet_distillation.measure(files)
    assert group["accuracy"].dims == ("stopping_epoch", "loss_scale", "soft_ratio", "repeat")
    assert group["loss_scale"].values.tolist() == ["curvature", "raw"]
    for name, place in {
        "early": {"stopping_epoch": 1, "loss_scale": "curvature"},
        "raw": {"stopping_epoch": 16, "loss_scale": "raw", "soft_ratio": [0.5, 1.0]},
    }.items():
        students = storage.read(files._students[name])
        right = students["logits"].values.argmax(axis=-1) == students["label"].values
        np.testing.assert_allclose(group["accuracy"].sel(place), right.mean(axis=-1)[0, 0, :, 0])
        np.testing.assert_allclose(group["agreement"].sel(place), students["agreement"].values[0, 0, :, 0])
    assert np.isnan(group["accuracy"].sel(loss_scale="raw", soft_ratio=0.0)).all()
    assert np.isnan(group["accuracy"].sel(loss_scale="raw", stopping_epoch=1)).all()
    np.testing.assert_array_equal(group["teacher_accuracy"], [0.5, 0.7])
    assert int(group["test_points"]) == TEST


def test_risk_of_transfer_is_the_share_decided_unlike_the_teacher_at_its_epoch(experiment):
    files = experiment(
        hard=coords([16], ["curvature"], [0.0, 0.5], [10, 20]), soft=coords([16], ["curvature"], [1.0], [10, 20])
    )
    group = resnet_transfer.measure(files)
    assert group["risk"].dims == ("soft_ratio", "n_train", "repeat")
    students = storage.read(files._students["soft"])
    wrong = students["logits"].values.argmax(axis=-1) != students["teacher_logits"].values[0].argmax(axis=-1)
    np.testing.assert_allclose(group["risk"].sel(soft_ratio=1.0), wrong.mean(axis=-1)[0, 0, 0])
    assert not np.isnan(group["risk"]).any() and not np.isnan(group["agreement"]).any()
    for variable in group.data_vars.values():
        assert {"long_name", "units", "source"} <= variable.attrs.keys()


def test_cells_of_several_sizes_are_no_distillation_group(experiment):
    files = experiment(one=coords([1], ["curvature"], [0.5], [10]), two=coords([16], ["curvature"], [0.5], [20]))
    with pytest.raises(ValueError, match=r"the cells must have one n_train, found \[10, 20\]"):
        resnet_distillation.measure(files)
