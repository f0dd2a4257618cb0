"""The accuracy of students of images at fixed soft ratios (JZ20 Fig. 5 middle), by world."""

import numpy as np

from kdtheory.claims.image_draws import by_world

# The mix that stands for soft labels with some hard ones.
MIX = 0.9
# By name: the group, what the students are, and the assumed option that could change a verdict most.
STUDENTS = {
    "kernel": (
        "images/kernel_distillation",
        "kernel students of MLP teachers",
        "experiments.kernel_distillation.cells.main.hard_logit",
    ),
    "resnet": (
        "images/resnet_distillation",
        "ResNet students of a ResNet teacher",
        "experiments.resnet_distillation.cells.<name>.steps",
    ),
}


def accuracy_of(distillation):
    """Return the accuracy of students whose loss is scaled by its curvature, if they have one."""
    accuracy = distillation["accuracy"]
    return accuracy.sel(loss_scale="curvature", drop=True) if "loss_scale" in accuracy.dims else accuracy


def gain_over(distillation, rival: float) -> np.ndarray:
    """Return what the mix gains on a soft ratio, (worlds, epochs, sizes); NaN where one of both was not measured."""
    accuracy = _at(accuracy_of(distillation), [rival, MIX])
    gain = accuracy.isel(soft_ratio=1, drop=True) - accuracy.isel(soft_ratio=0, drop=True)
    return by_world(gain, "stopping_epoch", "n_train")


def gains_over_soft(distillation) -> np.ndarray:
    """Return what every ρ < 1 gains on ρ = 1, (worlds, epochs, sizes, ratios); NaN where ρ = 1 was not measured."""
    accuracy = accuracy_of(distillation)
    mixed = accuracy.sel(soft_ratio=accuracy["soft_ratio"] < 1)
    gain = mixed - _at(accuracy, [1.0]).isel(soft_ratio=0, drop=True)
    return by_world(gain, "stopping_epoch", "n_train", "soft_ratio")


def _at(accuracy, ratios):
    return accuracy.sortby("soft_ratio").reindex(soft_ratio=ratios, method="nearest", tolerance=1e-9)


def epochs_of(distillation) -> list[str]:
    """Return "epoch 1, teacher 0.350" for each stopping epoch, with the mean accuracy of its teachers."""
    teacher = distillation["teacher_accuracy"].sortby("stopping_epoch")
    own = teacher.mean("world")
    return [f"epoch {int(value['stopping_epoch'])}, teacher {float(value):.3f}" for value in own]


def accuracy_in_words(distillation) -> str:
    """Return the mean accuracy at the largest n, by stopping epoch and soft ratio."""
    accuracy = accuracy_of(distillation)
    mean = by_world(accuracy, "stopping_epoch", "n_train", "soft_ratio")[:, :, -1].mean(axis=0)
    ratios = np.sort(accuracy["soft_ratio"].values)
    rows = [
        ", ".join(f"{value:.3f} (ρ = {ratio:g})" for value, ratio in zip(row, ratios, strict=True)) + f" at {epoch}"
        for row, epoch in zip(mean, epochs_of(distillation), strict=True)
    ]
    return f"accuracy at the largest n {'; '.join(rows)}"
