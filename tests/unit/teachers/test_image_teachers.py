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
from kdtheory.tasks.parts import Part, codes
from kdtheory.teachers import image_mlp, resnet
from kdtheory.training import state as training_state
from kdtheory.training.pixels import Views

draw = partial(generator, 3, "teacher")
MLP = image_mlp.Settings(hidden_layers=2, width=16, learning_rate=0.01, batch_size=16, stopping_epochs=[1, 4])
RESNET = resnet.Settings(
    width=8, blocks=[1, 1], stem_stride=2, learning_rate=0.1, momentum=0.9, weight_decay=5e-4, batch_size=16,
    precision="float32", stopping_epochs=[1, 5], views="flip_and_coarse_crop",
)  # fmt: skip
KINDS = pytest.mark.parametrize(("kind", "settings"), [(image_mlp, MLP), (resnet, RESNET)], ids=["mlp", "resnet"])


WORLDS = [4, 5]


@pytest.fixture(scope="module")
def dataset():
    """Two worlds of images of ten brightnesses and colours with noise: easy to learn, 64 for the teacher."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, 10, (2, 120))
    colours = rng.uniform(40, 215, (10, 3))
    pixels = colours[label][:, :, None, None] + rng.normal(0, 20, (2, 120, 32, 32, 3))
    return xr.Dataset(
        {
            "pixels": (("world", "sample", "row", "column", "channel"), pixels.clip(0, 255).astype(np.uint8)),
            "label": (("world", "sample"), label.astype(np.uint8)),
            "part": ("sample", codes({Part.TRANSFER: 16, Part.TEST: 40, Part.TEACHER: 64})),
            "sample_id": (("world", "sample"), rng.permutation(240).reshape(2, 120)),
        },
        coords={"world": WORLDS},
    )


@pytest.fixture(scope="module")
def trained(dataset, tmp_path_factory):
    return {
        kind: kind.train(settings, draw, dataset, tmp_path_factory.mktemp("state"))
        for kind, settings in ((image_mlp, MLP), (resnet, RESNET))
    }


def assert_equal_checkpoints(found, expected):
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)


@pytest.mark.slow
@KINDS
def test_later_teachers_are_better_and_errors_are_those_of_the_exported_logits(dataset, trained, kind, settings):
    exported = kind.export(settings, draw, dataset, trained[kind])
    assert exported["logits"].dims == ("stopping_epoch", "world", "sample", "class")
    assert exported["logits"].shape == (2, 2, 120, 10) and exported["logits"].dtype == np.float32
    np.testing.assert_array_equal(exported["sample_id"], dataset["sample_id"])
    assert exported["world"].values.tolist() == WORLDS
    test = dataset["part"] == Part.TEST
    wrong = (exported["logits"].argmax("class") != dataset["label"]).where(test, drop=True).mean("sample")
    xr.testing.assert_allclose(exported["teacher_error"], wrong.transpose("world", "stopping_epoch"))
    first, last = exported["teacher_error"].mean("world")
    assert last < min(first, 0.7)


@pytest.mark.slow
def test_a_residual_teacher_exports_the_logits_of_all_views_of_the_transfer_images(dataset, trained):
    exported = resnet.export(RESNET, draw, dataset, trained[resnet])
    assert exported.attrs["views"] == "flip_and_coarse_crop"
    assert exported["view_logits"].dims == ("stopping_epoch", "world", "view", "transfer_image", "class")
    assert exported["view_logits"].shape == (2, 2, 18, 16, 10)
    transfer = exported["logits"].isel(sample=dataset["part"].values == Part.TRANSFER)
    np.testing.assert_allclose(exported["view_logits"].isel(view=0), transfer, atol=1e-5)
    views = Views("flip_and_coarse_crop")
    for view in (9, 13):
        shown = dataset["pixels"].isel(world=1).values[:16]
        seen = views.shown(torch.from_numpy(shown), torch.full((16,), view)).numpy()
        moved = dataset.copy(deep=True)
        moved["pixels"][1, :16] = seen
        again = resnet.export(RESNET, draw, moved, trained[resnet])["logits"]
        found = exported["view_logits"].isel(world=1, view=view)
        np.testing.assert_allclose(found, again.isel(world=1)[:, :16], atol=1e-5)
    assert "view_logits" not in image_mlp.export(MLP, draw, dataset, trained[image_mlp])


def test_the_logits_of_a_multilayer_teacher_are_those_of_plain_layers_on_standardised_pixels(dataset, trained):
    exported = image_mlp.export(MLP, draw, dataset, trained[image_mlp])
    for place, world in enumerate(WORLDS):
        pixels = dataset["pixels"].sel(world=world).values / 255
        taught = pixels[dataset["part"].values == Part.TEACHER]
        deviation = np.sqrt(np.mean((taught - taught.mean(axis=0)) ** 2))
        hidden = ((pixels - taught.mean(axis=0)) / deviation).reshape(120, -1)
        for layer in (2, 4, 6):
            weight, bias = (trained[image_mlp][f"epoch-4/{layer}.{part}"][place] for part in ("weight", "bias"))
            hidden = hidden @ weight.T.astype(float) + bias
            hidden = np.maximum(hidden, 0) if layer < 6 else hidden
        np.testing.assert_allclose(exported["logits"].sel(stopping_epoch=4, world=world), hidden, atol=2e-4)


def test_a_multilayer_teacher_is_trained_by_adam_on_the_cross_entropy_of_its_own_images(dataset, trained):
    taught, own = dataset["part"].values == Part.TEACHER, dataset.sel(world=WORLDS[1])
    images, labels = own["pixels"].values[taught], torch.as_tensor(own["label"].values[taught].astype(int))
    network = image_mlp._network(MLP, images, draw(WORLDS[1], "start"))
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    for batch in torch.as_tensor(draw(WORLDS[1], "order", 1).permutation(64)).split(16):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(network(torch.as_tensor(images)[batch]), labels[batch]).backward()
        optimiser.step()
    for name, values in network.state_dict().items():
        np.testing.assert_allclose(trained[image_mlp][f"epoch-1/{name}"][1], values.numpy(), atol=1e-5)


def test_checkpoints_hold_the_running_statistics_of_batch_normalisation(dataset, trained):
    early, late = (trained[resnet][f"epoch-{epoch}/stem_norm.running_var"] for epoch in (1, 5))
    assert early.shape == (2, 8) and not np.allclose(early, late)
    np.testing.assert_array_equal(trained[resnet]["epoch-5/stem_norm.num_batches_tracked"], [20, 20])


def test_worlds_differ_and_none_depends_on_the_others_of_its_batch(dataset, trained, tmp_path):
    first, second = trained[resnet]["epoch-5/stem.weight"]
    assert not np.array_equal(first, second)
    alone = resnet.train(RESNET, draw, dataset.isel(world=[1]), tmp_path)
    np.testing.assert_array_equal(alone["epoch-5/stem.weight"], [second])


@pytest.mark.slow
@KINDS
def test_training_that_is_cut_off_within_an_epoch_goes_on_to_the_same_bits(
    dataset, trained, kind, settings, tmp_path, monkeypatch
):
    monkeypatch.setattr(training_state, "SECONDS_BETWEEN_SAVES", 0.0)
    steps, plain = [], torch.nn.functional.cross_entropy

    def cut_off_in_the_third_epoch_of_the_second_world(*arguments):
        steps.append(1)
        if len(steps) == 4 * settings.stopping_epochs[-1] + 10:
            raise KeyboardInterrupt
        return plain(*arguments)

    monkeypatch.setattr(torch.nn.functional, "cross_entropy", cut_off_in_the_third_epoch_of_the_second_world)
    with pytest.raises(KeyboardInterrupt):
        kind.train(settings, draw, dataset, tmp_path)
    assert storage.read(tmp_path / "5.safetensors")["epoch"].item() == 2
    assert_equal_checkpoints(kind.train(settings, draw, dataset, tmp_path), trained[kind])
    assert len(steps) == 4 * 2 * settings.stopping_epochs[-1] + 2, "what was learned is not learned again"


@pytest.mark.slow
def test_after_a_kill_the_command_makes_the_same_checkpoints_and_leaves_no_state(dataset, tmp_path):
    settings, dataset = replace(RESNET, stopping_epochs=[1, 25]), dataset.isel(world=[0])
    storage.write(dataset, tmp_path / "data.nc", {})
    (tmp_path / "settings.json").write_text(json.dumps(asdict(settings)))
    folder = tmp_path / "killed"
    command = [
        sys.executable, "-m", "kdtheory.teachers.resnet", "train", "--key", "teacher", "--seed", "3",
        "--settings", str(tmp_path / "settings.json"), "--dataset", str(tmp_path / "data.nc"),
        "--output", str(folder / "checkpoints.safetensors"),
    ]  # fmt: skip
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while not (folder / ".checkpoints.training" / "4.safetensors").exists():
        assert running.poll() is None, "it ended before it could be killed"
        time.sleep(0.001)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert [path.name for path in folder.iterdir()] == [".checkpoints.training"]

    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoints.safetensors"]
    assert_equal_checkpoints(storage.read(*folder.iterdir()), resnet.train(settings, draw, dataset, tmp_path / "whole"))
