"""Section 2 and Fig. 1: the shape of effective logits."""

import numpy as np

from kdtheory.claims.finding import ORDER, in_parts
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import READ_OFF_A_PLOT, always

# What counts as larger: clear of rounding.
_CLEARLY = 1e-9
_FIGURE_RATIO = 0.05
_TEACHERS = ("right teachers", "wrong teachers")
_READS = {"figure": "jz20_fig1", "reads": ("wide/effective_logits",), "kind": ORDER}
_PLATEAU = f"every curve and pair of curves within {100 * READ_OFF_A_PLOT:.0f} %"


@claim(
    "jz20-fig1-larger",
    section="2",
    statement="Converged student logits are always bigger than their teachers': |z_eff| > |z_t|.",
    quantity="|z_eff| − |z_t|, ρ < 1, every T",
    test="every cell",
    parts=_TEACHERS,
    **_READS,
)
def _larger(logits):
    wrong = (2 * logits["label"] - 1) * logits["teacher_logit"] < 0
    excess = np.abs(logits["effective_logit"]) - np.abs(logits["teacher_logit"])
    excess = excess.sel(soft_ratio=excess["soft_ratio"] < 1)
    found = {}
    for name, chosen in zip(_TEACHERS, (~wrong, wrong), strict=True):
        measured = excess.where(chosen).values
        reason = f"|z_eff| − |z_t| from {np.nanmin(measured):.2g} to {np.nanmax(measured):.3g}"
        found[name] = always(measured - _CLEARLY, reason=reason)
    return in_parts(_TEACHERS, found)


@claim(
    "jz20-fig1-split-ratio",
    section="2",
    statement="Hard labels split z_eff at the class boundary, and the split grows with their share 1 − ρ.",
    quantity="growth of half the jump at z_t = 0, the threshold t, from each ρ to the next one below, every T",
    test="every pair of soft ratios",
    **_READS,
)
def _split_ratio(logits):
    threshold = logits["threshold"].sortby("soft_ratio").transpose("soft_ratio", "temperature").values
    reason = f"t from {threshold[-1].max():.2g} at the largest ρ to {threshold[0].max():.3g} at the smallest"
    return always(-np.diff(threshold, axis=0) - _CLEARLY, reason=reason)


@claim(
    "jz20-fig1-split-temperature",
    section="2",
    statement="For T > 1 a higher temperature makes the split wider.",
    quantity="growth of half the jump at z_t = 0, the threshold t, from each T ≥ 1 to the next, ρ < 1",
    test="every pair of temperatures",
    **_READS,
)
def _split_temperature(logits):
    threshold = logits["threshold"].sel(soft_ratio=logits["soft_ratio"] < 1).sortby("temperature")
    threshold = threshold.transpose("temperature", "soft_ratio")
    growth, start = np.diff(threshold.values, axis=0), threshold["temperature"].values[:-1]
    colder = growth[start < 1]
    reason = f"below T = 1 it widens too, in {(colder > 0).sum()} of {colder.size} pairs" if colder.size else ""
    return always(growth[start >= 1] - _CLEARLY, reason=reason)


@claim(
    "jz20-fig1-cold-plateau",
    section="2",
    statement="For T < 1 the curve forms a plateau that does not depend on T.",
    quantity="how far z_eff, the root of Eq. 3, is from flat over the upper half of teacher logits, and from that of "
    "the next T < 1, ρ = 0.05",
    test=_PLATEAU,
    reading="the exact root, where descent ends after unlimited time",
    tolerance=READ_OFF_A_PLOT,
    **_READS,
)
def _cold_plateau(logits):
    return _plateau(logits, "effective_logit")


@claim(
    "jz20-fig1-cold-plateau-descent",
    section="2",
    statement="For T < 1 the curve forms a plateau that does not depend on T.",
    quantity="how far the logit of descent that is stopped early is from flat over the upper half of teacher logits, "
    "and from that of the next T < 1, ρ = 0.05",
    test=_PLATEAU,
    scope="reading",
    reading="first-order descent, as for the paper's figure, stopped before it ends",
    tolerance=READ_OFF_A_PLOT,
    assumes=("experiments.effective_logits.descent_steps", "experiments.effective_logits.descent_rate"),
    **_READS,
)
def _cold_plateau_of_descent(logits):
    return _plateau(logits, "descent_logit")


def _plateau(logits, name):
    ratio = float(logits["soft_ratio"].sel(soft_ratio=_FIGURE_RATIO, method="nearest"))
    largest = float(logits["teacher_logit"].max())
    curves = logits[name].sel(label=1, soft_ratio=ratio, temperature=logits["temperature"] < 1)
    curves = curves.sel(teacher_logit=slice(largest / 2, None)).transpose("temperature", "teacher_logit")
    values = curves.values
    uneven = values.max(axis=1) / values.min(axis=1) - 1
    apart = np.abs(values[1:] / values[:-1] - 1).max(axis=1)
    ends = "; ".join(
        f"T = {float(curve['temperature']):g}: {float(curve[0]):.2f} at z_t = {largest / 2:g}, {float(curve[-1]):.2f} "
        f"at z_t = {largest:g}"
        for curve in curves
    )
    return always(READ_OFF_A_PLOT - np.concatenate([uneven, apart]), reason=f"ρ = {ratio:g}: {ends}")
