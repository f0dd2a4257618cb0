"""The group of finite networks from student files in memory, against distances and risks computed one by one."""

import numpy as np
import pytest
import xarray as xr

from kdtheory.analysis import finite_width
from kdtheory.analysis.measurement import Experiment, _check_labels

TEST, SIZES, RATIOS, WORLDS = 5, [2, 4], [0.5, 1.0], 3
TEACHER = np.random.default_rng(9).standard_normal((WORLDS, TEST))
TARGET = np.random.default_rng(8).standard_normal((WORLDS, 2, 4))


class Files(Experiment):
    def __init__(self, **students):
        super().__init__({"cells": dict.fromkeys(students)}, None, {}, {}, {})
        self._files = students

    def student(self, cell):
        return self._files[cell]


def student_file(widths, steps, trained, seed):
    """What one cell's job leaves, with random numbers for logits."""
    rng = np.random.default_rng(seed)
    dims = {"width": len(widths), "n_train": 2, "world": WORLDS, "soft_ratio": 2}

    def values(**more):
        sizes = {**dims, **more}
        return xr.Variable(tuple(sizes), rng.standard_normal(tuple(sizes.values())))

    descent = {
        "network": values(step=len(steps), test=TEST),
        "linearized_path": values(step=len(steps), test=TEST),
        "network_train": values(step=len(steps), n=4),
        "kernel_drift": abs(values(step=len(steps))),
    }
    students = xr.Dataset(
        {
            **{name: values(test=TEST) for name in ("kernel", "linearized", "sgd")},
            **descent,
            "kernel_distance": (("width", "world"), rng.random((len(widths), WORLDS))),
            "target": (("world", "soft_ratio", "n"), TARGET),
            "teacher": (("world", "test"), TEACHER),
        },
        coords={
            "width": widths, "n_train": SIZES, "soft_ratio": RATIOS, "step": steps, "n": np.arange(1, 5),
            "world": np.arange(WORLDS),
        },
    )  # fmt: skip
    for name in descent:
        students[name] = students[name].where((students["world"] < trained) & (students["n_train"] == 4))
    return students


@pytest.fixture(scope="module")
def files():
    wide = student_file([512], [0, 1], 1, 1)
    wide["linearized"].loc[{"width": 512, "world": 2, "n_train": 4}] = np.nan
    return {"wide": wide, "narrow": student_file([64, 128], [0, 1, 2], 2, 2)}


@pytest.fixture(scope="module")
def group(files):
    return finite_width.measure(Files(**files))


def test_the_group_has_the_dimensions_of_the_cube_and_every_label(group):
    _check_labels(group)
    closed, descent = ("width", "n_train", "soft_ratio", "world"), ("width", "n_train", "soft_ratio", "step", "world")
    assert {name: variable.dims for name, variable in group.data_vars.items()} == {
        "kernel_distance": ("width", "world"), "kernel_drift": descent,
        "logit_distance_linearized": closed, "logit_distance_sgd": closed,
        "logit_distance_network": descent, "logit_distance_path": descent, "target_distance": descent,
        "risk": ("student", *closed), "test_points": (),
    }  # fmt: skip
    assert group["width"].values.tolist() == [64, 128, 512]
    assert group["step"].values.tolist() == [0, 1, 2]
    assert int(group["test_points"]) == TEST


def relative(values, reference):
    return float(np.linalg.norm(values - reference) / np.linalg.norm(reference))


def test_distances_are_relative_norms_over_points(files, group):
    at = {"width": 128, "n_train": 4, "soft_ratio": 0.5, "world": 1}
    student, found = files["narrow"].sel(at), group.sel(at)
    for name, logits in (("linearized", student["linearized"]), ("sgd", student["sgd"])):
        assert float(found[f"logit_distance_{name}"]) == pytest.approx(relative(logits, student["kernel"]))
    for step in (0, 1, 2):
        network, here = student.sel(step=step), found.sel(step=step)
        assert float(here["logit_distance_network"]) == pytest.approx(
            relative(network["network"], student["linearized"])
        )
        assert float(here["logit_distance_path"]) == pytest.approx(
            relative(network["network"], network["linearized_path"])
        )
        assert float(here["target_distance"]) == pytest.approx(relative(network["network_train"], TARGET[1, 0]))
        assert float(here["kernel_drift"]) == float(network["kernel_drift"])


def test_risks_count_other_signs_than_the_teachers_and_networks_are_taken_at_the_last_step_of_all(files, group):
    for width, cell, world in ((64, "narrow", 1), (512, "wide", 0)):
        at = {"width": width, "n_train": 4, "soft_ratio": 1.0, "world": world}
        student = files[cell].sel(at)
        networks = {name: student[name] for name in ("kernel", "linearized")} | {
            "network": student["network"].sel(step=1)
        }
        for name, logits in networks.items():
            expected = np.mean((logits.values > 0) != (TEACHER[world] > 0))
            assert float(group["risk"].sel(at).sel(student=name)) == expected


def test_what_was_not_measured_is_nan(group):
    wide = group.sel(width=512)
    for name in ("kernel_drift", "logit_distance_network", "logit_distance_path", "target_distance"):
        assert wide[name].sel(n_train=2).isnull().all()
        measured = wide[name].sel(n_train=4).notnull().all("soft_ratio").transpose("step", "world")
        np.testing.assert_array_equal(measured, [[True, False, False], [True, False, False], [False] * 3])
        assert not wide[name].isnull().equals(group[name].sel(width=64).isnull())
    singular = {"width": 512, "n_train": 4, "world": 2}
    assert group["logit_distance_linearized"].sel(singular).isnull().all()
    assert group["risk"].sel(singular).isel(soft_ratio=0).isnull().values.tolist() == [False, True, True]
