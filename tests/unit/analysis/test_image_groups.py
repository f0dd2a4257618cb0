from functools import partial

import numpy as np
import pytest
from unit.students.image_worlds import N_TEST, WORLDS, images_and_logits

from kdtheory.analysis import kernel_distillation, kernel_transfer
from kdtheory.analysis.measurement import Experiment
from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator
from kdtheory.students.kernel.images import Settings, fit

DIMS = ("stopping_epoch", "n_train", "soft_ratio", "world", "run")


@pytest.fixture
def experiment(tmp_path):
    def make(labels):
        """Students in batches of one world; a dataset is not read for its counts, which would load its pixels."""
        dataset, logits = images_and_logits(3)
        settings = Settings(
            labels=labels, soft_ratios=[0.0, 0.9], temperature=5.0, hard_logit=5.0, stopping_epochs=[4], depth=1,
            n_train=[10, 40], runs=2,
        )  # fmt: skip
        students = fit(settings, partial(generator, 1, "cell"), dataset, logits)
        paths = {"students": [], "logits": []}
        for place in range(len(WORLDS)):
            for name, content in {"students": students, "logits": logits}.items():
                paths[name].append(tmp_path / f"{name}-{place}.nc")
                storage.write(content.isel(world=[place]), paths[name][-1], {})
        block = {"cells": {"main": {"dataset": "images", "teacher": "mlp"}}}
        files = {"main": paths["students"]}, {}, {("mlp", "images"): paths["logits"]}
        return Experiment(block, None, *files), students, logits

    return make


def test_accuracy_is_the_share_of_test_images_that_are_not_counted_as_wrong(experiment):
    files, students, logits = experiment("truth")
    group = kernel_distillation.measure(files)
    assert group["accuracy"].dims == DIMS
    np.testing.assert_allclose(group["accuracy"] * N_TEST, N_TEST - students["wrong_truth"])
    assert group["test_points"].dims == ("world",) and (group["test_points"] == N_TEST).all()
    assert group["teacher_accuracy"].dims == ("stopping_epoch", "world")
    np.testing.assert_allclose(group["teacher_accuracy"], [1 - logits["teacher_error"].sel(stopping_epoch=4)])


def test_risk_is_the_share_of_test_images_decided_unlike_the_teacher(experiment):
    files, students, _ = experiment("teacher")
    group = kernel_transfer.measure(files)
    assert group["risk"].dims == DIMS
    np.testing.assert_allclose(group["risk"] * N_TEST, students["wrong_teacher"])
    assert group["world"].values.tolist() == WORLDS and (group["test_points"] == N_TEST).all()
    for variable in group.data_vars.values():
        assert {"long_name", "units", "source"} <= variable.attrs.keys()
