"""Residual students of a residual teacher, trained by gradient descent on the distillation loss (JZ20 Sec. 5).

Students of one run share initialisation, transfer set, order and views, whatever their soft ratio, loss scale and the
stopping epoch of their teacher, so that differences between them are due to these alone. A student that sees an image
mirrored or cropped learns from the teacher's logits of that very view.
"""

import hashlib
import json
import logging
import math
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from kdtheory.jobs import storage
from kdtheory.jobs.command import run_stage
from kdtheory.students.distillation_loss import decided_by_targets, distillation_loss
from kdtheory.students.steps import epochs_of
from kdtheory.students.teacher_logits import aligned, selected
from kdtheory.tasks.parts import Part
from kdtheory.training.devices import device_name
from kdtheory.training.loop import train
from kdtheory.training.optimisation import Optimisation
from kdtheory.training.pixels import Standardise, channel_statistics
from kdtheory.training.prediction import predict, predict_views
from kdtheory.training.resnet import ResNet

_log = logging.getLogger(__name__)

# What the students of a world differ in, with the setting that lists or counts its values.
_VARIED = {
    "stopping_epoch": "stopping_epochs",
    "loss_scale": "loss_scales",
    "soft_ratio": "soft_ratios",
    "n_train": "n_train",
    "run": "runs",
}


@dataclass(frozen=True)
class Settings:
    """Settings of a cell of residual students (docs/options.md)."""

    classes: list
    labels: str
    soft_ratios: list
    temperature: float
    loss_scales: list
    stopping_epochs: list
    n_train: list
    runs: int
    width: int
    blocks: list
    stem_stride: int
    steps: int
    agreement: float
    batch_size: int
    learning_rate: float
    momentum: float
    precision: str


class Images(NamedTuple):
    """Images of one world and of the chosen classes, which count from 0 in the order of the settings.

    Attributes
    ----------
    pixels : array of uint8, shape (n, height, width, channel)
    labels : array of int, shape (n,)
        The true classes.
    teacher_logits : array, shape (stopping epochs, views, n, classes)
        Of the test images, in the one view that is the image itself.
    """

    pixels: np.ndarray
    labels: np.ndarray
    teacher_logits: np.ndarray


def fit(settings: Settings, draw, dataset, logits, state: Path):
    """Train the residual students of a cell, each from the start of its world and run until it agrees with its targets.

    Parameters
    ----------
    settings : Settings
    draw : callable
        ``draw(*key)`` gives the random generator of a piece of the work.
    dataset : xarray.Dataset
        As `kdtheory.tasks.cifar10.build` makes it.
    logits : xarray.Dataset
        ``logits(stopping_epoch, world, sample, class)`` and ``view_logits(stopping_epoch, world, view,
        transfer_image, class)``; the students of a world learn from its own teacher.
    state : pathlib.Path
        Folder of the finished students and of the one in training, from which a killed job resumes.

    Returns
    -------
    xarray.Dataset
        ``wrong_truth`` and ``wrong_teacher(stopping_epoch, loss_scale, soft_ratio, n_train, world, run)``, numbers of
        test images of the classes on which the student decides for another class than the true one, or than the
        teacher, of ``test_points(world)``; of the same dimensions ``agreement``, the share of all views of its own
        training images on which a student decides as its exact targets do, and ``steps``, those that it took.

    Raises
    ------
    ValueError
        The logits are of other images or lack an epoch, there are too few images, or the steps are no whole number of
        epochs.
    """
    of_samples = selected(aligned(dataset, logits), settings.stopping_epochs)
    of_views = selected(logits["view_logits"].drop_encoding(), settings.stopping_epochs)
    origin = {
        "draw": int(draw("identity").integers(2**62)),
        "views": logits.attrs["views"],
        "dataset": storage.data_digest(dataset),
        "logits": storage.data_digest(logits),
    }
    worlds = [
        _students(
            settings,
            partial(draw, world),
            *_images(settings, *(each.sel(world=world, drop=True) for each in (dataset, of_samples, of_views))),
            state,
            {"world": world, **origin},
        )
        for world in dataset["world"].values.tolist()
    ]
    return xr.concat(worlds, dim=dataset["world"]).transpose("stopping_epoch", ..., "world", "run")


def _students(settings, draw, transfer, test, state, origin):
    """What all students of one world decide, those that were finished before a kill among them."""
    if settings.n_train[-1] > len(transfer.labels):
        raise ValueError(
            f"n_train asks for {settings.n_train[-1]} images; the dataset has {len(transfer.labels)} to transfer"
        )
    values = {dim: getattr(settings, name) for dim, name in _VARIED.items()} | {"run": range(settings.runs)}
    shape, fitted = [len(each) for each in values.values()], []
    for chosen in product(*values.values()):
        student = dict(zip(values, chosen, strict=True))
        identity = {
            **asdict(settings),
            **{_VARIED[dim]: value for dim, value in _learns_from(settings, student)},
            **origin,
        }
        finished = state / f"{_digest(identity)}.safetensors"
        if not finished.exists():
            in_training = partial(train, state=state / "training.safetensors", identity=identity)
            draw_of_run = partial(draw, student["run"])
            learned = _learned(settings, student, transfer, test.pixels, origin["views"], draw_of_run, in_training)
            storage.write(learned, finished, {})
        fitted.append(_wrong(settings, student, storage.read(finished), test))
        _log.info("world %d, student %d of %d: %s", origin["world"], len(fitted), math.prod(shape), student)
    found = {name: np.reshape([one[name] for one in fitted], shape) for name in fitted[0]}
    return xr.Dataset(
        {name: (tuple(_VARIED), each) for name, each in found.items()} | {"test_points": len(test.labels)},
        coords={dim: list(each) for dim, each in values.items()},
    )


def _learns_from(settings, student):
    """What tells a student from others: hard labels do not depend on the loss scale, true ones not on the teacher."""
    same = {"loss_scale", "stopping_epoch"} if settings.labels == "truth" else {"loss_scale"}
    return [(dim, value) for dim, value in student.items() if student["soft_ratio"] > 0 or dim not in same]


def _wrong(settings, student, learned, test):
    """A finished student with the numbers of its wrong decisions in place of its decisions on the test images."""
    decided, epoch = learned.pop("decided"), settings.stopping_epochs.index(student["stopping_epoch"])
    return learned | {
        "wrong_truth": np.sum(decided != test.labels),
        "wrong_teacher": np.sum(decided != test.teacher_logits[epoch, 0].argmax(axis=-1)),
    }


def _images(settings, dataset, of_samples, of_views):
    """The transfer images and the test images of one world."""
    own_class = np.zeros(int(dataset["label"].max()) + 1, dtype=np.int64)
    own_class[settings.classes] = np.arange(len(settings.classes))
    part, found = dataset["part"].values, []
    for code, logits in (
        (Part.TRANSFER, of_views.rename(transfer_image="sample")),
        (Part.TEST, of_samples.isel(sample=part == Part.TEST).expand_dims("view")),
    ):
        of_part = dataset.isel(sample=part == code)
        label = of_part["label"].values
        chosen = np.flatnonzero(np.isin(label, settings.classes))
        logits = logits.isel({"sample": chosen, "class": settings.classes})
        found.append(
            Images(
                of_part["pixels"].values[chosen],
                own_class[label[chosen]],
                logits.transpose("stopping_epoch", "view", "sample", "class").values,
            )
        )
    return found


def _learned(settings, student, transfer, test, kind_of_views, draw, train):
    """One student at its last step: its decisions on the test images and its agreement with its targets."""
    chosen = draw("transfer set").permutation(len(transfer.labels))[: student["n_train"]]
    images = transfer.pixels[chosen]
    epoch = settings.stopping_epochs.index(student["stopping_epoch"])
    teacher_logits = transfer.teacher_logits[epoch][:, chosen]
    labels = teacher_logits.argmax(axis=-1)
    if settings.labels == "truth":
        labels = np.broadcast_to(transfer.labels[chosen], labels.shape).copy()
    targets = decided_by_targets(teacher_logits, labels, student["soft_ratio"], settings.temperature)
    network = ResNet(
        Standardise(*channel_statistics(images)),
        width=settings.width,
        blocks=settings.blocks,
        n_classes=len(settings.classes),
        stem_stride=settings.stem_stride,
        rng=draw("start"),
    )
    loss = distillation_loss(teacher_logits, labels, student["soft_ratio"], settings.temperature, student["loss_scale"])
    optimisation = Optimisation(
        settings.learning_rate,
        settings.batch_size,
        momentum=settings.momentum,
        schedule="until_agreement",
        agreement=settings.agreement,
        augmentation=kind_of_views,
        precision=settings.precision,
    )
    epochs = epochs_of(settings.steps, len(images), settings.batch_size)
    trained = train(network, images, loss, draw, optimisation, stopping_epochs=[epochs], targets=targets)
    decided = predict_views(network, images, kind_of_views).argmax(axis=-1)
    return {
        "decided": predict(network, test).argmax(axis=-1),
        "agreement": np.mean(decided == targets),
        "steps": np.array(trained.steps),
    }


def _digest(identity):
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]


if __name__ == "__main__":
    run_stage(fit, libraries=("torch", "scipy"), device=device_name)
