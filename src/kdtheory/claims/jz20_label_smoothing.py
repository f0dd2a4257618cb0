"""Section 4.2: the effective logit as a cut-off of the teacher's, and distillation as label smoothing."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import every_cell

# Largest relative deviation that "approximately" admits.
_APPROXIMATELY = 0.1
_GRID = {"figure": "jz20_fig4", "reads": ("wide/effective_logits",)}


@claim(
    "jz20-sec42-cutoff",
    section="4.2",
    statement="With a perfect teacher the effective logit is approximately a cut-off, sgn(z_t)·max(t, |z_t|).",
    quantity="relative deviation of z_eff from the cut-off for z_t > 0, ρ < 1, T > 1",
    test=f"every cell within {100 * _APPROXIMATELY:.0f} %",
    **_GRID,
)
def _cutoff(logits):
    logits = _correct(logits.sel(temperature=logits["temperature"] > 1))
    threshold = logits["threshold"]
    deviation = (logits["effective_logit"] / np.maximum(threshold, logits["teacher_logit"]) - 1).transpose(
        "soft_ratio", "temperature", "teacher_logit"
    )
    worst = deviation.isel(deviation.argmax(...))
    at = float(threshold.sel(soft_ratio=worst["soft_ratio"], temperature=worst["temperature"]))
    reason = (
        f"largest deviation {100 * float(worst):.0f} %, at z_t = {float(worst['teacher_logit']):.3g} where t = {at:.3g}"
    )
    return every_cell(np.abs(deviation.values) > _APPROXIMATELY, reason, estimate=float(worst))


@claim(
    "jz20-sec42-cutoff-example",
    section="4.2",
    statement="In the 1-D example the student's logits are approximately a cut-off, sgn(z_t)·max(t, |z_t|).",
    quantity="root mean square over x of z_eff less the cut-off, over that of z_eff, each ρ",
    test=f"every soft ratio within {100 * _APPROXIMATELY:.0f} %",
    figure="jz20_fig4",
    reads=("wide/example",),
)
def _cutoff_of_example(example):
    off = np.sqrt(((example["effective_logit"] - example["cutoff"]) ** 2).mean("x"))
    off = (off / np.sqrt((example["effective_logit"] ** 2).mean("x"))).values
    shown = ", ".join(
        f"{100 * value:.0f} % (ρ = {ratio:g})" for ratio, value in zip(example["soft_ratio"].values, off, strict=True)
    )
    return every_cell(
        off > _APPROXIMATELY,
        f"deviation {shown}",
        what="soft ratios",
        estimate=off.max(),
        reading="on average over the example's inputs, not at each of them",
    )


@claim(
    "jz20-sec42-lower-limit",
    section="4.2",
    statement="Distillation limits the student's logits from below by the threshold t; label smoothing limits them "
    "from above.",
    quantity="|z_eff| − t of correct teachers, ρ < 1, every T",
    test="every cell",
    **_GRID,
)
def _lower_limit(logits):
    logits = _correct(logits)
    excess = (logits["effective_logit"] - logits["threshold"]).values
    reason = f"|z_eff| − t from {excess.min():.2g} to {excess.max():.3g}"
    return every_cell(excess < -1e-12, reason, estimate=excess.min())


@claim(
    "jz20-sec42-sign-limit",
    section="4.2",
    statement="As ρ → 0 the student's logits tend to t·sgn(z_t): distillation tends to label smoothing.",
    quantity="largest z_eff/t over teacher logits, from each ρ < 1 to the next one below, T > 1",
    test="falls at every pair of soft ratios",
    **_GRID,
)
def _sign_limit(logits):
    logits = _correct(logits.sel(temperature=logits["temperature"] > 1).sortby("soft_ratio"))
    ratio = (
        (logits["effective_logit"] / logits["threshold"]).max("teacher_logit").transpose("soft_ratio", "temperature")
    )
    smallest = ratio.isel(soft_ratio=0)
    reason = f"at ρ = {float(smallest['soft_ratio']):g} z_eff/t is at most " + ", ".join(
        f"{float(value):.2f} (T = {float(value['temperature']):g})" for value in smallest
    )
    return every_cell(
        np.diff(ratio.values, axis=0) <= 0,
        reason,
        what="pairs",
        estimate=float(smallest.max()),
        reading=f"teacher logits up to {float(logits['teacher_logit'].max()):g}; the limit itself is slow, t ~ ln(1/ρ)",
    )


@claim(
    "jz20-sec42-smoothing",
    section="4.2",
    statement="Distillation corresponds to label smoothing of logit a = ln(2/ε − 1) (T = 1).",
    quantity="t/a − 1 at ε = ρ, T = 1",
    test="every soft ratio, to rounding",
    **_GRID,
)
def _smoothing(logits):
    return _smoothed(logits.sel(temperature=[1.0]), "T = 1 and ε = ρ: a teacher without an opinion is a uniform one")


@claim(
    "jz20-sec42-smoothing-temperature",
    section="4.2",
    statement="Distillation corresponds to label smoothing of logit a = ln(2/ε − 1) (T > 1).",
    quantity="t/a − 1 at ε = ρ, T > 1",
    test="every cell, to rounding",
    **_GRID,
)
def _smoothing_temperature(logits):
    return _smoothed(logits.sel(temperature=logits["temperature"] > 1), "ε = ρ at the temperatures of distillation")


def _smoothed(logits, reading):
    logits = logits.sel(soft_ratio=logits["soft_ratio"] < 1)
    off = (logits["threshold"] / logits["label_smoothing"] - 1).values
    reason = f"t/a from {1 + off.min():.6g} to {1 + off.max():.6g}"
    return every_cell(
        np.abs(off) > 1e-9, reason, estimate=off[np.unravel_index(np.abs(off).argmax(), off.shape)], reading=reading
    )


def _correct(logits):
    """Correct teachers of the label 1, mixed with hard labels."""
    return logits.sel(label=1, soft_ratio=logits["soft_ratio"] < 1, teacher_logit=logits["teacher_logit"] > 0)
