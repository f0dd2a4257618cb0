import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from functools import partial

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator
from kdtheory.tasks import boundary
from kdtheory.tasks.boundary_function import truth_of
from kdtheory.teachers import network, truth
from kdtheory.teachers.checkpoints import at_epochs, joined
from kdtheory.training import stacked as training
from kdtheory.training import state as training_state

pytest.importorskip("torch")
draw = partial(generator, 3, "teacher")
SETTINGS = network.Settings(
    hidden_layers=2, width=8, learning_rate=0.01, batch_size=16, train_points=40, test_points=500,
    stopping_epochs=[1, 3, 6],
)  # fmt: skip


@pytest.fixture(scope="module")
def dataset():
    return worlds(2)


def worlds(count, first_world=0):
    settings = boundary.Settings(
        2, 6, 0.6, 0.15, n_points=20, n_test=10, n_oracle=5, worlds=count, runs=2, first_world=first_world
    )
    return boundary.build(settings, partial(generator, 3, "data"))


@pytest.fixture(scope="module")
def trained(dataset, tmp_path_factory):
    return train(SETTINGS, dataset, tmp_path_factory.mktemp("trained"))


def train(settings, dataset, state, draw=draw):
    """The checkpoints by stopping epoch."""
    epochs = settings.stopping_epochs
    return dict(zip(epochs, at_epochs(network.train(settings, draw, dataset, state), epochs), strict=True))


def adam_in_numpy(parameters, inputs, labels, orders, epochs, learning_rate, batch_size):
    """One network, plain loops, double precision."""
    parameters = {name: values.copy() for name, values in parameters.items()}
    depth = len(parameters) // 2
    first = {name: np.zeros_like(values) for name, values in parameters.items()}
    second = {name: np.zeros_like(values) for name, values in parameters.items()}
    step = 0
    for epoch in range(1, epochs + 1):
        for start in range(0, len(inputs), batch_size):
            batch = orders(epoch)[start : start + batch_size]
            layers = [inputs[batch]]
            for layer in range(depth):
                hidden = layers[-1] @ parameters[f"weight_{layer}"] + parameters[f"bias_{layer}"]
                layers.append(np.maximum(hidden, 0) if layer < depth - 1 else hidden)
            gradient = (1 / (1 + np.exp(-layers[-1])) - labels[batch, None]) / len(batch)
            gradients = {}
            for layer in reversed(range(depth)):
                gradients[f"weight_{layer}"] = layers[layer].T @ gradient
                gradients[f"bias_{layer}"] = gradient.sum(axis=0)
                gradient = (gradient @ parameters[f"weight_{layer}"].T) * (layers[layer] > 0)
            step += 1
            for name, values in gradients.items():
                first[name] = 0.9 * first[name] + 0.1 * values
                second[name] = 0.999 * second[name] + 0.001 * values**2
                mean, square = first[name] / (1 - 0.9**step), second[name] / (1 - 0.999**step)
                parameters[name] -= learning_rate * mean / (np.sqrt(square) + 1e-8)
    return parameters


def test_each_network_is_trained_as_if_it_were_alone_by_plain_adam(dataset, trained):
    for world in range(2):
        inputs = draw(world, "points").uniform(-1, 1, (40, 2))
        labels = truth_of(dataset, world)(inputs) > 0
        start = training.initial_parameters(draw(world, "start"), [2, 8, 8, 1])
        orders = lambda epoch, world=world: draw(world, "order", epoch).permutation(40)  # noqa: E731
        for epoch in (1, 3):
            alone = adam_in_numpy(start, inputs, labels, orders, epoch, 0.01, 16)
            for name, values in alone.items():
                # Single precision: Adam divides tiny gradients by tiny roots.
                np.testing.assert_allclose(trained[epoch][name][world], values, atol=2e-4)


def test_the_test_error_is_that_on_fresh_points_of_the_world(dataset, trained):
    points = np.stack([draw(world, "test").uniform(-1, 1, (500, 2)) for world in range(2)])
    truths = np.stack([truth_of(dataset, world)(points[world]) for world in range(2)])
    wrong = (training.logits_of(trained[6], points) > 0) != (truths > 0)
    np.testing.assert_array_equal(trained[6]["test_error"], wrong.mean(axis=1))
    # The other world's truth would not do.
    assert not np.allclose(truths[0], truth_of(dataset, 1)(points[0]))


def test_a_world_depends_on_the_size_of_its_batch_alone(tmp_path):
    settings = replace(SETTINGS, stopping_epochs=[1, 3])
    batches = [worlds(2), worlds(2, first_world=1)]
    one, other = (train(settings, batch, tmp_path / str(index)) for index, batch in enumerate(batches))
    exported = [
        network.export(settings, draw, batch, joined(kept)) for batch, kept in zip(batches, (one, other), strict=True)
    ]
    for epoch in (1, 3):
        for name, values in one[epoch].items():
            np.testing.assert_array_equal(values[1], other[epoch][name][0])
    xr.testing.assert_identical(exported[0].sel(world=1), exported[1].sel(world=1))


def test_logits_are_those_of_the_network_layer_by_layer(trained, dataset):
    checkpoint, points = trained[6], dataset["inputs"].values
    logits = training.logits_of(checkpoint, points)
    for world in range(2):
        hidden = points[world].reshape(-1, 2)
        for layer in range(3):
            hidden = hidden @ checkpoint[f"weight_{layer}"][world].astype(float) + checkpoint[f"bias_{layer}"][world]
            hidden = np.maximum(hidden, 0) if layer < 2 else hidden
        np.testing.assert_allclose(logits[world].ravel(), hidden[:, 0], rtol=1e-12)


def test_export_stacks_epochs_and_keeps_the_test_errors(dataset, trained):
    exported = network.export(SETTINGS, draw, dataset, joined(trained))
    assert exported["logits"].dims == ("stopping_epoch", "world", "run", "sample")
    np.testing.assert_array_equal(exported["sample_id"], dataset["sample_id"])
    for epoch in (1, 3, 6):
        expected = training.logits_of(trained[epoch], dataset["inputs"].values)
        np.testing.assert_array_equal(exported["logits"].sel(stopping_epoch=epoch), expected)
        np.testing.assert_array_equal(exported["teacher_error"].sel(stopping_epoch=epoch), trained[epoch]["test_error"])


@pytest.mark.slow
def test_a_longer_training_of_a_larger_network_gets_better(dataset, tmp_path):
    settings = replace(SETTINGS, width=32, train_points=1000, stopping_epochs=[1, 20])
    trained = train(settings, dataset, tmp_path / "state")
    assert np.all(trained[20]["test_error"] < trained[1]["test_error"])
    assert np.all(trained[20]["test_error"] < 0.06)


def test_training_that_was_cut_off_goes_on_to_the_same_bits(dataset, trained, tmp_path, monkeypatch):
    monkeypatch.setattr(training_state, "SECONDS_BETWEEN_SAVES", 0.0)
    state = tmp_path / "state"

    def cut_off_in(epoch):
        def failing_draw(*key):
            if key[1:] == ("order", epoch):
                raise KeyboardInterrupt
            return draw(*key)

        return failing_draw

    for epoch in (2, 5):
        with pytest.raises(KeyboardInterrupt):
            train(SETTINGS, dataset, state, cut_off_in(epoch))
        assert storage.read(state / "networks.safetensors")["epoch"].item() == epoch - 1
    resumed = train(SETTINGS, dataset, state)
    for epoch, checkpoint in trained.items():
        for name, values in checkpoint.items():
            np.testing.assert_array_equal(resumed[epoch][name], values)


def test_a_state_of_other_settings_is_not_used(dataset, trained, tmp_path):
    state = tmp_path / "state"
    train(replace(SETTINGS, learning_rate=0.02), dataset, state)
    again = train(SETTINGS, dataset, state)
    np.testing.assert_array_equal(again[6]["weight_0"], trained[6]["weight_0"])


def test_a_diverging_loss_is_an_error_that_names_epoch_and_learning_rate(dataset, tmp_path):
    with pytest.raises(RuntimeError, match=r"not finite in epoch 1 at learning rate 1e\+30"):
        train(replace(SETTINGS, learning_rate=1e30), dataset, tmp_path / "state")


@pytest.mark.slow
def test_after_a_kill_the_command_makes_the_same_checkpoints(dataset, tmp_path):
    settings = replace(SETTINGS, width=32, train_points=400, stopping_epochs=[1, 40])
    storage.write(dataset, tmp_path / "data.nc", {})
    (tmp_path / "settings.json").write_text(json.dumps(asdict(settings)))
    folder = tmp_path / "killed"
    command = [
        sys.executable, "-m", "kdtheory.teachers.network", "train", "--key", "teacher", "--seed", "3",
        "--settings", str(tmp_path / "settings.json"), "--dataset", str(tmp_path / "data.nc"),
        "--output", str(folder / "checkpoints.safetensors"),
    ]  # fmt: skip
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while not (folder / ".checkpoints.training" / "networks.safetensors").exists():
        assert running.poll() is None, "it ended before it could be killed"
        time.sleep(0.001)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert [path.name for path in folder.iterdir()] == [".checkpoints.training"]

    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoints.safetensors"]
    whole, resumed = network.train(settings, draw, dataset, tmp_path / "state"), storage.read(*folder.iterdir())
    assert resumed.keys() == whole.keys()
    for name, values in whole.items():
        np.testing.assert_array_equal(resumed[name], values)


def test_the_truth_as_a_teacher_is_in_units_of_its_spread(dataset):
    exported = truth.export(truth.Settings(scale=10.0), draw, dataset)
    assert exported["logits"].dims == ("stopping_epoch", "world", "run", "sample")
    np.testing.assert_allclose(exported["logits"][0], 10 * dataset["truth"] / dataset["truth_std"])


def test_functions_of_a_dataset_are_exported_as_they_are(dataset):
    functions = dataset.assign(
        function=(("target", "world", "run", "sample"), np.random.default_rng(0).random((3, 2, 2, 35)))
    )
    exported = truth.export(truth.Settings(scale=1.0), draw, functions)
    np.testing.assert_array_equal(exported["logits"].isel(stopping_epoch=0), functions["function"])
