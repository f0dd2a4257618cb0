"""The page of the kept diagnosis: from a made-up study's files to its text."""

import numpy as np
import pytest
import xarray as xr
from problem_arrays import problem_arrays

import kdtheory
from bench.own_problems import resnet
from kdtheory.jobs import storage
from kdtheory.problem import Problem
from kdtheory.tasks.parts import Part


@pytest.fixture(scope="module")
def problem():
    return Problem.from_arrays(**problem_arrays(n=60, audit=50, classes=3, checkpoints=2))


@pytest.fixture(scope="module")
def errors():
    values = [[0.6, 0.5, 0.4], [0.6, 0.3, 0.2]]
    return xr.DataArray(values, coords={"stopping_epoch": [10, 20], "soft_ratio": [0.0, 0.9, 1.0]})


def test_the_problem_has_the_first_transfer_images_and_test_images_of_the_study(tmp_path, monkeypatch):
    monkeypatch.setattr(resnet, "AUDIT", 4)
    rng = np.random.default_rng(0)
    part = np.repeat(np.array([Part.TEACHER, Part.TRANSFER, Part.TEST], np.int8), [5, 6, 7])
    ids, labels = rng.permutation(18)[None] + 100, rng.integers(0, 3, (1, 18))
    pixels = rng.integers(0, 256, (1, 18, 2, 2, 3)).astype(np.uint8)
    images = xr.Dataset(
        {
            "pixels": (("world", "sample", "row", "column", "channel"), pixels), "part": ("sample", part),
            "label": (("world", "sample"), labels), "sample_id": (("world", "sample"), ids),
        }
    )  # fmt: skip
    logits = xr.Dataset(
        {
            "logits": (("stopping_epoch", "world", "sample", "class"), rng.normal(size=(2, 1, 18, 3))),
            "sample_id": (("world", "sample"), ids),
        },
        {"stopping_epoch": [2, 8]},
    )
    storage.write(images, tmp_path / "datasets/cifar10_resnet/0000.nc", {})
    storage.write(logits, tmp_path / "teachers/resnet/logits/cifar10_resnet/0000.nc", {})
    problem = resnet.problem_of(tmp_path, 3)
    chosen = [5, 6, 7, 11, 12, 13, 14]
    assert problem.ids.tolist() == ids[0, chosen].tolist() and problem.split.tolist() == [0] * 3 + [1] * 4
    assert np.array_equal(problem.teacher_logits, logits["logits"].values[:, 0, chosen])
    assert np.array_equal(problem.features, pixels[0, chosen].reshape(7, 12) / 255)
    assert np.array_equal(problem.labels, labels[0, chosen]) and problem.checkpoints.tolist() == [2, 8]


def test_kernel_students_of_the_same_setting_are_those_of_the_ranking(problem, errors):
    ranking = kdtheory.diagnose(problem)["ranking"].to_dataset()
    found = resnet.kernel_errors(problem, errors, temperature=1.0)
    for epoch, rho in ((10, 0.9), (20, 0.9), (10, 1.0), (20, 1.0)):
        same = ranking.where((ranking["checkpoint"] == epoch) & (ranking["soft_ratio"] == rho), drop=True)
        at_one = same.where(same["temperature"] == 1, drop=True)
        assert found.sel(stopping_epoch=epoch, soft_ratio=rho).item() == pytest.approx(at_one["error"].item())
    hard = ranking.where(ranking["alpha"] == 0, drop=True)["error"].item()
    assert found.sel(soft_ratio=0.0).values == pytest.approx([hard, hard])


@pytest.mark.parametrize(("sign", "words"), [(1, "is 1.00: the kernel student's ranking holds"), (-1, "does not hold")])
def test_the_page_says_whether_the_ranking_holds(problem, errors, sign, words):
    page = resnet.page_of(kdtheory.diagnose(problem, hard_label_error=0.6), errors, 0.5 + sign * errors / 10)
    assert words in page and "Over these 5 settings" in page and "ResNets gain up to 0.400" in page
    assert "| 0.9 | 0.500 |" in page and "The teacher of epoch 20 errs on" in page and "errs on 0.600" in page
