"""Section 3, S2: the transfer risk of students of CIFAR-10 as a power of the sample size, and its order in ρ."""

import numpy as np

from kdtheory.claims.estimates import poisson_slope, pseudo_values, t_intervals
from kdtheory.claims.image_draws import by_draw, name_of_draws
from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import beyond, every_cell, rising

_ERROR_RATE = 0.05
_STRAIGHT = 0.97
_STUDENTS = {
    "kernel": ("images/kernel_transfer", "kernel students of MLP teachers, ten classes"),
    "resnet": ("images/resnet_transfer", "ResNet students of a ResNet teacher, two classes"),
}
_READING = "draws are teachers where there are several, else runs of one teacher's students; the test images are fixed"


def _power_law(student, group, words):
    shared = {"section": "3", "figure": "jz20_s2_power_law", "reads": (group,)}

    @claim(
        f"jz20-s2-{student}-power-law",
        statement=f"The transfer risk falls as a power of the sample size on CIFAR-10 too ({words}).",
        quantity="R² of the line of ln mean risk against ln n, where it falls, each ρ and stopping epoch",
        test=f"R² of {_STRAIGHT} or more, every cell",
        **shared,
    )
    def power_law(transfer):
        sizes, counts = np.sort(transfer["n_train"].values), counted(transfer)
        lines = [_line(sizes, row) for row in counts.mean(axis=-1).reshape(-1, len(sizes))]
        slopes, straight = np.array(lines).T
        reason = f"R² {straight.min():.3f} to {straight.max():.3f}, slopes {slopes.min():.2f} to {slopes.max():.2f}"
        wrong = (straight < _STRAIGHT) | (slopes >= 0)
        return every_cell(wrong, reason.replace("-", "−"), what="cells of ρ and epoch", estimate=straight.min())

    @claim(
        f"jz20-s2-{student}-faster",
        statement=f"The transfer risk falls faster for pure soft labels than for any mix ({words}).",
        quantity="exponent b of R ~ n^−b at ρ = 1 less that at each ρ < 1, each stopping epoch",
        test="slopes by Poisson regression on counts; every t-interval by the jackknife over whole draws, Bonferroni "
        "over cells, lies above 0",
        error_rate=_ERROR_RATE,
        **shared,
    )
    def faster(transfer):
        sizes, counts = np.sort(transfer["n_train"].values), counted(transfer)
        ratios = np.sort(transfer["soft_ratio"].values)
        exponents = np.array([[_exponent(sizes, row.mean(axis=-1)) for row in epoch] for epoch in counts])
        shown = ", ".join(
            f"{ends[0]:.2f} to {ends[1]:.2f} (ρ = {ratio:g})" if ends[0] < ends[1] else f"{ends[0]:.2f} (ρ = {ratio:g})"
            for ratio, ends in zip(ratios, np.sort(exponents, axis=0)[[0, -1]].T, strict=True)
        )
        draws = [_differences(sizes, epoch[-1], mix) for epoch in counts for mix in epoch[:-1]]
        estimates = t_intervals(draws, error_rate=_ERROR_RATE / len(draws))
        reason = f"b = {shown}, over stopping epochs; {name_of_draws(transfer['risk'])}"
        return beyond(estimates, reason, above=0.0, reading=_READING)

    @claim(
        f"jz20-s2-{student}-lower",
        statement=f"Pure soft labels give the lowest transfer risk ({words}).",
        quantity="mean risk at each ρ < 1 less that at ρ = 1, at the largest n, same transfer points, each epoch",
        test="intersection–union of one-sided paired t-tests over ρ and epochs, Holm for `fails`",
        error_rate=_ERROR_RATE,
        **shared,
    )
    def lower(transfer):
        last = counted(transfer)[:, :, -1] / int(transfer["test_points"])
        ratios = np.sort(transfer["soft_ratio"].values)
        shown = ", ".join(
            f"{mean:.3g} (ρ = {ratio:g})" for ratio, mean in zip(ratios, last.mean(axis=(0, 2)), strict=True)
        )
        reason = f"mean risk at n = {int(transfer['n_train'].max())}: {shown}; {name_of_draws(transfer['risk'])}"
        more = (last[:, :-1] - last[:, -1:]).reshape(-1, last.shape[-1])
        return rising(more, reason, error_rate=_ERROR_RATE, reading=_READING)


for _student, (_group, _words) in _STUDENTS.items():
    _power_law(_student, _group, _words)


def counted(transfer):
    """Return mean numbers of test images on which student and teacher differ, (epochs, ratios, sizes, draws)."""
    return by_draw(transfer["risk"] * int(transfer["test_points"]), "stopping_epoch", "soft_ratio", "n_train")


def _line(sizes, counts):
    """Slope and R² of ln counts against ln sizes, where they are positive."""
    x, y = np.log(sizes[counts > 0]), np.log(counts[counts > 0])
    if len(x) < 3 or np.ptp(y) == 0:
        return 0.0, 0.0
    return np.polyfit(x, y, 1)[0], np.corrcoef(x, y)[0, 1] ** 2


def _exponent(sizes, counts):
    return -float(poisson_slope(np.log(sizes), counts))


def _differences(sizes, soft, mix):
    """Draws of the exponent of soft labels less that of a mix; too few for a bootstrap, whose ends would be theirs."""
    if soft.shape[-1] < 2:
        return np.full(soft.shape[-1], np.nan)
    return pseudo_values(
        lambda means: poisson_slope(np.log(sizes), means[1]) - poisson_slope(np.log(sizes), means[0]),
        np.stack([soft, mix]),
    )
