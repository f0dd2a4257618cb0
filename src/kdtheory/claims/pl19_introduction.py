"""Abstract and introduction: soft labels against hard ones, on the same growing transfer sets."""

import numpy as np

from kdtheory.claims.finding import ORDER, RATE
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, order, rate
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import mean_slopes_by_world
from kdtheory.statistics.means import paired_difference
from kdtheory.statistics.spreads import log_spreads_by_world

_ASSUMES = (
    "datasets.<name>.kappas",
    "experiments.alignment.cells.growth_hard.hard_target_steps",
    "experiments.alignment.cells.growth_hard.hard_target_rate",
)


@claim(
    "pl19-intro-lower-risk",
    section="1",
    statement="A classifier trained with another's soft labels is better than one trained with hard labels on the "
    "same data.",
    quantity="mean risk of the hard-target learners less that of distillation, on the same sets, at each size above 1",
    test="one-sided paired t-test over worlds for each size and learner",
    error_rate=ERROR_RATE,
    figure="pl19_fig3",
    reads=("linear/alignment",),
    kind=ORDER,
    reading="linear students of a polynomial task; the learner is descent of fixed length, or its max-margin limit",
    assumes=_ASSUMES,
)
def _lower_risk(alignment):
    sizes, soft, hard = _paired(alignment)
    reason = (
        f"at n = {sizes[-1]}: distillation {soft[:, -1].mean():.2g}, "
        + ", ".join(
            f"hard targets ({name}) {risk.mean():.2g}"
            for name, risk in zip(_names(alignment), hard[:, -1].T, strict=True)
        )
        + "; one point alone gives every learner the same direction"
    )
    return order(paired_difference(hard, soft[..., None])[sizes > 1], reason=reason)


@claim(
    "pl19-intro-faster",
    section="1",
    statement="Classifiers learn much faster from another classifier's soft labels than from hard labels.",
    quantity="exponent of the decay of the mean risk with n, distillation's less the hard-target learner's, sizes "
    "above 1",
    test="one-sided t-test of the jackknife over worlds for each learner",
    error_rate=ERROR_RATE,
    figure="pl19_fig3",
    reads=("linear/alignment",),
    kind=RATE,
    scope="reading",
    reading="faster in the number of training points, not of steps: a larger exponent of the risk's decay",
    assumes=_ASSUMES,
)
def _faster(alignment):
    sizes, soft, hard = _paired(alignment)
    logarithms = np.log(sizes[sizes > 1])
    slopes_soft, slopes_hard = (mean_slopes_by_world(logarithms, risk[:, sizes > 1]) for risk in (soft, hard))
    of_hard = ", ".join(
        f"{exponent:z.2f} with hard targets ({name})"
        for name, exponent in zip(_names(alignment), -pooled(slopes_hard).value, strict=True)
    )
    reason = f"risk ~ 1/n^b with b = {-float(pooled(slopes_soft).value):.2f} with distillation, {of_hard}"
    return rate(pooled(slopes_hard - slopes_soft[:, None]), reason=reason)


@claim(
    "pl19-abstract-more-reliably",
    section="1",
    statement="Classifiers learn more reliably if trained with another classifier's outputs as soft labels.",
    quantity="logarithm of the standard deviation over transfer sets of the risk, the hard-target learners' less "
    "distillation's, on the same sets, at each size above 1",
    test="one-sided t-test of the jackknife over worlds for each size and learner",
    error_rate=ERROR_RATE,
    figure="pl19_introduction",
    reads=("linear/alignment",),
    kind=ORDER,
    scope="reading",
    reading="more reliably: the risk varies less from one transfer set to the next, on the scale of the risk itself",
    assumes=_ASSUMES,
)
def _more_reliably(alignment):
    return _spreads(alignment, lambda risk: risk, "the standard deviation")


@claim(
    "pl19-abstract-more-reliably-relative",
    section="1",
    statement="Classifiers learn more reliably if trained with another classifier's outputs as soft labels.",
    quantity="logarithm of the standard deviation over transfer sets of the logarithm of the risk, the hard-target "
    "learners' less distillation's, on the same sets, at each size above 1",
    test="one-sided t-test of the jackknife over worlds for each size and learner",
    error_rate=ERROR_RATE,
    figure="pl19_introduction",
    reads=("linear/alignment",),
    kind=ORDER,
    scope="reading",
    reading="relative to the risk, which is lower with soft labels: a second reading, in which a lower mean is no "
    "advantage",
    assumes=_ASSUMES,
)
def _more_reliably_relative(alignment):
    return _spreads(alignment, np.log, "the standard deviation of ln R")


def _spreads(alignment, scale, words):
    sizes, soft, hard = _paired(alignment)
    soft, hard = scale(soft[:, sizes > 1]), scale(hard[:, sizes > 1])
    ratios = pooled(log_spreads_by_world(hard) - log_spreads_by_world(soft)[..., None])
    reason = f"{words} of hard targets over that of distillation: " + "; ".join(
        f"{name}, {np.exp(ratio[0]):.2g} at n = {sizes[sizes > 1][0]} and {np.exp(ratio[-1]):.2g} at n = {sizes[-1]}"
        for name, ratio in zip(_names(alignment), ratios.value.T, strict=True)
    )
    return order(ratios, reason=reason)


def _paired(alignment):
    """Sizes, risk of distillation (world, size) and of the hard-target learners (world, size, learner)."""
    hard = alignment["risk_hard_target"].transpose("growth_world", "hard_n_train", "hard_target").values
    sizes = alignment["hard_n_train"].values
    grown = alignment["growth_risk"].sel(n_train=sizes).dropna("kappa", how="all").isel(kappa=0)
    return sizes, grown.transpose("growth_world", "n_train").values, hard


def _names(alignment):
    return [str(name) for name in alignment["hard_target"].values]
