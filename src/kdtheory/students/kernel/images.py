"""Kernel students on images: infinitely wide networks on pixels with one output for each class, in closed form.

The outputs share one kernel and start from z₀ = 0, so each class is one more column of targets: one factorisation
serves all classes, soft ratios and stopping epochs of a transfer set, and its every prefix (JZ20 Eq. 4).
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.jobs.log import Progress
from kdtheory.kernels.devices import device_name
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression
from kdtheory.kernels.standardisation import standardised_inputs
from kdtheory.students.teacher_logits import aligned, selected
from kdtheory.tasks.parts import Part
from kdtheory.theory.multiclass import effective_logits_multiclass


@dataclass(frozen=True)
class Settings:
    """Settings of a cell of kernel students on images (docs/options.md)."""

    labels: str
    soft_ratios: list
    temperature: float
    hard_logit: float
    stopping_epochs: list
    depth: int
    n_train: list
    runs: int


def fit(settings: Settings, draw, dataset, logits):
    """Fit the kernel students of each world; a run is an order of its transfer images, and its sets are prefixes.

    Parameters
    ----------
    settings : Settings
    draw : callable
        ``draw(*key)`` gives the random generator of a piece of the work.
    dataset : xarray.Dataset
        As `kdtheory.tasks.cifar10.build` or `kdtheory.tasks.file.build` makes it.
    logits : xarray.Dataset
        ``logits(stopping_epoch, world, sample, class)``; the students of a world learn from its own teacher.

    Returns
    -------
    xarray.Dataset
        ``wrong_truth`` and ``wrong_teacher(stopping_epoch, n_train, soft_ratio, world, run)``, numbers of test images
        on which the student decides for another class than the true one, or than the teacher; ``test_points(world)``,
        the number of test images. Attribute ``depth``.

    Raises
    ------
    ValueError
        The logits are of other images or lack an epoch, or there are too few transfer images.
    """
    teacher_logits = _by_class(selected(aligned(dataset, logits), settings.stopping_epochs))
    if "run" in dataset.dims:
        # Of a user's points; the orders drawn here are the runs.
        dataset, teacher_logits = (each.isel(run=0, drop=True) for each in (dataset, teacher_logits))
    part = dataset["part"].values
    transfer = np.flatnonzero(part == Part.TRANSFER)
    if settings.n_train[-1] > len(transfer):
        raise ValueError(f"n_train asks for {settings.n_train[-1]} images; the dataset has {len(transfer)} to transfer")
    worlds = dataset["world"].values
    progress, found = Progress(len(worlds) * settings.runs, "transfer sets"), []
    for world in worlds.tolist():
        found.append(_wrong(settings, draw, dataset.sel(world=world), teacher_logits.sel(world=world), progress))
    dims = ("world", "run", "n_train", "stopping_epoch", "soft_ratio")
    students = xr.Dataset(
        {f"wrong_{name}": (dims, np.stack([counts[name] for counts in found])) for name in found[0]},
        coords={
            "n_train": settings.n_train,
            "stopping_epoch": settings.stopping_epochs,
            "soft_ratio": [float(soft_ratio) for soft_ratio in settings.soft_ratios],
            "world": worlds,
            "run": np.arange(settings.runs),
        },
        attrs={"depth": settings.depth},
    )
    students = students.transpose("stopping_epoch", "n_train", "soft_ratio", "world", "run")
    return students.assign(test_points=("world", np.full(len(worlds), np.count_nonzero(part == Part.TEST))))


def _by_class(logits):
    """Logits ∓z/2 of both classes, where a teacher of two has only z."""
    return logits if "class" in logits.dims else xr.concat([-logits / 2, logits / 2], dim="class")


def _wrong(settings, draw, dataset, teacher_logits, progress):
    """Wrong decisions of one world's students against the truth and the teacher, (run, n_train, epoch, soft ratio)."""
    part = dataset["part"].values
    transfer, test = part == Part.TRANSFER, part == Part.TEST
    if "pixels" in dataset:
        pixels = dataset["pixels"].values
        # By the teacher's images, so that neither the size of a transfer set nor its order changes an input.
        inputs, test_inputs = (standardised_inputs(pixels[of], pixels[part == Part.TEACHER]) for of in (transfer, test))
    else:
        inputs, test_inputs = (dataset["inputs"].values[of] for of in (transfer, test))
    gram, _ = relu_kernels(inputs, depth=settings.depth)
    cross, _ = relu_kernels(inputs, test_inputs, depth=settings.depth)

    logits = teacher_logits.transpose("sample", "stopping_epoch", "class").values.astype(np.float64)
    truth = dataset["label"].values.astype(np.int64)
    targets = soft_targets(settings, logits[transfer], truth[transfer])
    columns = targets.reshape(len(targets), -1)
    right = {"truth": truth[test, None, None], "teacher": logits[test].argmax(axis=-1)[..., None]}
    wrong = {name: [] for name in right}
    for run in range(settings.runs):
        order = draw(int(dataset["world"]), run, "order").permutation(len(targets))[: settings.n_train[-1]]
        regression = NestedRegression(gram[np.ix_(order, order)], columns[order])
        predicted = regression.predict(cross[order], settings.n_train)
        decisions = predicted.reshape(*predicted.shape[:2], *targets.shape[1:]).argmax(axis=-1)
        for name, label in right.items():
            wrong[name].append(np.count_nonzero(decisions != label, axis=1))
        progress.advance()
    return {name: np.stack(counts) for name, counts in wrong.items()}


def soft_targets(settings, teacher_logits, truth):
    """Effective logits (JZ20 Eq. 3, K classes) of all stopping epochs for every soft ratio.

    Parameters
    ----------
    settings : Settings
        ``labels`` "truth" or "teacher" (its own decision). At soft ratio 0 the effective logits are infinite, and
        ``hard_logit`` times the centred one-hot label replaces them; for two classes their difference is
        ± ``hard_logit``.
    teacher_logits : array, shape (n, epochs, K)
    truth : array of int, shape (n,)
        True classes.

    Returns
    -------
    targets : array, shape (n, epochs, soft ratios, K)
    """
    shape, n_classes = teacher_logits.shape, teacher_logits.shape[-1]
    labels = teacher_logits.argmax(axis=-1) if settings.labels == "teacher" else truth[:, None]
    labels = np.broadcast_to(labels, shape[:-1])

    def at(soft_ratio):
        if soft_ratio == 0:
            return settings.hard_logit * (np.eye(n_classes) - 1 / n_classes)[labels]
        rows = teacher_logits.reshape(-1, n_classes), labels.ravel()
        return effective_logits_multiclass(*rows, soft_ratio, settings.temperature).reshape(shape)

    return np.stack([at(soft_ratio) for soft_ratio in settings.soft_ratios], axis=-2)


if __name__ == "__main__":
    run_stage(fit, libraries=("jax", "jaxlib", "scipy"), device=device_name)
