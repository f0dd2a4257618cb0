"""The accuracy of students of images at fixed soft ratios (JZ20 Fig. 5 middle), by world."""

import numpy as np

from kdtheory.claims.image_draws import by_world

# The share of training images on which a residual student is to decide like its targets before it counts as trained.
AGREEMENT = 0.95
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
        "ResNet students of ResNet teachers",
        "experiments.resnet_distillation.cells.<name>.steps",
    ),
}


def accuracy_of(distillation, measured="accuracy"):
    """Return the accuracy, or what else was measured, of students whose loss is scaled by its curvature, if any."""
    accuracy = distillation[measured]
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
    words = f"accuracy at the largest n {'; '.join(rows)}"
    return (
        f"{words}; {agreement_in_words(accuracy_of(distillation, 'agreement'))}" if _is_trained(distillation) else words
    )


def agreement_in_words(agreement) -> str:
    """Return the mean agreement with the targets by soft ratio, the least over the other settings."""
    mean = agreement.mean(["world", "run"])
    least = mean.min([dim for dim in mean.dims if dim != "soft_ratio"]).sortby("soft_ratio")
    rows = ", ".join(f"{float(value):.3f} (ρ = {float(value['soft_ratio']):g})" for value in least)
    return f"agreement with the targets on training images, the least of all cells: {rows}"


def _is_trained(distillation):
    """Whether the students were trained by steps, and not solved for."""
    return "agreement" in distillation
