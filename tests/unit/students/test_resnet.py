import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from functools import partial
from itertools import product

import numpy as np
import pytest
import torch
import xarray as xr

from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator
from kdtheory.students import resnet
from kdtheory.students.distillation_loss import decided_by_targets, distillation_loss
from kdtheory.students.resnet import Settings, fit
from kdtheory.students.steps import epochs_of
from kdtheory.theory.multiclass import effective_logits_multiclass

draw = partial(generator, 5, "students")
WORLDS = [2, 3]
DIMS = ("stopping_epoch", "loss_scale", "soft_ratio", "n_train", "world", "run")
SETTINGS = Settings(
    classes=[0, 1, 2], labels="truth", soft_ratios=[0.0, 0.9], temperature=5.0, loss_scales=["curvature", "raw"],
    stopping_epochs=[1, 4], n_train=[8, 16], runs=2, width=8, blocks=[1], stem_stride=2, steps=4, agreement=1.0,
    batch_size=8, learning_rate=0.1, momentum=0.9, precision="float32",
)  # fmt: skip
FEW = replace(SETTINGS, loss_scales=["curvature"], stopping_epochs=[4], n_train=[16], runs=1)


def worlds():
    """Two worlds of small images of four classes, and their teachers' logits at three epochs, of mirror images too."""
    rng = draw("worlds")
    n_parts = {0: 40, 1: 30, 3: 10}
    n = sum(n_parts.values())
    label = rng.integers(0, 4, (2, n))
    pixels = rng.integers(0, 200, (2, n, 8, 8, 3)) + 15 * label[..., None, None, None] * (np.arange(8) < 4)[:, None]
    sample_id = rng.permutation(500)[: 2 * n].reshape(2, n)
    dataset = xr.Dataset(
        {
            "pixels": (("world", "sample", "row", "column", "channel"), pixels.astype(np.uint8)),
            "label": (("world", "sample"), label.astype(np.uint8)),
            "part": ("sample", np.repeat(np.array(list(n_parts), np.int8), list(n_parts.values()))),
            "sample_id": (("world", "sample"), sample_id),
        },
        coords={"world": WORLDS},
    )
    values = rng.normal(0, 2, (3, 2, n, 4)) + 3 * np.eye(4)[label]
    mirrored = values + rng.normal(0, 1, values.shape)
    of_views = np.stack([values, mirrored], axis=2)[:, :, :, :40]
    logits = xr.Dataset(
        {
            "logits": (("stopping_epoch", "world", "sample", "class"), values.astype(np.float32)),
            "view_logits": (
                ("stopping_epoch", "world", "view", "transfer_image", "class"),
                of_views.astype(np.float32),
            ),
            "teacher_error": (("world", "stopping_epoch"), np.array([[0.6, 0.5, 0.4], [0.7, 0.5, 0.3]])),
            "sample_id": (("world", "sample"), sample_id),
        },
        coords={"stopping_epoch": [1, 2, 4], "world": WORLDS},
        attrs={"views": "flip"},
    )
    return dataset, logits


@pytest.fixture(scope="module")
def predictions():
    """The logits that students predict for test images, in the order in which they are trained."""
    return []


@pytest.fixture(scope="module")
def fitted(tmp_path_factory, predictions):
    plain = resnet.predict

    def predict(network, images):
        predictions.append(plain(network, images))
        return predictions[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resnet, "predict", predict)
        return fit(SETTINGS, draw, *worlds(), tmp_path_factory.mktemp("fitted"))


@pytest.fixture(scope="module")
def logits(fitted, predictions):
    """Of every student at the test images, by what the students of a world differ in; those of hard labels once."""
    coords = {dim: fitted[dim].values for dim in DIMS if dim != "world"}
    trained, found = iter(predictions), {}
    for world in WORLDS:
        of_world = {}
        for epoch, scale, ratio, size, run in product(*coords.values()):
            student = (size, run, ratio, epoch, scale) if ratio > 0 else (size, run)
            if student not in of_world:
                of_world[student] = next(trained)
            of_world[epoch, scale, ratio, size, run, "all"] = of_world[student]
        every = [values for student, values in of_world.items() if student[-1] == "all"]
        values = np.stack(every).reshape(*map(len, coords.values()), -1, 3)
        found[world] = xr.DataArray(values, dims=(*coords, "test", "class"), coords=coords)
    assert next(trained, None) is None
    return found


@pytest.mark.slow
def test_decisions_are_counted_on_the_test_images_of_the_classes(fitted, logits):
    dataset, teacher = worlds()
    for name in ("wrong_truth", "wrong_teacher", "agreement", "steps"):
        assert fitted[name].dims == DIMS
    for world in WORLDS:
        chosen = (dataset["part"] == 1) & (dataset["label"].sel(world=world) < 3)
        assert fitted["test_points"].sel(world=world) == chosen.sum()
        decided = logits[world].argmax("class")
        label = dataset["label"].sel(world=world).values[chosen]
        xr.testing.assert_equal(fitted["wrong_truth"].sel(world=world, drop=True), (decided != label).sum("test"))
        own = teacher["logits"].sel(world=world, stopping_epoch=[1, 4], drop=True).isel({"class": slice(3)})
        own = own.isel(sample=np.flatnonzero(chosen)).argmax("class").rename(sample="test")
        wrong = (decided != own).sum("test").transpose(*(dim for dim in DIMS if dim != "world"))
        xr.testing.assert_equal(fitted["wrong_teacher"].sel(world=world, drop=True), wrong)


@pytest.mark.slow
def test_students_of_a_run_differ_by_what_they_learn_from_alone(logits):
    for of_world in logits.values():
        soft = of_world.sel(soft_ratio=0.9)
        assert np.abs(soft.sel(stopping_epoch=1) - soft.sel(stopping_epoch=4)).min("test").max() > 0
        assert np.all(np.abs(soft.sel(loss_scale="raw") - soft.sel(loss_scale="curvature")).max(["test", "class"]) > 0)
        assert np.all(np.abs(of_world.isel(run=0) - of_world.isel(run=1)).max(["test", "class"]) > 0)


@pytest.mark.slow
def test_cells_may_be_cut_anywhere(fitted, tmp_path):
    second = [content.isel(world=[1]) for content in worlds()]
    # The students of hard labels were trained with the first stopping epoch and loss scale, and are the same here.
    cut = {"stopping_epoch": [4], "loss_scale": ["raw"], "n_train": [16]}
    alone = fit(replace(SETTINGS, stopping_epochs=[4], loss_scales=["raw"], n_train=[16]), draw, *second, tmp_path)
    xr.testing.assert_equal(alone, fitted.isel(world=[1]).sel(cut))


@pytest.mark.parametrize("labels", ["truth", "teacher"])
def test_hard_labels_of_the_teacher_alone_depend_on_its_stopping_epoch(tmp_path, labels):
    changed = {"soft_ratios": [0.0], "stopping_epochs": [1, 4], "loss_scales": ["raw", "curvature"]}
    settings = replace(FEW, labels=labels, **changed)
    found = fit(settings, draw, *worlds(), tmp_path)
    # One file for each student that was trained, and the state of the last one.
    assert len(list(tmp_path.glob("*.safetensors"))) == 2 * (1 if labels == "truth" else 2) + 1
    assert not np.array_equal(*found["wrong_teacher"].isel(loss_scale=0))
    assert labels == "teacher" or np.array_equal(*found["wrong_truth"].isel(loss_scale=0))


@pytest.mark.slow
def test_students_end_when_they_agree_with_their_targets(tmp_path):
    settings = replace(FEW, soft_ratios=[0.0, 1.0], steps=80, agreement=0.9)
    found = fit(settings, draw, *worlds(), tmp_path)
    assert np.all(found["steps"].sel(soft_ratio=0.0) < 80)
    never = fit(replace(settings, agreement=1.0), draw, *worlds(), tmp_path)
    assert np.all(found["steps"] <= never["steps"]) and np.any(found["steps"] < never["steps"])


def test_a_mirror_image_is_learnt_with_the_logits_of_the_mirror_image(tmp_path):
    dataset, logits = worlds()
    settings = replace(FEW, soft_ratios=[1.0], steps=80)
    # The teacher decides for class 0, of mirror images for class 1.
    logits["view_logits"][:] = 0.0
    logits["view_logits"][:, :, 0, :, 0] = logits["view_logits"][:, :, 1, :, 1] = 20.0
    np.testing.assert_array_less(0.7, fit(settings, draw, dataset, logits, tmp_path)["agreement"])


def test_the_loss_is_that_of_the_paper_written_out():
    rng = draw("loss")
    teachers, student, all_labels = rng.normal(0, 3, (2, 6, 4)), rng.normal(0, 3, (6, 4)), rng.integers(0, 4, (2, 6))
    indices, views = np.array([4, 1, 5]), np.array([0, 1, 1, 0, 1, 0])
    teacher, labels = (values[views, np.arange(6)] for values in (teachers, all_labels))

    def log_softmax(logits):
        return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))

    for soft_ratio in (0.0, 0.7, 1.0):
        soft = -np.sum(np.exp(log_softmax(teacher / 5)) * log_softmax(student / 5), axis=1)
        hard = -log_softmax(student)[np.arange(6), labels]
        expected = (soft_ratio * soft + (1 - soft_ratio) * hard)[indices].mean()
        for scale, divisor in {"raw": 1.0, "curvature": soft_ratio / 25 + 1 - soft_ratio}.items():
            loss = distillation_loss(teachers, all_labels, soft_ratio, 5.0, scale)
            found = loss(torch.tensor(student[indices]).float(), torch.tensor(indices), torch.tensor(views[indices]))
            np.testing.assert_allclose(float(found), expected / divisor, rtol=1e-5)


def test_the_loss_is_flat_at_the_effective_logits_whatever_its_scale():
    rng = draw("flat")
    teacher, labels = rng.normal(0, 3, (6, 4)), rng.integers(0, 4, 6)
    for scale in ("raw", "curvature"):
        logits = torch.tensor(effective_logits_multiclass(teacher, labels, 0.7, 5.0)).float().requires_grad_()
        loss = distillation_loss(teacher[None], labels[None], 0.7, 5.0, scale)
        loss(logits, torch.arange(6), torch.zeros(6, dtype=torch.int64)).backward()
        assert logits.grad.abs().max() < 1e-6


@pytest.mark.slow
def test_perfect_teachers_label_by_their_own_decision(tmp_path):
    settings = replace(FEW, classes=[2, 0], labels="teacher")
    dataset, logits = worlds()
    # On these classes the teacher always prefers class 0: hard labels that are the second of the pair throughout.
    for name in ("logits", "view_logits"):
        logits[name][..., 0] = 9.0
        logits[name][..., 2] = -9.0
    students = fit(replace(settings, steps=40), draw, dataset, logits, tmp_path)
    of_class_2 = ((dataset["part"] == 1) & (dataset["label"] == 2)).sum("sample")
    assert np.all(students["wrong_teacher"] == 0)
    assert np.all(students["wrong_truth"] == of_class_2) and np.all(of_class_2 > 0)
    assert np.all(students["agreement"] == 1)


def test_agreement_counts_the_decisions_of_the_effective_logits(tmp_path, monkeypatch):
    dataset, logits = worlds()
    monkeypatch.setattr(
        resnet, "predict_views", lambda network, images, kind: np.eye(3)[np.zeros((2, len(images)), int)]
    )
    found = fit(replace(FEW, soft_ratios=[0.0, 0.5, 1.0]), draw, dataset, logits, tmp_path)
    for place, world in enumerate(WORLDS):
        students, label = found.sel(world=world), dataset["label"].values[place].astype(int)
        chosen = np.flatnonzero((dataset["part"] == 0) & (label < 3))
        chosen = chosen[draw(world, 0, "transfer set").permutation(len(chosen))[:16]]
        labels, teacher = label[chosen], logits["view_logits"].values[2, place][:, chosen, :3]
        for soft_ratio in (0.5, 1.0):
            targets = [effective_logits_multiclass(of_view, labels, soft_ratio, 5.0) for of_view in teacher]
            expected = np.mean(np.argmax(targets, axis=-1) == 0)
            np.testing.assert_allclose(students["agreement"].sel(soft_ratio=soft_ratio).item(), expected)
        np.testing.assert_allclose(students["agreement"].sel(soft_ratio=0.0).item(), np.mean(labels == 0))


def test_what_targets_decide_is_the_class_of_the_effective_logits_and_the_label_without_soft_ones():
    rng = draw("decided")
    teacher, labels = rng.normal(0, 3, (2, 7, 4)), rng.integers(0, 4, (2, 7))
    np.testing.assert_array_equal(decided_by_targets(teacher, labels, 0.0, 5.0), labels)
    expected = [effective_logits_multiclass(*one, 0.6, 5.0).argmax(axis=1) for one in zip(teacher, labels, strict=True)]
    np.testing.assert_array_equal(decided_by_targets(teacher, labels, 0.6, 5.0), expected)


def test_every_size_may_take_the_same_steps():
    assert [epochs_of(16, n_train, 8) for n_train in (4, 8, 16, 30, 32)] == [16, 16, 8, 4, 4]
    with pytest.raises(ValueError, match="steps is 16, must be a multiple of 3"):
        epochs_of(16, 24, 8)


def test_too_few_images_and_logits_of_other_images_are_errors(tmp_path):
    dataset, logits = worlds()
    with pytest.raises(ValueError, match=r"n_train asks for 64 images; the dataset has \d+ to transfer"):
        fit(replace(FEW, n_train=[64]), draw, dataset, logits, tmp_path)
    with pytest.raises(ValueError, match="not those of the dataset"):
        fit(FEW, draw, dataset, logits.assign(sample_id=logits["sample_id"] + 1), tmp_path)


@pytest.mark.slow
def test_after_a_kill_finished_students_are_not_trained_again_and_the_result_is_the_same(tmp_path):
    settings = replace(FEW, soft_ratios=[0.0, 0.9], steps=80)
    dataset, logits = worlds()
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
