"""Residual students of a residual teacher, trained by gradient descent on the distillation loss (JZ20 Sec. 5).

Students of one run share initialisation, transfer set, order and augmentation, whatever their soft ratio, loss scale
and the stopping epoch of their teacher, so that differences between them are due to these alone.
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
import torch
import xarray as xr

from kdtheory.jobs import storage
from kdtheory.jobs.command import run_stage
from kdtheory.students.steps import epochs_of
from kdtheory.students.teacher_logits import aligned, selected
from kdtheory.tasks.parts import Part
from kdtheory.theory.multiclass import effective_logits_multiclass
from kdtheory.training.devices import configure_torch, device_name
from kdtheory.training.loop import Optimisation, predict, train
from kdtheory.training.pixels import Standardise, channel_statistics
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
    teacher_logits : array, shape (stopping epochs, n, classes)
    """

    pixels: np.ndarray
    labels: np.ndarray
    teacher_logits: np.ndarray


def fit(settings: Settings, draw, dataset, logits, state: Path):
    """Train the residual students of a cell, each from the start of its world and run to its last step.

    Parameters
    ----------
    settings : Settings
    draw : callable
        ``draw(*key)`` gives the random generator of a piece of the work.
    dataset : xarray.Dataset
        As `kdtheory.tasks.cifar10.build` makes it.
    logits : xarray.Dataset
        ``logits(stopping_epoch, world, sample, class)``; the students of a world learn from its own teacher.
    state : pathlib.Path
        Folder of the finished students and of the one in training, from which a killed job resumes.

    Returns
    -------
    xarray.Dataset
        ``wrong_truth`` and ``wrong_teacher(stopping_epoch, loss_scale, soft_ratio, n_train, world, run)``, numbers of
        test images of the classes on which the student decides for another class than the true one, or than the
        teacher, of ``test_points(world)``; ``agreement``, of the same dimensions, the share of its own training images
        on which a student decides as its exact targets do.

    Raises
    ------
    ValueError
        The logits are of other images or lack an epoch, there are too few images, or the steps are no whole number of
        epochs.
    """
    teacher_logits = selected(aligned(dataset, logits), settings.stopping_epochs)
    origin = {
        "draw": int(draw("identity").integers(2**62)),
        "dataset": storage.data_digest(dataset),
        "logits": storage.data_digest(logits),
    }
    worlds = [
        _students(
            settings,
            partial(draw, world),
            dataset.sel(world=world, drop=True),
            teacher_logits.sel(world=world, drop=True),
            state,
            {"world": world, **origin},
        )
        for world in dataset["world"].values.tolist()
    ]
    return xr.concat(worlds, dim=dataset["world"]).transpose("stopping_epoch", ..., "world", "run")


def _students(settings, draw, dataset, teacher_logits, state, origin):
    """What all students of one world decide, those that were finished before a kill among them."""
    transfer, test = (_images(settings, dataset, teacher_logits, part) for part in (Part.TRANSFER, Part.TEST))
    if settings.n_train[-1] > len(transfer.labels):
        raise ValueError(
            f"n_train asks for {settings.n_train[-1]} images; the dataset has {len(transfer.labels)} to transfer"
        )
    values = {dim: getattr(settings, name) for dim, name in _VARIED.items()} | {"run": range(settings.runs)}
    shape, fitted = [len(each) for each in values.values()], []
    for chosen in product(*values.values()):
        student = dict(zip(values, chosen, strict=True))
        identity = {**asdict(settings), **{_VARIED[dim]: value for dim, value in student.items()}, **origin}
        finished = state / f"{_digest(identity)}.safetensors"
        if not finished.exists():
            in_training = partial(train, state=state / "training.safetensors", identity=identity)
            learned = _learned(settings, student, transfer, test, partial(draw, student["run"]), in_training)
            storage.write(learned, finished, {})
        fitted.append(storage.read(finished))
        _log.info("world %d, student %d of %d: %s", origin["world"], len(fitted), math.prod(shape), student)
    found = {name: np.reshape([one[name] for one in fitted], shape) for name in fitted[0]}
    return xr.Dataset(
        {name: (tuple(_VARIED), each) for name, each in found.items()} | {"test_points": len(test.labels)},
        coords={dim: list(each) for dim, each in values.items()},
    )


def distillation_loss(teacher_logits, labels, soft_ratio, temperature, loss_scale):
    """Return the loss ρ·CE(softmax(z_t/T), softmax(z_s/T)) + (1 − ρ)·CE(y, softmax(z_s)) of JZ20 Eq. 1, K classes.

    Its largest curvature is proportional to ρ/T² + 1 − ρ, 25 times smaller at ρ = 1 than at 0 for T = 5, so that equal
    steps train soft students less. Divided by it all curvatures are equal, and every minimum stays where it is.

    Parameters
    ----------
    teacher_logits : array, shape (n, K)
    labels : array of int, shape (n,)
    soft_ratio, temperature : float
    loss_scale : str
        ``curvature`` divides by ρ/T² + 1 − ρ; ``raw`` does not.

    Returns
    -------
    callable
        ``loss(logits, indices)``: mean loss of the images at ``indices``, tensors on the device of this process.
    """
    device = configure_torch()
    soft_labels = torch.softmax(torch.as_tensor(teacher_logits, dtype=torch.float32, device=device) / temperature, 1)
    labels = torch.as_tensor(labels, dtype=torch.int64, device=device)
    scale = {"raw": 1.0, "curvature": soft_ratio / temperature**2 + 1 - soft_ratio}[loss_scale]
    cross_entropy = torch.nn.functional.cross_entropy

    def loss(logits, indices):
        soft = cross_entropy(logits / temperature, soft_labels[indices])
        return (soft_ratio * soft + (1 - soft_ratio) * cross_entropy(logits, labels[indices])) / scale

    return loss


def _images(settings, dataset, teacher_logits, part):
    label = dataset["label"].values
    chosen = np.flatnonzero((dataset["part"].values == part) & np.isin(label, settings.classes))
    teacher = teacher_logits.isel({"sample": chosen, "class": settings.classes})
    own_class = np.zeros(label.max() + 1, dtype=np.int64)
    own_class[settings.classes] = np.arange(len(settings.classes))
    return Images(
        dataset["pixels"].values[chosen],
        own_class[label[chosen]],
        teacher.transpose("stopping_epoch", "sample", "class").values,
    )


def _learned(settings, student, transfer, test, draw, train):
    """One student to its last step: its wrong decisions on the test images and its agreement with its targets."""
    chosen = draw("transfer set").permutation(len(transfer.labels))[: student["n_train"]]
    images = transfer.pixels[chosen]
    epoch = settings.stopping_epochs.index(student["stopping_epoch"])
    teacher_logits = transfer.teacher_logits[epoch, chosen]
    labels = teacher_logits.argmax(axis=1) if settings.labels == "teacher" else transfer.labels[chosen]
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
        schedule="cosine",
        augmentation="flip",
        precision=settings.precision,
    )
    epochs = epochs_of(settings.steps, len(images), settings.batch_size)
    train(network, images, loss, draw, optimisation, stopping_epochs=[epochs])
    # At ρ = 0 the effective logits are infinite; what they decide is the label.
    decisions = labels
    if student["soft_ratio"] > 0:
        targets = effective_logits_multiclass(teacher_logits, labels, student["soft_ratio"], settings.temperature)
        decisions = targets.argmax(axis=1)
    agreement = np.mean(predict(network, images).argmax(axis=1) == decisions)
    decided = predict(network, test.pixels).argmax(axis=1)
    return {
        "wrong_truth": np.sum(decided != test.labels),
        "wrong_teacher": np.sum(decided != test.teacher_logits[epoch].argmax(axis=1)),
        "agreement": agreement,
    }


def _digest(identity):
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]


if __name__ == "__main__":
    run_stage(fit, libraries=("torch", "scipy"), device=device_name)
