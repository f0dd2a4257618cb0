"""The accuracy of students of images at fixed soft ratios (JZ20 Fig. 5 middle), by independent draws."""

import numpy as np

from kdtheory.claims.image_draws import by_draw, name_of_draws

# The mix that is compared with soft labels alone and with hard labels alone.
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
    """Return what the mix gains on a soft ratio, (draws, epochs, sizes); NaN where one of both was not measured."""
    accuracy = (
        accuracy_of(distillation)
        .sortby("soft_ratio")
        .reindex(soft_ratio=[rival, MIX], method="nearest", tolerance=1e-9)
    )
    gain = accuracy.isel(soft_ratio=1, drop=True) - accuracy.isel(soft_ratio=0, drop=True)
    return by_draw(gain, "stopping_epoch", "n_train")


def epochs_of(distillation) -> list[str]:
    """Return "epoch 1, teacher 0.350" for each stopping epoch, with the mean accuracy of its teachers."""
    teacher = distillation["teacher_accuracy"].sortby("stopping_epoch")
    own = teacher.mean([dim for dim in teacher.dims if dim != "stopping_epoch"])
    return [f"epoch {int(value['stopping_epoch'])}, teacher {float(value):.3f}" for value in own]


def accuracy_in_words(distillation) -> str:
    """Return the mean accuracy at the largest n, by stopping epoch and soft ratio."""
    accuracy = accuracy_of(distillation)
    mean = by_draw(accuracy, "stopping_epoch", "n_train", "soft_ratio")[:, :, -1].mean(axis=0)
    ratios = np.sort(accuracy["soft_ratio"].values)
    rows = [
        ", ".join(f"{value:.3f} (ρ = {ratio:g})" for value, ratio in zip(row, ratios, strict=True)) + f" at {epoch}"
        for row, epoch in zip(mean, epochs_of(distillation), strict=True)
    ]
    return f"accuracy at the largest n {'; '.join(rows)}; {name_of_draws(accuracy)}"
