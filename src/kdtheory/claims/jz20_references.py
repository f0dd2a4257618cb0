"""Section 4, Fig. 3: the references of an easy and of a hard task, the zero function and random labels."""

import numpy as np

from kdtheory.claims.growth_draws import inefficiency_draws, late, listed
from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import rising

_ERROR_RATE = 0.05
_UNPAIRED = "intersection–union of one-sided t-tests over tasks, Holm for `fails`"
_READS = {"figure": "jz20_fig3", "reads": ("wide/modes", "wide/references")}


@claim(
    "jz20-fig3-zero-easiest",
    section="4",
    statement="The zero function is extremely easy to learn: its I(n) is the lowest.",
    quantity="I over the last two octaves of each Gaussian mixture less that of the zero function",
    test=_UNPAIRED,
    error_rate=_ERROR_RATE,
    **_READS,
)
def _zero_easiest(modes, references):
    norm, names, values, reference = _against(modes, references, "zero")
    shown = listed(names, values, "{:.3f}")
    reason = f"I over n = {_span(late(norm))}: {np.nanmean(reference):.3f} (zero function), {shown}"
    reading = "mixtures of shrinking width; a function in the kernel's Hilbert space has I → 0, the zero function's "
    return rising(
        values - reference, reason, error_rate=_ERROR_RATE, reading=reading + "−z₀ is rough and falls only like 1/ln n"
    )


@claim(
    "jz20-fig3-zero-easy",
    section="4",
    statement="The zero function is easy: its I(n) lies far below that of random labels and of targets with flipped "
    "signs.",
    quantity="I over the last two octaves of each target with flipped signs, and of random labels, less that of zero",
    test=_UNPAIRED,
    error_rate=_ERROR_RATE,
    figure="jz20_fig3",
    reads=("wide/flips", "wide/references"),
)
def _zero_easy(flips, references):
    norm = flips["weight_norm"].sortby("flip_probability").transpose("flip_probability", ...)
    norm = norm.sel(flip_probability=norm["flip_probability"] > 0)
    window = late(norm)
    values = inefficiency_draws(norm, window)
    zero, random = (
        _matched(inefficiency_draws(references["weight_norm"].sel(reference=name), window), values)
        for name in ("zero", "random_labels")
    )
    names = [*(f"p = {value:g}" for value in norm["flip_probability"].values), "random labels"]
    values = np.concatenate([values, random[None]])
    reason = f"I over n = {_span(window)}: {np.nanmean(zero):.3f} (zero function), {listed(names, values)}"
    return rising(values - zero, reason, error_rate=_ERROR_RATE)


@claim(
    "jz20-fig3-random-hardest",
    section="4",
    statement="Random labels are the hard reference: their I(n) lies above that of every Gaussian mixture.",
    quantity="I over the last two octaves of random labels less that of each Gaussian mixture",
    test=_UNPAIRED,
    error_rate=_ERROR_RATE,
    **_READS,
)
def _random_hardest(modes, references):
    norm, names, values, reference = _against(modes, references, "random_labels")
    reason = f"I over n = {_span(late(norm))}: {np.nanmean(reference):.2f} (random labels), {listed(names, values)}"
    return rising(reference - values, reason, error_rate=_ERROR_RATE)


def _against(modes, references, reference):
    """Draws of each mixture, and of a reference from other runs."""
    norm = modes["weight_norm"].sel(width_law="shrinking").sortby("modes").transpose("modes", ...)
    names = [f"q = {count}" for count in norm["modes"].values]
    values = inefficiency_draws(norm, late(norm))
    other = inefficiency_draws(references["weight_norm"].sel(reference=reference), late(norm))
    return norm, names, values, _matched(other, values)


def _matched(draws, values):
    """Independent runs may be paired in any order; as many as both have."""
    matched = np.full(values.shape[-1], np.nan)
    count = min(len(draws), len(matched))
    matched[:count] = draws[:count]
    return matched


def _span(window):
    return f"{window[0]}…{window[1]}"
