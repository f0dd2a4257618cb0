"""Teachers of images: networks trained on a dataset's teacher images, one for each seed, and their logits."""

from dataclasses import asdict
from functools import partial

import numpy as np
import torch
import xarray as xr

from kdtheory.jobs import storage
from kdtheory.tasks.parts import Part
from kdtheory.teachers.checkpoints import at_epochs, joined
from kdtheory.training.devices import configure_torch
from kdtheory.training.loop import predict, restore, train


def train_on_images(settings, draw, dataset, state, build, optimisation):
    """Train one network for each seed on hard labels, all on the same images, to the last stopping epoch.

    Parameters
    ----------
    settings : Settings
        Of a teacher of images: has ``seeds`` and ``stopping_epochs``.
    draw : callable
        ``draw(*key)`` gives the random generator of a piece of the work.
    dataset : xarray.Dataset
        As `kdtheory.tasks.cifar10.build` makes it.
    state : pathlib.Path
        Folder of the states, one for each seed, from which training resumes after a kill.
    build : callable
        ``build(settings, images, rng)``: the network at its initial weights, for training images (n, height, width,
        channel), with ``rng`` drawing the weights.
    optimisation : kdtheory.training.loop.Optimisation

    Returns
    -------
    dict
        For each stopping epoch (`kdtheory.teachers.checkpoints`): the networks' weights and buffers by name, with a
        leading axis of seeds.
    """
    images, labels = _training_images(dataset)
    labels = torch.from_numpy(labels.astype(np.int64)).to(configure_torch())

    def loss(logits, indices):
        return torch.nn.functional.cross_entropy(logits, labels[indices])

    networks = []
    for seed in range(settings.seeds):
        draw_of_seed = partial(draw, seed)
        trained = train(
            build(settings, images, draw_of_seed("start")),
            images,
            loss,
            draw_of_seed,
            optimisation,
            stopping_epochs=settings.stopping_epochs,
            state=state / f"{seed}.safetensors",
            identity={
                **asdict(settings),
                "draw": int(draw_of_seed("identity").integers(2**62)),
                "dataset": storage.data_digest(dataset),
            },
        )
        networks.append(trained.checkpoints)
    return joined({epoch: _stacked([network[epoch] for network in networks]) for epoch in settings.stopping_epochs})


def export_logits(settings, draw, dataset, checkpoints, build):
    """Compute the logits of every seed's network at every stopping epoch, and its accuracy on the test images.

    Parameters
    ----------
    settings, draw, dataset, build
        As for `train_on_images`.
    checkpoints : dict
        What `train_on_images` returned.

    Returns
    -------
    xarray.Dataset
        ``logits(stopping_epoch, teacher, sample, class)``, float32; ``teacher_accuracy(teacher, stopping_epoch)``.
    """
    network = build(settings, _training_images(dataset)[0], draw("start"))
    pixels, test = dataset["pixels"].values, dataset["part"].values == Part.TEST
    kept, logits = at_epochs(checkpoints, settings.stopping_epochs), []
    for checkpoint in kept:
        for seed in range(settings.seeds):
            restore(network, {name: values[seed] for name, values in checkpoint.items()})
            logits.append(predict(network, pixels))
    logits = np.stack(logits).reshape(len(kept), settings.seeds, *logits[0].shape)
    right = logits[:, :, test].argmax(axis=-1) == dataset["label"].values[test]
    return xr.Dataset(
        {
            "logits": (("stopping_epoch", "teacher", "sample", "class"), logits),
            "teacher_accuracy": (("teacher", "stopping_epoch"), right.mean(axis=-1).T),
            "sample_id": dataset["sample_id"],
        },
        coords={"stopping_epoch": settings.stopping_epochs, "teacher": np.arange(settings.seeds)},
    )


def _training_images(dataset):
    taught = dataset["part"].values == Part.TEACHER
    return dataset["pixels"].values[taught], dataset["label"].values[taught]


def _stacked(checkpoints):
    return {name: np.stack([checkpoint[name] for checkpoint in checkpoints]) for name in checkpoints[0]}
