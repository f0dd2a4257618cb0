"""Section 5: how hard labels correct a teacher's errors point by point, and what confidence they leave."""

import numpy as np

from kdtheory.claims.finding import IDENTITY, ORDER, in_parts
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import always, identity

# What counts as a move, and the distance from a border at which rounding decides nothing.
_CLEARLY = 1e-9
_TEMPERATURES = ("T < 1", "T > 1")
_READS = {"figure": "jz20_fig1", "reads": ("wide/effective_logits",), "section": "5", "test": "every cell"}


@claim(
    "jz20-sec5-pointwise",
    statement="Where the teacher is wrong, hard labels move the student's logit towards the correct side.",
    quantity="(2y_g − 1)·(z_eff − z_t) where the teacher is wrong, ρ < 1, every T",
    kind=ORDER,
    **_READS,
)
def _pointwise(logits):
    sign = 2 * logits["label"] - 1
    moved = sign * (logits["effective_logit"] - logits["teacher_logit"])
    moved = moved.where(sign * logits["teacher_logit"] < 0).sel(soft_ratio=logits["soft_ratio"] < 1).values
    return always(moved - _CLEARLY, reason=f"smallest move {np.nanmin(moved):.2g}")


@claim(
    "jz20-sec5-confidence",
    statement="However wrong the teacher is, the student's probability of the true class is at least 1 − ρ (T = 1).",
    quantity="σ(z_eff) − (1 − ρ) for y_g = 1, any z_t down to −∞, T = 1",
    kind=ORDER,
    **_READS,
)
def _confidence(logits):
    return _confident(logits.sel(temperature=[1.0]))


@claim(
    "ext-confidence-temperature",
    statement="However wrong the teacher is, the student's probability of the true class is at least 1 − ρ at other "
    "temperatures than the paper's T = 1 too.",
    quantity="σ(z_eff) − (1 − ρ) for y_g = 1, any z_t down to −∞, every T but 1",
    kind=ORDER,
    scope="ours",
    parts=_TEMPERATURES,
    **_READS,
)
def _confidence_temperature(logits):
    return _by_temperature(logits, _confident)


@claim(
    "jz20-sec5-half",
    statement="If ρ ≤ ½, the student is correct however wrong its teacher is (T = 1).",
    quantity="z_eff for y_g = 1 as z_t falls to −∞, ρ ≤ ½, T = 1",
    kind=ORDER,
    **_READS,
)
def _half(logits):
    return _corrected(logits.sel(temperature=[1.0]))


@claim(
    "ext-half-temperature",
    statement="If ρ ≤ ½, the student is correct however wrong its teacher is, at other temperatures than the paper's "
    "T = 1 too.",
    quantity="z_eff for y_g = 1 as z_t falls to −∞, ρ ≤ ½, every T but 1",
    kind=ORDER,
    scope="ours",
    parts=_TEMPERATURES,
    **_READS,
)
def _half_temperature(logits):
    return _by_temperature(logits, _corrected)


@claim(
    "ext-wrong-teachers",
    statement="The student is correct however wrong its teacher is if and only if ρ ≤ T/(1 + T).",
    quantity="sign of z_eff for y_g = 1 as z_t falls to −∞ against that condition, every ρ and T",
    kind=IDENTITY,
    scope="ours",
    **_READS,
)
def _threshold(logits):
    limit, ratio, temperature = _limits(logits)
    largest = temperature / (1 + temperature)
    clear = np.abs(ratio - largest) > _CLEARLY
    violated = ((limit >= 0) != (ratio <= largest))[clear]
    return identity(violated, reason=f"{(~clear).sum()} cells lie on the border itself, where the limit is 0")


@claim(
    "ext-confidence",
    statement="The student's probability of the true class is at least 1 − ρ, however wrong its teacher is, if and "
    "only if σ(ln((1 − ρ)/ρ)/T) ≤ T(1 − ρ).",
    quantity="sign of σ(z_eff) − (1 − ρ) for y_g = 1 as z_t falls to −∞ against that condition, every ρ < 1 and T",
    kind=IDENTITY,
    scope="ours",
    **_READS,
)
def _confidence_condition(logits):
    limit, ratio, temperature = _limits(logits.sel(soft_ratio=logits["soft_ratio"] < 1))
    excess = temperature * (1 - ratio) - 1 / (1 + (ratio / (1 - ratio)) ** (1 / temperature))
    clear = np.abs(excess) > _CLEARLY
    confident = 1 / (1 + np.exp(-limit)) >= 1 - ratio - 1e-12
    violated = (confident != (excess >= 0))[clear]
    reason = f"it holds in {confident.sum()} of {confident.size} cells; at T = 1 with equality"
    return identity(violated, reason=reason)


def _by_temperature(logits, check):
    temperature = logits["temperature"]
    chosen = zip(_TEMPERATURES, (temperature < 1, temperature > 1), strict=True)
    return in_parts(_TEMPERATURES, {name: check(logits.sel(temperature=one)) for name, one in chosen})


def _confident(logits):
    logit = logits["effective_logit"].sel(label=1).transpose("soft_ratio", "temperature", "teacher_logit").values
    limit = logits["wrong_teacher_limit"].transpose("soft_ratio", "temperature").values
    probability = 1 / (1 + np.exp(-np.concatenate([logit, limit[..., None]], axis=-1)))
    excess = probability - (1 - logits["soft_ratio"].values[:, None, None])
    return always(excess, reason=f"σ(z_eff) − (1 − ρ) is at least {excess.min(initial=np.inf):.2g}")


def _corrected(logits):
    limit = logits["wrong_teacher_limit"].sel(soft_ratio=logits["soft_ratio"] <= 0.5)
    limit = limit.transpose("temperature", "soft_ratio")
    reason = f"smallest limit {limit.values.min(initial=np.inf):.2g}"
    wrong = limit["temperature"].values[(limit.values < -1e-12).any(axis=1)]
    if wrong.size:
        reason += f"; the student stays wrong at T = {', '.join(f'{value:g}' for value in wrong)}"
    return always(limit.values, reason=reason)


def _limits(logits):
    """The limit of z_eff, ρ and T, (ρ, T)."""
    limit = logits["wrong_teacher_limit"].transpose("soft_ratio", "temperature").values
    return limit, *np.meshgrid(logits["soft_ratio"].values, logits["temperature"].values, indexing="ij")
