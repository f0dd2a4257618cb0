"""Teachers of images: networks trained on each world's teacher images, one for each world, and their logits."""

from dataclasses import asdict
from functools import partial

import numpy as np
import torch
import xarray as xr

from kdtheory.jobs import storage
from kdtheory.tasks.parts import Part
from kdtheory.teachers.checkpoints import at_epochs, joined
from kdtheory.training.devices import configure_torch
from kdtheory.training.loop import restore, train
from kdtheory.training.prediction import predict, predict_views


def train_on_images(settings, draw, dataset, state, build, optimisation):
    """Train one network for each world on hard labels of its own images, to the last stopping epoch.

    Parameters
    ----------
    settings : Settings
        Of a teacher of images: has ``stopping_epochs``.
    draw : callable
        ``draw(*key)`` gives the random generator of a piece of the work.
    dataset : xarray.Dataset
        As `kdtheory.tasks.cifar10.build` makes it.
    state : pathlib.Path
        Folder of the states, one for each world, from which training resumes after a kill.
    build : callable
        ``build(settings, images, rng)``: the network at its initial weights, for training images (n, height, width,
        channel), with ``rng`` drawing the weights.
    optimisation : kdtheory.training.loop.Optimisation

    Returns
    -------
    dict
        For each stopping epoch (`kdtheory.teachers.checkpoints`): the networks' weights and buffers by name, with a
        leading axis of worlds.
    """
    digest, networks = storage.data_digest(dataset), []
    for world in dataset["world"].values.tolist():
        draw_of_world = partial(draw, world)
        images, labels = _training_images(dataset.sel(world=world))
        trained = train(
            build(settings, images, draw_of_world("start")),
            images,
            _cross_entropy(labels),
            draw_of_world,
            optimisation,
            stopping_epochs=settings.stopping_epochs,
            state=state / f"{world}.safetensors",
            identity={
                **asdict(settings),
                "draw": int(draw_of_world("identity").integers(2**62)),
                "dataset": digest,
            },
        )
        networks.append(trained.checkpoints)
    return joined({epoch: _stacked([network[epoch] for network in networks]) for epoch in settings.stopping_epochs})


def export_logits(settings, draw, dataset, checkpoints, build, views="none"):
    """Compute the logits of every world's network at every stopping epoch, and its error on the test images.

    Parameters
    ----------
    settings, draw, dataset, build
        As for `train_on_images`.
    checkpoints : dict
        What `train_on_images` returned.
    views : str
        Kind of `kdtheory.training.pixels.Views` that students see of the transfer images.

    Returns
    -------
    xarray.Dataset
        ``logits(stopping_epoch, world, sample, class)``, float32; ``teacher_error(world, stopping_epoch)``, the share
        of the world's test images on which the teacher decides for another class than the true one. With more views
        than the image itself, ``view_logits(stopping_epoch, world, view, transfer_image, class)`` of the transfer
        images in their order, and the attribute ``views``, their kind.
    """
    worlds, kept = dataset["world"].values, at_epochs(checkpoints, settings.stopping_epochs)
    test, transfer = (dataset["part"].values == part for part in (Part.TEST, Part.TRANSFER))
    logits, error, seen = [], [], []
    for place, world in enumerate(worlds.tolist()):
        here = dataset.sel(world=world)
        network = build(settings, _training_images(here)[0], draw(world, "start"))
        pixels, label = here["pixels"].values, here["label"].values
        for checkpoint in kept:
            restore(network, {name: values[place] for name, values in checkpoint.items()})
            logits.append(predict(network, pixels))
            error.append(np.mean(logits[-1][test].argmax(axis=-1) != label[test]))
            seen.append(predict_views(network, pixels[transfer], views))
    shape = len(worlds), len(kept)

    def by_epoch(values):
        return np.stack(values).reshape(*shape, *values[0].shape).swapaxes(0, 1)

    exported = xr.Dataset(
        {
            "logits": (("stopping_epoch", "world", "sample", "class"), by_epoch(logits)),
            "teacher_error": (("world", "stopping_epoch"), np.reshape(error, shape)),
            "sample_id": dataset["sample_id"],
        },
        coords={"stopping_epoch": settings.stopping_epochs, "world": worlds},
    )
    if views == "none":
        return exported
    dims = ("stopping_epoch", "world", "view", "transfer_image", "class")
    return exported.assign(view_logits=(dims, by_epoch(seen))).assign_attrs(views=views)


def _cross_entropy(labels):
    """The loss of logits on hard labels, at the indices of the images."""
    labels = torch.from_numpy(labels.astype(np.int64)).to(configure_torch())

    def loss(logits, indices, _views):
        return torch.nn.functional.cross_entropy(logits, labels[indices])

    return loss


def _training_images(world):
    taught = world["part"].values == Part.TEACHER
    return world["pixels"].values[taught], world["label"].values[taught]


def _stacked(checkpoints):
    return {name: np.stack([checkpoint[name] for checkpoint in checkpoints]) for name in checkpoints[0]}
