"""Section 4, Fig. 3: the references of an easy and of a hard task, the zero function and random labels."""

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.finding import ORDER
from kdtheory.claims.inefficiency import (
    RARE_FLIPS,
    WORLDS,
    inefficiency_draws,
    listed,
    plateau,
    span,
    unless_descriptive,
)
from kdtheory.claims.registry import claim
from kdtheory.statistics.estimate import joined
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.means import independent_difference

_UNPAIRED = "one-sided Welch test of every task, whose worlds are others than the reference's" + WORLDS
_READS = {
    "figure": "jz20_fig3",
    "reads": ("wide/modes", "wide/references"),
    "kind": ORDER,
    "error_rate": rules.ERROR_RATE,
    "assumes": ("datasets.<name>.width_laws", "datasets.<name>.dim"),
}


@claim(
    "jz20-fig3-zero-easiest",
    section="4",
    statement="The zero function is extremely easy to learn: its I(n) is the lowest.",
    quantity="I over n = 128…1024 of each Gaussian mixture less that of the zero function",
    test=_UNPAIRED,
    reading="mixtures of shrinking width; a function in the kernel's Hilbert space has I → 0, while the zero "
    "function's −z₀ is rough and its I falls only like 1/ln n",
    **_READS,
)
def _zero_easiest(modes, references):
    norm, names, values = _mixtures(modes)
    zero = _reference(references, "zero", plateau(norm))
    reason = _compared(plateau(norm), ["zero function", *names], zero[:, None], values)
    return unless_descriptive(rules.order(independent_difference(pooled(values), pooled(zero)), reason=reason), values)


@claim(
    "jz20-fig3-zero-easy",
    section="4",
    statement="The zero function is easy: its I(n) lies far below that of random labels and of targets with flipped "
    "signs.",
    quantity=f"I over n = 128…1024 of each target with more than {100 * RARE_FLIPS:g} % flipped signs, and of random "
    "labels, less that of zero",
    test=_UNPAIRED,
    scope="reading",
    reading="far below = lower",
    **{**_READS, "reads": ("wide/flips", "wide/references")},
)
def _zero_easy(flips, references):
    norm = flips["weight_norm"].sortby("flip_probability").transpose("flip_probability", ...)
    norm = norm.sel(flip_probability=norm["flip_probability"] > RARE_FLIPS)
    values = inefficiency_draws(norm, [plateau(norm)])[:, 0]
    zero, random = (_reference(references, name, plateau(norm)) for name in ("zero", "random_labels"))
    names = [f"p = {value:g}" for value in norm["flip_probability"].values]
    reason = _compared(plateau(norm), ["zero function", "random labels", *names], np.stack([zero, random], 1), values)
    # Zero function and random labels are targets in the same worlds.
    steps = joined([independent_difference(pooled(values), pooled(zero)), pooled(random - zero)])
    return unless_descriptive(rules.order(steps, reason=reason), values)


@claim(
    "jz20-fig3-random-hardest",
    section="4",
    statement="Random labels are the hard reference: their I(n) lies above that of every Gaussian mixture.",
    quantity="I over n = 128…1024 of random labels less that of each Gaussian mixture",
    test=_UNPAIRED,
    **_READS,
)
def _random_hardest(modes, references):
    norm, names, values = _mixtures(modes)
    random = _reference(references, "random_labels", plateau(norm))
    reason = _compared(plateau(norm), ["random labels", *names], random[:, None], values)
    found = rules.order(independent_difference(pooled(random), pooled(values)), reason=reason)
    return unless_descriptive(found, values)


def _mixtures(modes):
    """Norms, names and draws of I of each mixture (worlds, mixtures)."""
    norm = modes["weight_norm"].sel(width_law="shrinking").sortby("modes").transpose("modes", ...)
    names = [f"q = {count}" for count in norm["modes"].values]
    return norm, names, inefficiency_draws(norm, [plateau(norm)])[:, 0]


def _compared(window, names, references, values):
    """The means of I over a window of references (worlds, references) and of tasks in other worlds, in words."""
    means = np.concatenate([references.mean(axis=0), values.mean(axis=0)])
    return f"I over n = {span(window)}: {listed(names, means[None], '{:.3f}')}"


def _reference(references, name, window) -> np.ndarray:
    """Draws of I of a reference (worlds,)."""
    return inefficiency_draws(references["weight_norm"].sel(reference=name), [window])[:, 0]
