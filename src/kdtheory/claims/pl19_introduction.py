"""Abstract and introduction: soft labels against hard ones, on the same growing transfer sets."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import beyond, bootstrap, rising, slope

_ERROR_RATE = 0.05


@claim(
    "pl19-intro-lower-risk",
    section="1",
    statement="A classifier trained with another's soft labels is better than one trained with hard labels on the "
    "same data.",
    quantity="mean risk of the hard-target learners less that of distillation, on the same sets, at each size above 1",
    test="intersection–union of one-sided paired t-tests over sizes and learners, Holm for `fails`",
    error_rate=_ERROR_RATE,
    figure="pl19_fig3",
    reads=("linear/alignment",),
)
def _lower_risk(alignment):
    sizes, soft, hard = _paired(alignment)
    several = sizes > 1
    excess = (hard - soft)[:, several]
    reason = (
        f"at n = {sizes[-1]}: distillation {soft[-1].mean():.2g}, "
        + ", ".join(
            f"hard targets ({name}) {risk[-1].mean():.2g}" for name, risk in zip(_names(alignment), hard, strict=True)
        )
        + f"; {soft.shape[1]} sets; one point alone gives every learner the same direction"
    )
    reading = "linear students of a polynomial task; the learner is descent of fixed length, or its max-margin limit"
    return rising(excess.reshape(-1, excess.shape[-1]), reason, error_rate=_ERROR_RATE, reading=reading)


@claim(
    "pl19-intro-faster",
    section="1",
    statement="Classifiers learn much faster from another classifier's soft labels than from hard labels.",
    quantity="exponent of the decay of the mean risk with n, distillation's less the hard-target learner's, sizes "
    "above 1",
    test="bootstrap over transfer sets: each interval lies above 0",
    error_rate=_ERROR_RATE,
    figure="pl19_fig3",
    reads=("linear/alignment",),
)
def _faster(alignment):
    sizes, soft, hard = _paired(alignment)
    several = sizes > 1
    logarithms = np.log(sizes[several])
    estimates, stories = [], []
    for name, risk in zip(_names(alignment), hard, strict=True):
        samples = np.stack([soft[several], risk[several]])
        estimate, interval = bootstrap(
            lambda means: slope(logarithms, np.log(means[1]) - np.log(means[0])), samples, error_rate=_ERROR_RATE
        )
        estimates.append((estimate, interval))
        stories.append(
            f"{_exponent(logarithms, risk[several]):z.2f} with hard targets ({name}), difference {estimate:.2f} "
            f"({interval[0]:.2f} to {interval[1]:.2f})"
        )
    reason = f"risk ~ 1/n^b with b = {_exponent(logarithms, soft[several]):.2f} with distillation; {'; '.join(stories)}"
    return beyond(estimates, reason, above=0.0, reading="number of training points, not of steps")


def _paired(alignment):
    """Sizes, risk of distillation (size, set) and of the hard-target learners (learner, size, set), on the same "
    "sets."""
    hard = alignment["risk_hard_target"].transpose("hard_target", "hard_n_train", "hard_repeat").values
    sizes = alignment["hard_n_train"].values
    grown = alignment["risk"].sel(n_train=sizes).transpose("kappa", "n_train", "repeat").values
    kappa, repeat = np.nonzero(np.isfinite(grown).all(axis=1))
    return sizes, grown[kappa[0], :, repeat].T, hard


def _names(alignment):
    return [str(name) for name in alignment["hard_target"].values]


def _exponent(logarithms, risk):
    return -slope(logarithms, np.log(risk.mean(axis=-1)))
