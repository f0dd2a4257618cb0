from functools import partial

import numpy as np
import pytest

from kdtheory.analysis import noise
from kdtheory.analysis.measurement import Experiment
from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator
from kdtheory.students.linear import transfer
from kdtheory.tasks import margin
from kdtheory.teachers import noisy

draw = partial(generator, 1, "noise")


@pytest.fixture
def experiment(tmp_path):
    """Students of two levels of noise on sets of 1, 3 and d = 5 points."""
    dataset = margin.build(margin.Settings(dim=5, limit_degrees=60.0, n_points=5, worlds=8), draw)
    logits = noisy.export(noisy.Settings(noises=[0.0, 0.5]), draw, dataset)
    students = transfer.fit(transfer.Settings(learners=["distillation"], n_train=[1, 3, 5]), draw, dataset, logits)
    paths = {name: [tmp_path / f"{name}.nc"] for name in ("dataset", "logits", "students")}
    for (path,), content in zip(paths.values(), (dataset, logits, students), strict=True):
        storage.write(content, path, {})
    block = {"cells": {"low": {"dataset": "margin", "teacher": "noisy"}}}
    files = {"margin": paths["dataset"]}, {("noisy", "margin"): paths["logits"]}
    return Experiment(block, draw, {"low": paths["students"]}, *files)


def test_without_noise_d_points_give_the_teacher_and_with_noise_they_do_not(experiment):
    risk = noise.measure(experiment)["risk"]
    assert risk.sizes == {"dim": 1, "noise": 2, "n_train": 3, "world": 8}
    np.testing.assert_allclose(risk.sel(noise=0.0, n_train=5), 0, atol=1e-12)
    assert (risk.sel(noise=0.5, n_train=5) > 0).any()
    assert {"long_name", "source", "units"} <= risk.attrs.keys()
