import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from functools import partial

import numpy as np
import pytest
import torch
import xarray as xr

from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator
from kdtheory.students import resnet
from kdtheory.students.resnet import Settings, distillation_loss, fit
from kdtheory.students.steps import epochs_of
from kdtheory.theory.multiclass import effective_logits_multiclass

draw = partial(generator, 5, "students")
SETTINGS = Settings(
    classes=[0, 1, 2], labels="truth", soft_ratios=[0.0, 0.9], temperature=5.0, loss_scales=["curvature", "raw"],
    stopping_epochs=[1, 4], n_train=[8, 16], repeats=2, width=8, blocks=[1], stem_stride=2, steps=4, batch_size=8,
    learning_rate=0.1, momentum=0.9, precision="float32",
)  # fmt: skip
FEW = replace(SETTINGS, loss_scales=["curvature"], stopping_epochs=[4], n_train=[16], repeats=1)


def world():
    """Small images of four classes, and a teacher's logits at three epochs, in the formats of the stages before."""
    rng = draw("world")
    n_parts = {0: 40, 1: 30, 3: 10}
    n = sum(n_parts.values())
    label = rng.integers(0, 4, n)
    pixels = rng.integers(0, 200, (n, 8, 8, 3)) + 15 * label[:, None, None, None] * (np.arange(8) < 4)[:, None]
    sample_id = rng.permutation(500)[:n]
    dataset = xr.Dataset(
        {
            "pixels": (("sample", "row", "column", "channel"), pixels.astype(np.uint8)),
            "label": ("sample", label.astype(np.uint8)),
            "part": ("sample", np.repeat(np.array(list(n_parts), np.int8), list(n_parts.values()))),
            "sample_id": ("sample", sample_id),
        }
    )
    values = rng.normal(0, 2, (3, 1, n, 4)) + 3 * np.eye(4)[label]
    logits = xr.Dataset(
        {
            "logits": (("stopping_epoch", "teacher", "sample", "class"), values.astype(np.float32)),
            "teacher_accuracy": (("teacher", "stopping_epoch"), np.array([[0.4, 0.5, 0.6]])),
            "sample_id": ("sample", sample_id),
        },
        coords={"stopping_epoch": [1, 2, 4], "teacher": [0]},
    )
    return dataset, logits


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    return fit(SETTINGS, draw, *world(), tmp_path_factory.mktemp("fitted"))


def test_students_are_measured_on_the_test_images_of_their_classes(fitted):
    dataset, logits = world()
    chosen = (dataset["part"] == 1) & (dataset["label"] < 3)
    assert fitted["logits"].dims == (
        "stopping_epoch", "loss_scale", "soft_ratio", "n_train", "repeat", "test", "class",
    )  # fmt: skip
    assert fitted["logits"].dtype == np.float32
    np.testing.assert_array_equal(fitted["sample_id"], dataset["sample_id"].values[chosen])
    np.testing.assert_array_equal(fitted["label"], dataset["label"].values[chosen])
    expected = logits["logits"].isel(teacher=0).sel(stopping_epoch=[1, 4]).values[:, chosen, :3]
    np.testing.assert_array_equal(fitted["teacher_logits"], expected)


def test_students_of_a_repeat_differ_by_what_they_learn_from_alone(fitted):
    logits = fitted["logits"]
    # Hard-label students do not see the teacher, nor does their loss have a scale to divide by.
    hard = logits.sel(soft_ratio=0.0)
    np.testing.assert_array_equal(hard.sel(stopping_epoch=1), hard.sel(stopping_epoch=4))
    np.testing.assert_array_equal(hard.sel(loss_scale="raw"), hard.sel(loss_scale="curvature"))
    soft = logits.sel(soft_ratio=0.9)
    assert np.abs(soft.sel(stopping_epoch=1) - soft.sel(stopping_epoch=4)).min("test").max() > 0
    assert np.all(np.abs(soft.sel(loss_scale="raw") - soft.sel(loss_scale="curvature")).max(["test", "class"]) > 0)
    assert np.all(np.abs(logits.isel(repeat=0) - logits.isel(repeat=1)).max(["test", "class"]) > 0)


def test_cells_may_be_cut_anywhere(fitted, tmp_path):
    alone = fit(replace(SETTINGS, soft_ratios=[0.9], stopping_epochs=[4], n_train=[16]), draw, *world(), tmp_path)
    xr.testing.assert_equal(alone, fitted.sel(soft_ratio=[0.9], stopping_epoch=[4], n_train=[16]))


def test_the_loss_is_that_of_the_paper_written_out():
    rng = draw("loss")
    teacher, student, labels = rng.normal(0, 3, (6, 4)), rng.normal(0, 3, (6, 4)), rng.integers(0, 4, 6)
    indices = np.array([4, 1, 5])

    def log_softmax(logits):
        return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))

    for soft_ratio in (0.0, 0.7, 1.0):
        soft = -np.sum(np.exp(log_softmax(teacher / 5)) * log_softmax(student / 5), axis=1)
        hard = -log_softmax(student)[np.arange(6), labels]
        expected = (soft_ratio * soft + (1 - soft_ratio) * hard)[indices].mean()
        for scale, divisor in {"raw": 1.0, "curvature": soft_ratio / 25 + 1 - soft_ratio}.items():
            loss = distillation_loss(teacher, labels, soft_ratio, 5.0, scale)
            found = loss(torch.tensor(student[indices]).float(), torch.tensor(indices))
            np.testing.assert_allclose(float(found), expected / divisor, rtol=1e-5)


def test_the_loss_is_flat_at_the_effective_logits_whatever_its_scale():
    rng = draw("flat")
    teacher, labels = rng.normal(0, 3, (6, 4)), rng.integers(0, 4, 6)
    for scale in ("raw", "curvature"):
        logits = torch.tensor(effective_logits_multiclass(teacher, labels, 0.7, 5.0)).float().requires_grad_()
        distillation_loss(teacher, labels, 0.7, 5.0, scale)(logits, torch.arange(6)).backward()
        assert logits.grad.abs().max() < 1e-6


def test_perfect_teachers_label_by_their_own_decision(tmp_path):
    settings = replace(FEW, classes=[2, 0], labels="teacher")
    dataset, logits = world()
    # On these classes the teacher always prefers class 0: hard labels that are the second of the pair throughout.
    logits["logits"][..., 0] = 9.0
    logits["logits"][..., 2] = -9.0
    students = fit(replace(settings, steps=40), draw, dataset, logits, tmp_path)
    assert students["class"].values.tolist() == [2, 0]
    assert set(students["label"].values.tolist()) == {0, 1}
    assert np.all(students["logits"].argmax("class") == 1)
    assert np.all(students["agreement"] == 1)


def test_agreement_counts_the_decisions_of_the_effective_logits(tmp_path, monkeypatch):
    dataset, logits = world()
    monkeypatch.setattr(resnet, "predict", lambda network, images: np.tile([1.0, 0.0, 0.0], (len(images), 1)))
    students = fit(replace(FEW, soft_ratios=[0.0, 0.5, 1.0]), draw, dataset, logits, tmp_path)
    chosen = np.flatnonzero((dataset["part"] == 0) & (dataset["label"] < 3))
    chosen = chosen[draw(0, "transfer set").permutation(len(chosen))[:16]]
    labels, teacher = dataset["label"].values[chosen].astype(int), logits["logits"].values[2, 0, chosen, :3]
    for soft_ratio in (0.5, 1.0):
        targets = effective_logits_multiclass(teacher, labels, soft_ratio, 5.0)
        expected = np.mean(targets.argmax(axis=1) == 0)
        np.testing.assert_allclose(students["agreement"].sel(soft_ratio=soft_ratio).item(), expected)
    np.testing.assert_allclose(students["agreement"].sel(soft_ratio=0.0).item(), np.mean(labels == 0))


def test_every_size_takes_the_same_steps():
    assert [epochs_of(16, n_train, 8) for n_train in (4, 8, 16, 30, 32)] == [16, 16, 8, 4, 4]
    with pytest.raises(ValueError, match="steps is 16, must be a multiple of 3"):
        epochs_of(16, 24, 8)


def test_too_few_images_and_logits_of_other_images_are_errors(tmp_path):
    dataset, logits = world()
    with pytest.raises(ValueError, match=r"n_train asks for 64 images; the dataset has \d+ to transfer"):
        fit(replace(FEW, n_train=[64]), draw, dataset, logits, tmp_path)
    with pytest.raises(ValueError, match="not those of the dataset"):
        fit(FEW, draw, dataset, logits.assign(sample_id=logits["sample_id"] + 1), tmp_path)


def test_after_a_kill_finished_students_are_not_trained_again_and_the_result_is_the_same(tmp_path):
    settings = replace(FEW, soft_ratios=[0.0, 0.5, 0.9, 1.0], steps=80)
    dataset, logits = world()
    storage.write(dataset, tmp_path / "data.nc", {})
    storage.write(logits, tmp_path / "logits.nc", {})
    (tmp_path / "settings.json").write_text(json.dumps(asdict(settings)))
    output, state = tmp_path / "main.nc", tmp_path / ".main.training"
    command = [
        sys.executable, "-m", "kdtheory.students.resnet", "fit", "--key", "students", "--seed", "5",
        "--settings", str(tmp_path / "settings.json"), "--dataset", str(tmp_path / "data.nc"),
        "--logits", str(tmp_path / "logits.nc"), "--output", str(output),
    ]  # fmt: skip

    def finished():
        return [path for path in state.glob("*.safetensors") if len(path.stem) == 32]

    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    # The state of the last one in training serves it too, so two.
    while len(finished()) < 2:
        assert running.poll() is None, "it ended before it could be killed"
        time.sleep(0.001)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not output.exists()
    done = len(finished())

    second = subprocess.run(command, check=True, capture_output=True, text=True)
    assert second.stderr.count("mean training loss") == 4 - done
    assert not state.exists()
    xr.testing.assert_equal(storage.read(output), fit(settings, draw, dataset, logits, tmp_path / "whole"))
