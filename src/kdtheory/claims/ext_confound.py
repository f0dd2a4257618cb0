"""Our own result: a loss without the factor T² under-trains students of soft labels and fakes that hard labels help."""

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.finding import ORDER
from kdtheory.claims.image_draws import DRAWS, by_world, or_illustration
from kdtheory.claims.registry import claim
from kdtheory.statistics.means import mean

_LOSSES = ["raw", "curvature"]
_READS = {
    "section": "5",
    "figure": "ext_optimiser_confound",
    "reads": ("images/resnet_distillation",),
    "test": "one-sided t-test, paired by initialisation and data order" + DRAWS,
    "reading": "ResNet students of equal learning rate and most steps; one that agrees with its targets ends earlier",
    "error_rate": rules.ERROR_RATE,
    "kind": ORDER,
    "scope": "ours",
}


@claim(
    "ext-confound-agreement",
    statement="Trained on the plain loss, students of soft labels alone agree less with their targets than on the loss "
    "divided by its curvature, which has the same optimum.",
    quantity="share of training images on which the student at ρ = 1 decides like its targets: loss divided by its "
    "curvature less plain loss",
    **_READS,
)
def _agreement(distillation):
    found = _both(distillation["agreement"])
    table = _table(found)
    more = mean(table[:, :, 1, -1] - table[:, :, 0, -1])
    return or_illustration(rules.order(more, reason=_means(found, table)), found)


@claim(
    "ext-confound-gain",
    statement="The plain loss makes hard labels look more helpful than they are.",
    quantity="accuracy at the least ρ that both losses have less that at ρ = 1: plain loss less the loss divided by "
    "its curvature",
    **_READS,
)
def _gain(distillation):
    found = _both(distillation["accuracy"])
    table = _table(found)
    gain = table[..., 0] - table[..., -1]
    return or_illustration(rules.order(mean(gain[:, :, 0] - gain[:, :, 1]), reason=_means(found, table)), found)


def _both(values):
    """Values where both losses were run: the cells without the plain loss are left out, soft ratios rise."""
    values = values.sortby("soft_ratio")
    raw = values.sel(loss_scale="raw").notnull()
    raw = raw.all([dim for dim in raw.dims if dim not in ("stopping_epoch", "soft_ratio")])
    used = {
        "stopping_epoch": np.flatnonzero(raw.any("soft_ratio")),
        "soft_ratio": np.flatnonzero(raw.any("stopping_epoch")),
    }
    return values.isel(used).sel(loss_scale=_LOSSES)


def _table(found):
    """Values (worlds, epochs, [plain, curvature], soft ratios)."""
    worlds = [by_world(found.sel(loss_scale=loss, drop=True), "stopping_epoch", "soft_ratio") for loss in _LOSSES]
    return np.stack(worlds, axis=2)


def _means(found, table):
    shown = ", ".join(
        f"{plain:.3f} and {scaled:.3f} (ρ = {ratio:g})"
        for ratio, (plain, scaled) in zip(found["soft_ratio"].values, table.mean(axis=(0, 1)).T, strict=True)
    )
    return f"mean {found.name} with the plain loss and with the loss divided by its curvature: {shown}"
