from functools import partial

import numpy as np
import pytest
from unit.students.image_worlds import N_TEST, images_and_logits

from kdtheory.analysis import kernel_distillation, kernel_transfer
from kdtheory.analysis.measurement import Experiment
from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator
from kdtheory.students.kernel.images import Settings, fit

DIMS = ("teacher", "stopping_epoch", "n_train", "soft_ratio", "repeat")


@pytest.fixture
def experiment(tmp_path):
    def make(labels):
        dataset, logits = images_and_logits(3)
        settings = Settings(
            labels=labels, soft_ratios=[0.0, 0.9], temperature=5.0, hard_logit=5.0, stopping_epochs=[4], teachers=[1],
            depth=1, n_train=[10, 40], repeats=2,
        )  # fmt: skip
        students = fit(settings, partial(generator, 1, "cell"), dataset, logits)
        for name, content in {"students": students, "dataset": dataset, "logits": logits}.items():
            storage.write(content, tmp_path / f"{name}.nc", {})
        files = [{"main": tmp_path / "students.nc"}, {"images": tmp_path / "dataset.nc"}]
        block = {"cells": {"main": {"dataset": "images", "teacher": "mlp"}}}
        return Experiment(block, None, *files, {("mlp", "images"): tmp_path / "logits.nc"}), students, logits

    return make


def test_accuracy_is_the_share_of_test_images_that_are_not_counted_as_wrong(experiment):
    files, students, logits = experiment("truth")
    group = kernel_distillation.measure(files)
    assert group["accuracy"].dims == DIMS
    np.testing.assert_allclose(group["accuracy"] * N_TEST, N_TEST - students["wrong_truth"])
    assert int(group["test_points"]) == N_TEST
    assert group["teacher_accuracy"].dims == DIMS[:2]
    np.testing.assert_array_equal(group["teacher_accuracy"], [[logits["teacher_accuracy"][1, 1]]])


def test_risk_is_the_share_of_test_images_decided_unlike_the_teacher(experiment):
    files, students, _ = experiment("teacher")
    group = kernel_transfer.measure(files)
    assert group["risk"].dims == DIMS
    np.testing.assert_allclose(group["risk"] * N_TEST, students["wrong_teacher"])
    assert int(group["test_points"]) == N_TEST
    for variable in group.data_vars.values():
        assert {"long_name", "units", "source"} <= variable.attrs.keys()
