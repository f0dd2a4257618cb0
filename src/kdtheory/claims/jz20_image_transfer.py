"""Section 3, S2: the transfer risk of students of CIFAR-10 as a power of the sample size, and its order in ρ."""

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.draws import fitted
from kdtheory.claims.finding import LAW, ORDER, RATE
from kdtheory.claims.image_draws import DRAWS, IMAGES, by_world, or_illustration
from kdtheory.claims.registry import claim
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import count_changes_by_world, count_slopes_by_world
from kdtheory.statistics.means import mean

_STUDENTS = {
    "kernel": (
        "images/kernel_transfer",
        "kernel students of MLP teachers, ten classes",
        "experiments.kernel_transfer.cells.main.hard_logit",
    ),
    "resnet": (
        "images/resnet_transfer",
        "ResNet students of ResNet teachers, two classes",
        "experiments.resnet_transfer.cells.<name>.steps",
    ),
}
_DIMS = "n_train", "soft_ratio", "stopping_epoch"
_JACKKNIFE = ", exponents by Poisson quasi-likelihood on counts, jackknife" + DRAWS


def _power_law(student, group, words, assumed):
    shared = {
        "section": "3",
        "figure": "jz20_s2_power_law",
        "reads": (group,),
        "error_rate": rules.ERROR_RATE,
        "assumes": (assumed,),
    }

    @claim(
        f"jz20-s2-{student}-power-law",
        statement=f"The transfer risk falls as a power of the sample size on CIFAR-10 too ({words}).",
        quantity="change of the exponent of the risk over all n, relative to the exponent, each ρ and stopping epoch",
        test="equivalence to 0, and a falling risk, in every cell" + _JACKKNIFE,
        kind=LAW,
        tolerance=rules.STRAIGHT,
        reading=IMAGES,
        **shared,
    )
    def power_law(transfer):
        x, counts = _log_sizes(transfer), counted(transfer)
        changes, slopes = (
            pooled(fitted(by_world, x, counts, points))
            for by_world, points in ((count_changes_by_world, 3), (count_slopes_by_world, 2))
        )
        return or_illustration(rules.law(changes, slopes, reason=_exponents(transfer)), transfer["risk"])

    @claim(
        f"jz20-s2-{student}-faster",
        statement=f"The transfer risk falls faster for pure soft labels than for any mix ({words}).",
        quantity="exponent b of R ~ n^−b at ρ = 1 less that at each ρ < 1, each stopping epoch",
        test="one-sided paired t-test in every cell" + _JACKKNIFE,
        kind=RATE,
        reading=IMAGES,
        **shared,
    )
    def faster(transfer):
        slopes = fitted(count_slopes_by_world, _log_sizes(transfer), counted(transfer))
        steps = pooled(slopes[:, :-1] - slopes[:, -1:])
        return or_illustration(rules.rate(steps, reason=_exponents(transfer)), transfer["risk"])

    @claim(
        f"jz20-s2-{student}-lower",
        statement=f"Pure soft labels give the lowest transfer risk ({words}).",
        quantity="mean risk at each ρ < 1 less that at ρ = 1, at the largest n, same transfer points, each epoch",
        test="one-sided paired t-test in every cell" + DRAWS,
        kind=ORDER,
        scope="reading",
        reading=f"the paper draws it and does not say it; {IMAGES}",
        **shared,
    )
    def lower(transfer):
        last = by_world(transfer["risk"], *_DIMS)[:, -1]
        shown = ", ".join(
            f"{value:.3g} (ρ = {ratio:g})"
            for ratio, value in zip(_ratios(transfer), last.mean(axis=(0, 2)), strict=True)
        )
        reason = f"mean risk at n = {int(transfer['n_train'].max())}: {shown}"
        return or_illustration(rules.order(mean(last[:, :-1] - last[:, -1:]), reason=reason), transfer["risk"])


for _student, _declared in _STUDENTS.items():
    _power_law(_student, *_declared)


def counted(transfer):
    """Return mean numbers of test images on which student and teacher differ, (worlds, sizes, ratios, epochs)."""
    return by_world(transfer["risk"] * transfer["test_points"], *_DIMS)


def _log_sizes(transfer):
    return np.log(np.sort(transfer["n_train"].values))


def _ratios(transfer):
    return np.sort(transfer["soft_ratio"].values)


def _exponents(transfer):
    """Words for b by soft ratio and its range over epochs; those that were not fitted are left out."""
    if transfer.sizes["world"] == 1:
        # An illustration: the runs of the one world are pooled.
        transfer = transfer.isel(world=0, drop=True).rename(run="world")
    exponents = -pooled(fitted(count_slopes_by_world, _log_sizes(transfer), counted(transfer))).value
    found = [
        (ratio, np.sort(row[np.isfinite(row)]).round(2))
        for ratio, row in zip(_ratios(transfer), exponents, strict=True)
    ]
    shown = [
        f"{row[0]:.2f} to {row[-1]:.2f} (ρ = {ratio:g})" if row[0] < row[-1] else f"{row[0]:.2f} (ρ = {ratio:g})"
        for ratio, row in found
        if row.size
    ]
    return f"b = {', '.join(shown) or 'none'}, over stopping epochs"
