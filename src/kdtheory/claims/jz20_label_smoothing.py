"""Section 4.2: the effective logit as a cut-off of the teacher's, and distillation as label smoothing."""

import numpy as np

from kdtheory.claims.finding import IDENTITY, ORDER, in_parts
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import READ_OFF_A_PLOT, always, identity

_CLEARLY = 1e-9
_SAME = 1e-9
_SIDES = ("z_t > t", "z_t ≤ t")
_READS = {"figure": "jz20_fig4", "reads": ("wide/effective_logits",), "section": "4.2"}


@claim(
    "jz20-sec42-cutoff",
    statement="With a perfect teacher the effective logit is approximately a cut-off, sgn(z_t)·max(t, |z_t|).",
    quantity="relative deviation of z_eff from the cut-off for z_t > 0, ρ < 1, T > 1",
    test=f"every cell within {100 * READ_OFF_A_PLOT:.0f} %",
    kind=ORDER,
    parts=_SIDES,
    tolerance=READ_OFF_A_PLOT,
    **_READS,
)
def _cutoff(logits):
    logits = _correct(logits.sel(temperature=logits["temperature"] > 1))
    threshold, teacher = logits["threshold"], logits["teacher_logit"]
    deviation = logits["effective_logit"] / np.maximum(threshold, teacher) - 1
    found = {}
    for name, chosen in zip(_SIDES, (teacher > threshold, teacher <= threshold), strict=True):
        off = np.abs(deviation.where(chosen).values)
        reason = f"largest deviation {100 * np.nanmax(off):.0f} %" if np.isfinite(off).any() else ""
        found[name] = always(READ_OFF_A_PLOT - off, reason=reason)
    return in_parts(_SIDES, found)


@claim(
    "jz20-sec42-lower-limit",
    statement="Distillation limits the student's logits from below by the threshold t; label smoothing limits them "
    "from above.",
    quantity="t − |z_eff| of correct teachers where it is positive, ρ < 1, every T",
    test="every cell, to rounding",
    kind=IDENTITY,
    **_READS,
)
def _lower_limit(logits):
    logits = _correct(logits)
    excess = (logits["effective_logit"] - logits["threshold"]).values
    reason = f"|z_eff| − t from {excess.min():.2g} to {excess.max():.3g}"
    return identity(np.maximum(-excess, 0.0), reason=reason)


@claim(
    "jz20-sec42-sign-limit",
    statement="As ρ → 0 the student's logits tend to t·sgn(z_t): distillation tends to label smoothing.",
    quantity="fall of the largest z_eff/t over teacher logits, from each ρ < 1 to the next one below, T > 1",
    test="every pair of soft ratios",
    kind=ORDER,
    reading="teacher logits of the grid; the limit itself is slow, t ~ ln(1/ρ)",
    assumes=("experiments.effective_logits.largest_logit",),
    **_READS,
)
def _sign_limit(logits):
    logits = _correct(logits.sel(temperature=logits["temperature"] > 1).sortby("soft_ratio"))
    ratio = (logits["effective_logit"] / logits["threshold"]).max("teacher_logit")
    ratio = ratio.transpose("soft_ratio", "temperature")
    smallest = ratio.isel(soft_ratio=0)
    reason = f"at ρ = {float(smallest['soft_ratio']):g} z_eff/t is at most " + ", ".join(
        f"{float(value):.2f} (T = {float(value['temperature']):g})" for value in smallest
    )
    return always(np.diff(ratio.values, axis=0) - _CLEARLY, reason=reason)


@claim(
    "jz20-sec42-smoothing",
    statement="Distillation corresponds to label smoothing of logit a = ln(2/ε − 1) (T = 1).",
    quantity="t/a − 1 at ε = ρ, T = 1",
    test="every soft ratio, to rounding",
    kind=IDENTITY,
    reading="T = 1 and ε = ρ: a teacher without an opinion is a uniform one",
    **_READS,
)
def _smoothing(logits):
    off, reason = _smoothed(logits.sel(temperature=[1.0]))
    return identity(off, rounding=_SAME, reason=reason)


@claim(
    "ext-smoothing-temperature",
    statement="At the temperatures of distillation, T > 1, the threshold is the logit of label smoothing with ε = ρ.",
    quantity="t/a − 1 with a = ln(2/ρ − 1), T > 1",
    test="every cell, to rounding",
    kind=ORDER,
    scope="ours",
    reading="ε = ρ, which the paper does not say of T > 1",
    **_READS,
)
def _smoothing_temperature(logits):
    off, reason = _smoothed(logits.sel(temperature=logits["temperature"] > 1))
    return always(_SAME - np.abs(off), reason=reason)


def _smoothed(logits):
    logits = logits.sel(soft_ratio=logits["soft_ratio"] < 1)
    off = (logits["threshold"] / logits["label_smoothing"] - 1).values
    return off, f"t/a from {1 + off.min():.6g} to {1 + off.max():.6g}"


def _correct(logits):
    """Correct teachers of the label 1, mixed with hard labels."""
    return logits.sel(label=1, soft_ratio=logits["soft_ratio"] < 1, teacher_logit=logits["teacher_logit"] > 0)
