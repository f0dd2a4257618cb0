"""Our own result: a loss without the factor T² under-trains students of soft labels and fakes that hard labels help."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import rising

_ERROR_RATE = 0.05
_READS = {"figure": "ext_optimiser_confound", "reads": ("images/resnet_distillation",)}
_TEST = "one-sided paired t-test over runs of equal initialisation and data order"
_READING = "one ResNet teacher, ResNet students of equal steps and learning rate; runs are the draws"


@claim(
    "ext-confound-agreement",
    section="5",
    statement="Trained on the plain loss, students of soft labels alone agree less with their targets than on the loss "
    "divided by its curvature, which has the same optimum.",
    quantity="share of training images on which the student at ρ = 1 decides like its targets: loss divided by its "
    "curvature less plain loss",
    test=_TEST,
    error_rate=_ERROR_RATE,
    **_READS,
)
def _agreement(distillation):
    table = both(distillation, "agreement")
    return rising(table[:, 1, -1] - table[:, 0, -1], _means(distillation, table, "agreement"), error_rate=_ERROR_RATE,
                  reading=_READING)  # fmt: skip


@claim(
    "ext-confound-gain",
    section="5",
    statement="The plain loss makes hard labels look more helpful than they are.",
    quantity="accuracy at the least ρ that both losses have less that at ρ = 1: plain loss less the loss divided by "
    "its curvature",
    test=_TEST,
    error_rate=_ERROR_RATE,
    **_READS,
)
def _gain(distillation):
    table = both(distillation, "accuracy")
    gain = table[:, :, 0] - table[:, :, -1]
    return rising(gain[:, 0] - gain[:, 1], _means(distillation, table, "accuracy"), error_rate=_ERROR_RATE,
                  reading=_READING)  # fmt: skip


def both(distillation, name):
    """Return a variable where both losses were run, (epochs, [plain, curvature], soft ratios, runs).

    Cells of epoch and soft ratio in which the plain loss was not run are left out; soft ratios rise.
    """
    raw = distillation[name].sel(loss_scale="raw").notnull().all("repeat")
    shared = distillation[name].sortby("soft_ratio").isel(
        stopping_epoch=np.flatnonzero(raw.any("soft_ratio")),
        soft_ratio=np.flatnonzero(raw.sortby("soft_ratio").any("stopping_epoch")),
    )  # fmt: skip
    chosen = shared.sel(loss_scale=["raw", "curvature"])
    return chosen.transpose("stopping_epoch", "loss_scale", "soft_ratio", "repeat").values


def _means(distillation, table, name):
    raw = distillation[name].sel(loss_scale="raw").sortby("soft_ratio")
    ratios = raw["soft_ratio"].values[raw.notnull().any(("stopping_epoch", "repeat")).values]
    shown = ", ".join(
        f"{plain:.3f} and {scaled:.3f} (ρ = {ratio:g})"
        for ratio, (plain, scaled) in zip(ratios, table.mean(axis=(0, 3)).T, strict=True)
    )
    return f"mean {name} with the plain loss and with the loss divided by its curvature: {shown}"
