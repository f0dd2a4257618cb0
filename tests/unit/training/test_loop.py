from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator
from kdtheory.training import state as training_state
from kdtheory.training.loop import restore, train
from kdtheory.training.multilayer import MultilayerNetwork
from kdtheory.training.optimisation import Optimisation
from kdtheory.training.pixels import Standardise, Views, channel_statistics
from kdtheory.training.prediction import predict, predict_views
from kdtheory.training.resnet import ResNet

draw = partial(generator, 5, "training")
SETTINGS = Optimisation(learning_rate=0.1, batch_size=16, schedule="cosine", augmentation="flip_and_crop")
EPOCHS = (2, 5)


@pytest.fixture(scope="module")
def images():
    return draw("images").integers(0, 256, (40, 16, 16, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def loss():
    labels = torch.from_numpy(draw("labels").integers(0, 4, 40))
    return lambda logits, indices, _views: torch.nn.functional.cross_entropy(logits, labels[indices])


def network_of(images):
    return ResNet(
        Standardise(*channel_statistics(images)), width=8, blocks=[1, 1], n_classes=4, stem_stride=2, rng=draw("start")
    )


def trained(images, loss, state, settings=SETTINGS, draw=draw, network=None):
    network = network or network_of(images)
    result = train(network, images, loss, draw, settings, stopping_epochs=EPOCHS, state=state, identity={"seed": 5})
    return network, result.checkpoints


def assert_equal(checkpoints, others):
    assert set(checkpoints) == set(others)
    for epoch in checkpoints:
        for name, values in checkpoints[epoch].items():
            np.testing.assert_array_equal(values, others[epoch][name], err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_training_takes_the_steps_of_a_plain_loop(images, loss, tmp_path, optimiser):
    settings = replace(SETTINGS, optimiser=optimiser, weight_decay=0.01, learning_rate=0.01)
    network, _ = trained(images, loss, tmp_path / "state.safetensors", settings)
    plain, step = network_of(images), 0
    if optimiser == "sgd":
        chosen = torch.optim.SGD(plain.parameters(), lr=0.01, momentum=0.9, weight_decay=0.01)
    else:
        chosen = torch.optim.Adam(plain.parameters(), lr=0.01, weight_decay=0.01)
    for epoch in range(1, 6):
        order = draw("order", epoch).permutation(40)
        views = torch.from_numpy(draw("augmentation", epoch).integers(162, size=40))
        for start in (0, 16, 32):
            batch = torch.from_numpy(order[start : start + 16])
            chosen.param_groups[0]["lr"] = 0.01 * (1 + np.cos(np.pi * step / 15)) / 2
            chosen.zero_grad()
            pixels = torch.from_numpy(images)[batch]
            pixels = Views("flip_and_crop").shown(pixels, views[batch])
            loss(plain(pixels), batch, views[batch]).backward()
            chosen.step()
            step += 1
    np.testing.assert_allclose(predict(network, images), predict(plain, images), atol=2e-4)


@pytest.mark.slow
def test_training_that_was_cut_off_goes_on_to_the_same_bits(images, loss, tmp_path, monkeypatch):
    monkeypatch.setattr(training_state, "SECONDS_BETWEEN_SAVES", 0.0)
    for optimiser in ("sgd", "adam"):
        settings = replace(SETTINGS, optimiser=optimiser, learning_rate=0.01)
        state = tmp_path / f"{optimiser}.safetensors"

        def cut_off_in(epoch):
            def failing_draw(*key):
                if key == ("order", epoch):
                    raise KeyboardInterrupt
                return draw(*key)

            return failing_draw

        for epoch in (2, 4):
            with pytest.raises(KeyboardInterrupt):
                trained(images, loss, state, settings, cut_off_in(epoch))
            assert storage.read(state)["epoch"].item() == epoch - 1
        _, resumed = trained(images, loss, state, settings)
        _, whole = trained(images, loss, tmp_path / "whole.safetensors", settings)
        assert_equal(resumed, whole)


def test_a_state_of_other_settings_is_not_used(images, loss, tmp_path):
    state = tmp_path / "state.safetensors"
    trained(images, loss, state, replace(SETTINGS, learning_rate=0.02))
    _, again = trained(images, loss, state)
    _, fresh = trained(images, loss, tmp_path / "fresh.safetensors")
    assert_equal(again, fresh)


def test_a_checkpoint_restores_the_network_with_its_statistics(images, loss, tmp_path):
    network, checkpoints = trained(images, loss, tmp_path / "state.safetensors")
    storage.write(checkpoints[5], tmp_path / "epoch-5.safetensors", {})
    other = ResNet(Standardise([0] * 3, [1] * 3), width=8, blocks=[1, 1], n_classes=4, stem_stride=2, rng=draw("other"))
    restore(other, storage.read(tmp_path / "epoch-5.safetensors"))
    np.testing.assert_array_equal(predict(other, images), predict(network, images))


def test_a_diverging_loss_is_an_error_that_names_epoch_and_learning_rate(images, loss, tmp_path):
    with pytest.raises(RuntimeError, match=r"not finite in epoch 1 at learning rate 1e\+30"):
        trained(images, loss, tmp_path / "state.safetensors", replace(SETTINGS, learning_rate=1e30))


def until_agreement(images, loss, targets, state, draw=draw):
    settings = replace(SETTINGS, schedule="until_agreement", agreement=0.9, augmentation="flip", learning_rate=0.05)
    network = network_of(images)
    result = train(
        network, images, loss, draw, settings, stopping_epochs=[30], state=state, identity={}, targets=targets
    )
    return result, network


@pytest.fixture(scope="module")
def targets(loss):
    return np.tile(draw("labels").integers(0, 4, 40), (2, 1))


@pytest.mark.slow
def test_a_network_that_agrees_with_its_targets_ends_early_and_one_that_does_not_at_the_last_epoch(
    images, loss, targets, tmp_path
):
    ended, network = until_agreement(images, loss, targets, tmp_path / "one.safetensors")
    assert ended.steps < 90 and ended.steps % 3 == 0
    assert np.mean(predict_views(network, images, "flip").argmax(axis=-1) == targets) > 0.8
    # No class is the fifth of four.
    full, _ = until_agreement(images, loss, targets + 4, tmp_path / "two.safetensors")
    assert full.steps == 90


@pytest.mark.slow
def test_training_until_agreement_that_was_cut_off_goes_on_to_the_same_bits(
    images, loss, targets, tmp_path, monkeypatch
):
    monkeypatch.setattr(training_state, "SECONDS_BETWEEN_SAVES", 0.0)
    whole, one = until_agreement(images, loss, targets, tmp_path / "whole.safetensors")
    last = whole.steps // 3

    def cut_off(*key):
        # Within the fall of the learning rate.
        if key == ("order", last):
            raise KeyboardInterrupt
        return draw(*key)

    state = tmp_path / "state.safetensors"
    with pytest.raises(KeyboardInterrupt):
        until_agreement(images, loss, targets, state, cut_off)
    assert storage.read(state)["epoch"].item() == last - 1
    resumed, two = until_agreement(images, loss, targets, state)
    assert resumed.steps == whole.steps
    np.testing.assert_array_equal(predict(one, images), predict(two, images))


@pytest.mark.parametrize("key", ["optimiser", "schedule", "precision"])
def test_an_unknown_choice_is_an_error_that_lists_the_allowed_ones(key):
    with pytest.raises(ValueError, match=f"{key} is 'best'; allowed are"):
        replace(SETTINGS, **{key: "best"})


def test_the_plain_network_learns_what_a_few_images_show(images, loss, tmp_path):
    statistics = Standardise(images.mean(axis=0), images.std())
    network = MultilayerNetwork(statistics, n_inputs=768, hidden_layers=2, width=32, n_classes=4, rng=draw("start"))
    settings = Optimisation(learning_rate=0.01, batch_size=8, optimiser="adam")
    network, _ = trained(images, loss, tmp_path / "state.safetensors", settings, network=network)
    with torch.no_grad():
        assert float(loss(torch.from_numpy(predict(network, images)), torch.arange(40), None)) < 0.1
