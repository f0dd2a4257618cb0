"""Section 5: how hard labels correct a teacher's errors point by point, and what confidence they leave."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import every_cell

_ROUNDING = 1e-12
_READS = {"figure": "jz20_fig1", "reads": ("wide/effective_logits",)}


@claim(
    "jz20-sec5-pointwise",
    section="5",
    statement="Where the teacher is wrong, hard labels move the student's logit towards the correct side.",
    quantity="(2y_g − 1)·(z_eff − z_t) where the teacher is wrong, ρ < 1, every T",
    test="every cell",
    **_READS,
)
def _pointwise(logits):
    sign = 2 * logits["label"] - 1
    wrong = sign * logits["teacher_logit"] < 0
    moved = (sign * (logits["effective_logit"] - logits["teacher_logit"])).where(wrong)
    moved = moved.sel(soft_ratio=moved["soft_ratio"] < 1).values
    moved = moved[np.isfinite(moved)]
    reason = f"smallest move {moved.min():.2g}"
    return every_cell(moved <= 0, reason, estimate=moved.min())


@claim(
    "jz20-sec5-confidence",
    section="5",
    statement="However wrong the teacher is, the student's probability of the true class is at least 1 − ρ (T = 1).",
    quantity="σ(z_eff) − (1 − ρ) for y_g = 1, any z_t down to −∞, T = 1",
    test="every cell",
    **_READS,
)
def _confidence(logits):
    return _confident(logits.sel(temperature=[1.0]), "T = 1, as in the paper's example")


@claim(
    "jz20-sec5-confidence-temperature",
    section="5",
    statement="However wrong the teacher is, the student's probability of the true class is at least 1 − ρ (any T).",
    quantity="σ(z_eff) − (1 − ρ) for y_g = 1, any z_t down to −∞, every T but 1",
    test="every cell",
    **_READS,
)
def _confidence_temperature(logits):
    return _confident(logits.sel(temperature=logits["temperature"] != 1), "the same at other temperatures")


@claim(
    "jz20-sec5-half",
    section="5",
    statement="If ρ ≤ ½, the student is correct however wrong its teacher is (T = 1).",
    quantity="z_eff for y_g = 1 as z_t falls to −∞, ρ ≤ ½, T = 1",
    test="every cell",
    **_READS,
)
def _half(logits):
    return _corrected(logits.sel(temperature=[1.0]), "T = 1, as in the paper's example")


@claim(
    "jz20-sec5-half-temperature",
    section="5",
    statement="If ρ ≤ ½, the student is correct however wrong its teacher is (any T).",
    quantity="z_eff for y_g = 1 as z_t falls to −∞, ρ ≤ ½, every T but 1",
    test="every cell",
    **_READS,
)
def _half_temperature(logits):
    return _corrected(logits.sel(temperature=logits["temperature"] != 1), "the same at other temperatures")


@claim(
    "ext-wrong-teachers",
    section="5",
    statement="The student is correct however wrong its teacher is if and only if ρ ≤ T/(1 + T).",
    quantity="sign of z_eff for y_g = 1 as z_t falls to −∞ against that condition, every ρ and T",
    test="every cell",
    **_READS,
)
def _threshold(logits):
    limit, ratio, temperature = _limits(logits)
    largest = temperature / (1 + temperature)
    clear = np.abs(ratio - largest) > 1e-9
    violated = ((limit >= 0) != (ratio <= largest))[clear]
    return every_cell(violated, f"{int((~clear).sum())} cells lie on the border itself, where the limit is 0")


@claim(
    "ext-confidence",
    section="5",
    statement="The student's probability of the true class is at least 1 − ρ, however wrong its teacher is, if and "
    "only if σ(ln((1 − ρ)/ρ)/T) ≤ T(1 − ρ).",
    quantity="sign of σ(z_eff) − (1 − ρ) for y_g = 1 as z_t falls to −∞ against that condition, every ρ < 1 and T",
    test="every cell",
    **_READS,
)
def _confidence_condition(logits):
    limit, ratio, temperature = _limits(logits.sel(soft_ratio=logits["soft_ratio"] < 1))
    excess = temperature * (1 - ratio) - 1 / (1 + (ratio / (1 - ratio)) ** (1 / temperature))
    clear = np.abs(excess) > 1e-9
    confident = 1 / (1 + np.exp(-limit)) >= 1 - ratio - _ROUNDING
    violated = (confident != (excess >= 0))[clear]
    reason = f"it holds in {int(confident.sum())} of {confident.size} cells; at T = 1 with equality"
    return every_cell(violated, reason)


def _confident(logits, reading):
    logit = logits["effective_logit"].sel(label=1).transpose("soft_ratio", "temperature", "teacher_logit").values
    limit = logits["wrong_teacher_limit"].transpose("soft_ratio", "temperature").values
    ratio = logits["soft_ratio"].values[:, None, None]
    probability = 1 / (1 + np.exp(-np.concatenate([logit, limit[..., None]], axis=-1)))
    excess = probability - (1 - ratio)
    reason = f"σ(z_eff) − (1 − ρ) is at least {excess.min():.2g}"
    where = np.argwhere(excess < -_ROUNDING)
    if len(where):
        chosen = np.unique(logits["temperature"].values[where[:, 1]])
        reason += f"; negative at T = {', '.join(f'{value:g}' for value in chosen)}"
    return every_cell(excess < -_ROUNDING, reason, estimate=excess.min(), reading=reading)


def _corrected(logits, reading):
    limit = logits["wrong_teacher_limit"].sel(soft_ratio=logits["soft_ratio"] <= 0.5)
    limit = limit.transpose("temperature", "soft_ratio")
    wrong = limit.values < -_ROUNDING
    reason = f"smallest limit {limit.values.min(initial=np.inf):.2g}"
    if wrong.any():
        colder = limit["temperature"].values[wrong.any(axis=1)]
        reason += f"; the student stays wrong at T = {', '.join(f'{value:g}' for value in colder)}"
    return every_cell(wrong, reason, estimate=limit.values.min(initial=np.inf), reading=reading)


def _limits(logits):
    """The limit of z_eff, ρ and T, (ρ, T)."""
    limit = logits["wrong_teacher_limit"].transpose("soft_ratio", "temperature").values
    return limit, *np.meshgrid(logits["soft_ratio"].values, logits["temperature"].values, indexing="ij")
