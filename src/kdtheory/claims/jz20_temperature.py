"""Section 2: what the temperature leaves in students that are trained to the end, in both conventions of the loss."""

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.draws import listed, worlds_of
from kdtheory.claims.finding import ORDER, in_parts
from kdtheory.claims.inefficiency import WORLDS, inefficiency_draws, plateau, span, unless_descriptive
from kdtheory.claims.inefficiency import listed as listed_draws
from kdtheory.claims.registry import claim
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.means import mean

_PARTS = ("Eq. 2", "soft term times T²")
_SCALES = ("raw", "t_squared")
# Largest fall of a risk that is no benefit, fixed before the data.
_NO_BENEFIT = 0.001
_READS = {
    "section": "2",
    "figure": "jz20_temperature",
    "reads": ("wide/temperature",),
    "kind": ORDER,
    "parts": _PARTS,
    "error_rate": len(_PARTS) * rules.ERROR_RATE,
}
_STEPS = "from each T ≥ 1 to the next, each ρ < 1"
_CONVENTION = "at equal soft ratio, of Eq. 2 or of the loss whose soft term is multiplied by T²"


@claim(
    "jz20-sec2-temperature-training",
    statement="A high temperature is only a benefit during training: it does not make the trained student better.",
    quantity=f"fall of the transfer risk at the largest n {_STEPS}, perfect teacher",
    test=f"one-sided paired t-tests over worlds: below {_NO_BENEFIT} at every step, in each part, Holm for `fails`",
    scope="reading",
    reading=f"better is a lower transfer risk, {_CONVENTION}",
    **_READS,
)
def _training(temperature):
    def check(group):
        risk = group["risk"].isel(n_train=-1)
        falls = -np.diff(worlds_of(risk, "temperature", "soft_ratio"), axis=1)
        return rules.beyond(mean(falls), below=_NO_BENEFIT, reason=_risks(risk))

    return _in_conventions(temperature, check)


@claim(
    "ext-temperature-risk",
    statement="At a given soft ratio a higher temperature makes the student of a perfect teacher worse.",
    quantity=f"rise of the transfer risk at the largest n {_STEPS}, perfect teacher",
    test="one-sided paired t-tests over worlds at every step, in each part, Holm for `fails`",
    scope="ours",
    reading=_CONVENTION,
    **_READS,
)
def _risk(temperature):
    def check(group):
        risk = group["risk"].isel(n_train=-1)
        rises = np.diff(worlds_of(risk, "temperature", "soft_ratio"), axis=1)
        return rules.order(mean(rises), reason=_risks(risk))

    return _in_conventions(temperature, check)


@claim(
    "ext-temperature-inefficiency",
    statement="At a given soft ratio a higher temperature makes the task harder: I(n) rises with T.",
    quantity=f"rise of I over n = 128…1024 {_STEPS}, perfect teacher",
    test="one-sided paired t-tests at every step, in each part, Holm for `fails`" + WORLDS,
    scope="ours",
    reading=_CONVENTION,
    **_READS,
)
def _inefficiency(temperature):
    def check(group):
        norm = group["weight_norm"].transpose("temperature", "soft_ratio", ...)
        window = plateau(norm)
        values = inefficiency_draws(norm, [window])[:, 0]
        shown = listed_draws(_temperatures(norm), values.mean(axis=2), "{:.3f}")
        found = rules.order(pooled(np.diff(values, axis=1)), reason=f"mean I over n = {span(window)}: {shown}")
        return unless_descriptive(found, values)

    return _in_conventions(temperature, check)


@claim(
    "ext-temperature-correction",
    statement="At a given soft ratio a higher temperature corrects a poor teacher more: its student errs less.",
    quantity=f"fall of the test error at the largest n {_STEPS}, teacher of the first stopping epoch",
    test="one-sided paired t-tests over worlds at every step, in each part, Holm for `fails`",
    scope="ours",
    reading=_CONVENTION,
    **_READS,
)
def _correction(temperature):
    error = temperature["teacher_error"].sortby("stopping_epoch").isel(stopping_epoch=0)
    first = f"the teacher errs on {float(error.mean('world')):.3f}"

    def check(group):
        errors = group["test_error"].sortby("stopping_epoch").isel(stopping_epoch=0, imperfect_n_train=-1)
        falls = -np.diff(worlds_of(errors, "temperature", "soft_ratio"), axis=1)
        return rules.order(mean(falls), reason=f"{first}; {_risks(errors, 'test error')}")

    return _in_conventions(temperature, check)


def _in_conventions(group, check):
    """The findings on each convention, at temperatures of 1 and more, rising."""
    group = group.sortby("temperature")
    group = group.sel(temperature=group["temperature"] >= 1)
    return in_parts(_PARTS, {
        part: check(group.sel(loss_scale=scale, drop=True)) for part, scale in zip(_PARTS, _SCALES, strict=True)
    })  # fmt: skip


def _risks(values, words="risk"):
    means = mean(worlds_of(values, "temperature", "soft_ratio").mean(axis=2))
    return f"mean {words} {listed(_temperatures(values), means, '{:.2g}')}"


def _temperatures(values):
    return [f"T = {temperature:g}" for temperature in values["temperature"].values]
