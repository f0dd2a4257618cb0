from functools import partial

import numpy as np
import pytest
import xarray as xr

from kdtheory.analysis import resnet_distillation, resnet_transfer
from kdtheory.analysis.measurement import Experiment
from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator

TEST = [20, 30]
DIMS = ("stopping_epoch", "loss_scale", "soft_ratio", "n_train", "world", "run")


@pytest.fixture
def experiment(tmp_path):
    def make(**cells):
        rng = generator(1, "students")
        paths = {}
        for name, coords in cells.items():
            shape = [len(values) for values in coords.values()]
            students = xr.Dataset(
                {
                    "wrong_truth": (DIMS, rng.integers(0, 20, (*shape, 2, 3))),
                    "wrong_teacher": (DIMS, rng.integers(0, 20, (*shape, 2, 3))),
                    "agreement": (DIMS, rng.random((*shape, 2, 3))),
                    "steps": (DIMS, rng.integers(1, 90, (*shape, 2, 3))),
                    "test_points": ("world", TEST),
                },
                coords={**coords, "world": [0, 1], "run": [0, 1, 2]},
            )
            paths[name] = [tmp_path / name / f"000{world}.nc" for world in (0, 1)]
            for world, path in enumerate(paths[name]):
                storage.write(students.isel(world=[world]), path, {})
        logits = xr.Dataset(
            {"teacher_error": (("world", "stopping_epoch"), np.array([[0.5, 0.4, 0.3], [0.6, 0.5, 0.2]]))},
            coords={"stopping_epoch": [1, 2, 16], "world": [0, 1]},
        )
        storage.write(logits, tmp_path / "logits.nc", {})
        block = {"cells": {name: {"dataset": "images", "teacher": "resnet"} for name in cells}}
        return Experiment(block, partial(generator, 1), paths, {}, {("resnet", "images"): [tmp_path / "logits.nc"]})

    return make


def students_of(files, cell):
    return xr.concat([storage.read(path) for path in files._students[cell]], dim="world")


def coords(epochs, scales, ratios, sizes=(50,)):
    return dict(zip(DIMS, (list(epochs), list(scales), list(ratios), list(sizes)), strict=False))


@pytest.mark.slow
def test_cells_of_distillation_fill_one_group_with_gaps(experiment):
    files = experiment(
        hard=coords([1, 16], ["curvature"], [0.0]),
        early=coords([1], ["curvature"], [0.5, 1.0]),
        late=coords([16], ["curvature"], [0.5, 1.0]),
        raw=coords([16], ["raw"], [0.5, 1.0]),
    )
    group = resnet_distillation.measure(files)
    assert group["accuracy"].dims == ("stopping_epoch", "loss_scale", "soft_ratio", "world", "run")
    assert group["loss_scale"].values.tolist() == ["curvature", "raw"]
    for name, place in {
        "hard": {"stopping_epoch": 1, "loss_scale": "curvature", "soft_ratio": [0.0]},
        "early": {"stopping_epoch": 1, "loss_scale": "curvature", "soft_ratio": [0.5, 1.0]},
        "raw": {"stopping_epoch": 16, "loss_scale": "raw", "soft_ratio": [0.5, 1.0]},
    }.items():
        students = students_of(files, name)
        wrong = students["wrong_truth"].values[0, 0, :, 0] / np.array(TEST)[:, None]
        np.testing.assert_allclose(group["accuracy"].sel(place), 1 - wrong)
        for measured in ("agreement", "steps"):
            np.testing.assert_allclose(group[measured].sel(place), students[measured].values[0, 0, :, 0])
    assert not np.isnan(group["accuracy"].sel(loss_scale="curvature")).any()
    assert np.isnan(group["accuracy"].sel(loss_scale="raw", soft_ratio=0.0)).all()
    assert np.isnan(group["accuracy"].sel(loss_scale="raw", stopping_epoch=1)).all()
    np.testing.assert_allclose(group["teacher_accuracy"], [[0.5, 0.4], [0.7, 0.8]])
    assert group["test_points"].dims == ("world",) and group["test_points"].values.tolist() == TEST


def test_risk_of_transfer_is_the_share_decided_unlike_the_teacher(experiment):
    files = experiment(
        hard=coords([16], ["curvature"], [0.0, 0.5], [10, 20]), soft=coords([16], ["curvature"], [1.0], [10, 20])
    )
    group = resnet_transfer.measure(files)
    assert group["risk"].dims == ("soft_ratio", "n_train", "world", "run")
    wrong = students_of(files, "soft")["wrong_teacher"].values[0, 0, 0]
    np.testing.assert_allclose(group["risk"].sel(soft_ratio=1.0), wrong / np.array(TEST)[:, None])
    assert not np.isnan(group["risk"]).any() and not np.isnan(group["agreement"]).any()
    for variable in group.data_vars.values():
        assert {"long_name", "units", "source"} <= variable.attrs.keys()


def test_cells_of_several_sizes_are_no_distillation_group(experiment):
    files = experiment(one=coords([1], ["curvature"], [0.5], [10]), two=coords([16], ["curvature"], [0.5], [20]))
    with pytest.raises(ValueError, match=r"the cells must have one n_train, found \[10, 20\]"):
        resnet_distillation.measure(files)
