import numpy as np
import pytest
import torch

from kdtheory.training.devices import configure_torch, device_name


def test_the_cpu_is_chosen_when_asked_for(monkeypatch):
    monkeypatch.setenv("KDTHEORY_DEVICE", "cpu")
    assert configure_torch() == torch.device("cpu")
    assert device_name() == "cpu"
    assert torch.get_num_threads() == 1
    assert torch.are_deterministic_algorithms_enabled()


def test_an_unknown_device_is_an_error(monkeypatch):
    monkeypatch.setenv("KDTHEORY_DEVICE", "tpu")
    with pytest.raises(ValueError, match="KDTHEORY_DEVICE is 'tpu'; allowed are auto, cpu and gpu"):
        configure_torch()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_an_error_and_auto_does_without(monkeypatch):
    monkeypatch.setenv("KDTHEORY_DEVICE", "gpu")
    with pytest.raises(RuntimeError, match="torch finds no GPU; use auto or cpu"):
        configure_torch()
    monkeypatch.setenv("KDTHEORY_DEVICE", "auto")
    assert configure_torch() == torch.device("cpu")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_training_on_a_gpu_learns_and_repeats_itself(tmp_path, precision):
    from functools import partial

    from kdtheory.jobs.seeds import generator
    from kdtheory.training.loop import train
    from kdtheory.training.optimisation import Optimisation
    from kdtheory.training.pixels import Standardise, channel_statistics
    from kdtheory.training.prediction import predict
    from kdtheory.training.resnet import ResNet

    draw = partial(generator, 1)
    labels = np.arange(64) % 2
    images = (draw("images").integers(0, 128, (64, 16, 16, 3)) + 100 * labels[:, None, None, None]).astype(np.uint8)
    target = torch.from_numpy(labels).cuda()
    found = []
    for attempt in range(2):
        standardise = Standardise(*channel_statistics(images))
        network = ResNet(standardise, width=8, blocks=[1, 1], n_classes=2, stem_stride=2, rng=draw("start"))
        train(
            network, images, lambda z, i, _: torch.nn.functional.cross_entropy(z, target[i]), draw,
            Optimisation(0.05, 16, augmentation="flip_and_crop", precision=precision),
            stopping_epochs=[10], state=tmp_path / f"{attempt}.safetensors", identity={},
        )  # fmt: skip
        found.append(predict(network, images))
    np.testing.assert_array_equal(*found)
    assert np.mean(found[0].argmax(axis=1) == labels) == 1
