"""Section 2 and Fig. 1: the shape of effective logits."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import every_cell

# A plateau is flat, and the same for two temperatures, where logits differ by less than this from their mean.
_FLAT = 0.1
_FIGURE_RATIO = 0.05
_READS = {"figure": "jz20_fig1", "reads": ("wide/effective_logits",)}


@claim(
    "jz20-fig1-larger",
    section="2",
    statement="Converged student logits are always bigger than their teachers': |z_eff| > |z_t|.",
    quantity="|z_eff| − |z_t| where the teacher is correct, ρ < 1, every T",
    test="every cell",
    **_READS,
)
def _larger(logits):
    return _growth(logits, correct=True, reading="correct teachers, the solid lines")


@claim(
    "jz20-fig1-larger-wrong",
    section="2",
    statement="Converged student logits are always bigger than their teachers', wrong ones included: |z_eff| > |z_t|.",
    quantity="|z_eff| − |z_t| where the teacher is wrong, ρ < 1, every T",
    test="every cell",
    **_READS,
)
def _larger_wrong(logits):
    return _growth(logits, correct=False, reading="wrong teachers, the dashed lines")


@claim(
    "jz20-fig1-split-ratio",
    section="2",
    statement="Hard labels split z_eff at the class boundary, and the split grows with their share 1 − ρ.",
    quantity="half of the jump at z_t = 0, the threshold t, from each ρ to the next one below, every T",
    test="every pair of soft ratios",
    **_READS,
)
def _split_ratio(logits):
    threshold = logits["threshold"].sortby("soft_ratio").transpose("soft_ratio", "temperature").values
    growth = -np.diff(threshold, axis=0)
    reason = f"t from {threshold[-1].max():.2g} at the largest ρ to {threshold[0].max():.3g} at the smallest"
    return every_cell(growth <= 0, reason, what="pairs", estimate=growth.min())


@claim(
    "jz20-fig1-split-temperature",
    section="2",
    statement="For T > 1 a higher temperature makes the split wider.",
    quantity="half of the jump at z_t = 0, the threshold t, from each T ≥ 1 to the next, ρ < 1",
    test="every pair of temperatures",
    **_READS,
)
def _split_temperature(logits):
    threshold = logits["threshold"].sel(soft_ratio=logits["soft_ratio"] < 1).sortby("temperature")
    threshold = threshold.transpose("temperature", "soft_ratio")
    growth, start = np.diff(threshold.values, axis=0), threshold["temperature"].values[:-1]
    colder = growth[start < 1]
    reason = f"smallest growth {growth[start >= 1].min(initial=np.inf):.2g} from one T ≥ 1 to the next"
    if colder.size:
        reason += f"; below T = 1 it widens too, in {int((colder > 0).sum())} of {colder.size} pairs"
    return every_cell(growth[start >= 1] <= 0, reason, what="pairs", estimate=growth[start >= 1].min(initial=np.inf))


@claim(
    "jz20-fig1-cold-plateau",
    section="2",
    statement="For T < 1 the curve forms a plateau that does not depend on T.",
    quantity="how far z_eff, the root of Eq. 3, is from flat over the upper half of teacher logits, and from that of "
    "the next T < 1, ρ = 0.05",
    test=f"every curve and pair of curves within {100 * _FLAT:.0f} %",
    **_READS,
)
def _cold_plateau(logits):
    return _plateau(logits, "effective_logit", "the exact root, where descent ends after unlimited time")


@claim(
    "jz20-fig1-cold-plateau-descent",
    section="2",
    statement="For T < 1 the curve forms a plateau that does not depend on T.",
    quantity="how far the logit of descent that is stopped early is from flat over the upper half of teacher logits, "
    "and from that of the next T < 1, ρ = 0.05",
    test=f"every curve and pair of curves within {100 * _FLAT:.0f} %",
    **_READS,
)
def _cold_plateau_of_descent(logits):
    return _plateau(logits, "descent_logit", "first-order descent, as for the paper's figure, stopped before it ends")


def _growth(logits, *, correct, reading):
    wrong = _wrong(logits)
    excess = np.abs(logits["effective_logit"]) - np.abs(logits["teacher_logit"])
    excess = _mixed(excess.where(~wrong if correct else wrong))
    reason = f"|z_eff| − |z_t| from {excess.min():.2g} to {excess.max():.3g}"
    return every_cell(excess <= 0, reason, estimate=excess.min(), reading=reading)


def _plateau(logits, name, reading):
    ratio = float(logits["soft_ratio"].sel(soft_ratio=_FIGURE_RATIO, method="nearest"))
    largest = float(logits["teacher_logit"].max())
    curves = logits[name].sel(label=1, soft_ratio=ratio, temperature=logits["temperature"] < 1)
    curves = curves.sel(teacher_logit=slice(largest / 2, None)).transpose("temperature", "teacher_logit")
    values = curves.values
    uneven = values.max(axis=1) / values.min(axis=1) - 1
    apart = np.abs(values[1:] / values[:-1] - 1).max(axis=1)
    off = np.concatenate([uneven, apart])
    ends = "; ".join(
        f"T = {float(curve['temperature']):g}: {float(curve[0]):.2f} at z_t = {largest / 2:g}, {float(curve[-1]):.2f} "
        f"at z_t = {largest:g}"
        for curve in curves
    )
    reason = f"ρ = {ratio:g}: {ends}; largest deviation {100 * off.max():.0f} %"
    return every_cell(off > _FLAT, reason, what="curves and pairs of curves", estimate=off.max(), reading=reading)


def _wrong(logits):
    return (2 * logits["label"] - 1) * logits["teacher_logit"] < 0


def _mixed(values):
    """What was measured where hard labels take part."""
    values = values.sel(soft_ratio=values["soft_ratio"] < 1).values
    return values[np.isfinite(values)]
