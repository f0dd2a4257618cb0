"""Section 5, the factors behind distillation's success: data geometry, optimization bias, monotonicity (Fig. 3 to "
"5)."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import beyond, bootstrap, rising

_ERROR_RATE = 0.05
_ORDERED = "intersection–union of one-sided paired t-tests of adjacent {}, Holm for `fails`"


@claim(
    "pl19-fig3-alignment",
    section="5.1",
    statement="The better the data align with the teacher (larger κ), the lower the student's transfer risk.",
    quantity="fall of the mean exact risk from each κ to the next, on the same directions",
    test=_ORDERED.format("κ"),
    error_rate=_ERROR_RATE,
    figure="pl19_fig3",
    reads=("linear/alignment",),
)
def _alignment(alignment):
    risk = alignment["risk"].sel(n_train=alignment["gram_n_train"].values[-1]).sortby("kappa")
    risk = risk.transpose("kappa", "repeat").values
    risk = risk[:, np.isfinite(risk).all(axis=0)]
    kappa = np.sort(alignment["kappa"].values)
    reason = (
        f"mean risk {risk[0].mean():.3g} at κ = {kappa[0]:g} and {risk[-1].mean():.3g} at κ = {kappa[-1]:g}, "
        f"{risk.shape[1]} sets"
    )
    return rising(-np.diff(risk, axis=0), reason, error_rate=_ERROR_RATE)


@claim(
    "pl19-fig5-correlation",
    section="5.3",
    statement="Across learners, monotonicity and expected transfer risk are negatively correlated.",
    quantity="Pearson correlation of monotonicity index and mean risk over distillation, the hard-target learner and "
    "five w_δ",
    test="bootstrap over transfer sets: the interval lies below 0",
    error_rate=_ERROR_RATE,
    figure="pl19_fig5",
    reads=("linear/monotonicity",),
)
def _correlation(monotonicity):
    learners = [name for name in monotonicity["learner"].values if name != "hard_target_margin"]
    chosen = monotonicity.sel(learner=learners)
    estimate, interval = _correlated(chosen, "improved")
    same, same_interval = _correlated(chosen, "improved_same_q")
    both, both_interval = _correlated(monotonicity, "improved")
    reason = (
        f"r = {estimate:.2f} ({interval[0]:.2f} to {interval[1]:.2f}) over {len(learners)} learners; with the same q "
        "before "
        f"and after r = {same:.2f} ({same_interval[0]:.2f} to {same_interval[1]:.2f}); with the max-margin learner, "
        "whose "
        f"ties count as no improvement, r = {both:.2f} ({both_interval[0]:.2f} to {both_interval[1]:.2f})"
    )
    reading = "q drawn afresh when a point is added; the hard-target learner is descent of fixed length"
    return beyond([(estimate, interval)], reason, below=0.0, reading=reading)


@claim(
    "pl19-fig5-caption-order",
    section="5.3",
    statement="The learners w_δ for δ = 1/16 … 1, in this order, stand from left to right: a larger δ has a larger "
    "monotonicity index.",
    quantity="rise of the monotonicity index from each δ to the next, on the same transfer sets",
    test=_ORDERED.format("δ"),
    error_rate=_ERROR_RATE,
    figure="pl19_fig5",
    reads=("linear/monotonicity",),
)
def _caption_order(monotonicity):
    deltas = {float(name[6:]): name for name in monotonicity["learner"].values if name.startswith("delta_")}
    ordered = [deltas[delta] for delta in sorted(deltas)]
    improved = monotonicity["improved"].sel(learner=ordered).transpose("learner", "repeat").values.astype(float)
    index = improved.mean(axis=1)
    reason = "index " + ", ".join(
        f"{value:.3f} (δ = {delta:g})" for delta, value in zip(sorted(deltas), index, strict=True)
    )
    reading = "as the caption of Fig. 5 says"
    return rising(np.diff(improved, axis=0), reason, error_rate=_ERROR_RATE, reading=reading)


def _correlated(monotonicity, improved):
    samples = np.stack([monotonicity[name].transpose("learner", "repeat").values for name in (improved, "risk")])
    return bootstrap(_pearson, samples, error_rate=_ERROR_RATE)


def _pearson(means):
    """Correlation over learners of two quantities, (2, learners, resamples)."""
    centred = means - means.mean(axis=1, keepdims=True)
    first, second = centred / np.sqrt(np.sum(centred**2, axis=1, keepdims=True))
    return np.sum(first * second, axis=0)
