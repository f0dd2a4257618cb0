"""Section 5, the factors behind distillation's success: data geometry, optimization bias, monotonicity (Fig. 3 to
5)."""

import numpy as np

from kdtheory.claims.finding import ORDER
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, beyond, order
from kdtheory.statistics.correlations import correlations_of_means_by_world
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.means import mean, trend_by_world

# A correlation of ±1 has no finite Fisher transform.
_NEARLY_ONE = 1 - 1e-12
_ORDERED = "one-sided paired t-test over worlds for each pair of adjacent {}"


@claim(
    "pl19-fig3-alignment",
    section="5.1",
    statement="The better the data align with the teacher (larger κ), the lower the student's transfer risk.",
    quantity="fall of the mean exact risk from each κ to the next, on the same directions",
    test=_ORDERED.format("κ"),
    error_rate=ERROR_RATE,
    figure="pl19_fig3",
    reads=("linear/alignment",),
    kind=ORDER,
    assumes=("datasets.<name>.kappas",),
)
def _alignment(alignment):
    risk = alignment["risk"].sel(n_train=alignment["gram_n_train"].values[-1]).sortby("kappa")
    risk = risk.dropna("kappa", how="all")
    kappa, risk = risk["kappa"].values, risk.transpose("world", "kappa").values
    reason = f"mean risk {risk[:, 0].mean():.3g} at κ = {kappa[0]:g} and {risk[:, -1].mean():.3g} at κ = {kappa[-1]:g}"
    return order(mean(-np.diff(risk)), trend=mean(trend_by_world(-risk)), reason=reason)


@claim(
    "pl19-fig5-correlation",
    section="5.3",
    statement="Across learners, monotonicity and expected transfer risk are negatively correlated.",
    quantity="Pearson correlation of monotonicity index and mean risk over distillation, the hard-target learner and "
    "five w_δ",
    test="one-sided t-test of the jackknife over worlds that it is below 0",
    error_rate=ERROR_RATE,
    figure="pl19_fig5",
    reads=("linear/monotonicity",),
    kind=ORDER,
    scope="reading",
    reading="these learners, which are fixed: the interval has no spread over other learners; q drawn afresh when a "
    "point is added; the hard-target learner is descent of fixed length",
    assumes=("experiments.monotonicity.cells.chains.hard_target_steps",),
)
def _correlation(monotonicity):
    learners = [name for name in monotonicity["learner"].values if name != "hard_target_margin"]
    chosen = monotonicity.sel(learner=learners)
    found, same, both = (
        _correlated(group, index)
        for group, index in ((chosen, "improved"), (chosen, "improved_same_q"), (monotonicity, "improved"))
    )
    spread = 1.959964 / np.sqrt(max(len(learners) - 3, 1))
    low, high = np.tanh(np.arctanh(np.clip(float(found.value), -_NEARLY_ONE, _NEARLY_ONE)) + spread * np.array([-1, 1]))
    reason = (
        f"r = {float(found.value):.2f} over {len(learners)} learners (were they a sample, Fisher's 95 % interval would "
        f"be {low:.2f} to {high:.2f}); with the same q before and after r = {float(same.value):.2f}; with the "
        f"max-margin learner, whose ties count as no improvement, r = {float(both.value):.2f}"
    )
    return beyond(found[None], below=0.0, reason=reason)


@claim(
    "pl19-fig5-caption-order",
    section="5.3",
    statement="The learners w_δ for δ = 1/16 … 1, in this order, stand from left to right: a larger δ has a larger "
    "monotonicity index.",
    quantity="rise of the monotonicity index from each δ to the next, on the same transfer sets",
    test=_ORDERED.format("δ"),
    error_rate=ERROR_RATE,
    figure="pl19_fig5",
    reads=("linear/monotonicity",),
    kind=ORDER,
    reading="as the caption of Fig. 5 says",
)
def _caption_order(monotonicity):
    deltas = {float(name[6:]): name for name in monotonicity["learner"].values if name.startswith("delta_")}
    ordered = [deltas[delta] for delta in sorted(deltas)]
    improved = monotonicity["improved"].sel(learner=ordered).transpose("world", "learner").values.astype(float)
    reason = "index " + ", ".join(
        f"{share:.3f} (δ = {delta:g})" for delta, share in zip(sorted(deltas), improved.mean(axis=0), strict=True)
    )
    return order(mean(np.diff(improved)), trend=mean(trend_by_world(improved)), reason=reason)


def _correlated(monotonicity, index):
    """Correlation over learners of the two means over worlds."""
    return pooled(
        correlations_of_means_by_world(
            *(monotonicity[name].transpose("world", "learner").values for name in (index, "risk"))
        )
    )
