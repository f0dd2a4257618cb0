"""Section 4: what is learned when, and what hard labels add, in the basis of the kernel's eigenfunctions."""

from dataclasses import replace

import numpy as np

from kdtheory.claims import rules
from kdtheory.claims.decisions import told
from kdtheory.claims.draws import ARE_WORLDS, fitted, listed, ratios, worlds_of
from kdtheory.claims.finding import IDENTITY, ORDER, VALUE
from kdtheory.claims.registry import HOLDS, UNDECIDED, claim
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import mean_slopes_by_world
from kdtheory.statistics.means import mean, trend_by_world
from kdtheory.statistics.worlds import worlds_in_words

# High frequencies are the last octaves of eigenfunctions, low ones as many of the first: fixed before the data.
_OCTAVES = 3
_HIGH = "share of the energy of z_eff in the last three octaves of eigenfunctions"
_CELL = "experiments.spectra.cells.main."
_LOW_FIRST = "eigenfunctions of smaller eigenvalues have higher frequencies", "the distillation loss learns them later"
# Where the law of a jump is looked for: from the fifth octave on, and no closer than two octaves to the sample size.
_FIRST_OF_LAW, _FURTHEST_OF_LAW = 16, 4
_JUMP_EXPONENT = -0.5
_READS = {
    "figure": "jz20_spectra",
    "reads": ("wide/spectra",),
    "assumes": (f"{_CELL}n_train", f"{_CELL}temperature", f"{_CELL}depth"),
}


@claim(
    "jz20-sec4-learning-times",
    section="4",
    statement="With the squared loss the time to learn the i-th eigenfunction of the kernel is proportional to 1/λ_i.",
    quantity="largest |λ_i·t_i − 1| of the times t_i of gradient flow on the transfer points, in each octave",
    test="every octave and world, equality to 1e-6",
    kind=IDENTITY,
    **_READS,
)
def _learning_times(spectra):
    return rules.identity(worlds_of(spectra["squared_deviation"], "octave"), rounding=1e-6)


@claim(
    "jz20-sec4-learning-times-distillation",
    section="4",
    statement="The time to learn the i-th eigenfunction is proportional to 1/λ_i, with the distillation loss too.",
    quantity="exponent of the learning times of octaves against those of the squared loss from the same start to the "
    "same logits, mean over stopping epochs, every ρ > 0",
    test="equivalence to 1 at every ρ" + ARE_WORLDS,
    kind=VALUE,
    scope="reading",
    reading="the loss of Eq. 2 in place of the squared loss of the work that the paper cites",
    tolerance=rules.DERIVED,
    error_rate=rules.ERROR_RATE,
    **_READS,
)
def _learning_times_distillation(spectra):
    spectra = _trained(spectra)
    dims = ("stopping_epoch", "soft_ratio", "octave")
    times, squared = (np.log(worlds_of(spectra[name], *dims)) for name in ("learning_time", "squared_time"))
    learned = np.isfinite(times) & np.isfinite(squared)
    count = np.where(learned.sum(axis=-1) >= _OCTAVES, learned.sum(axis=-1), np.nan)[..., None]

    def centred(values):
        return np.where(learned, values - np.where(learned, values, 0.0).sum(axis=-1, keepdims=True) / count, 0.0)

    x, y = centred(squared), centred(times)
    exponents = mean(((x * y).sum(axis=-1) / (x**2).sum(axis=-1)).mean(axis=1))
    reason = f"exponents {listed(ratios(spectra), exponents)}; {int((~learned).sum())} of {learned.size} not learned"
    return _unless_unlearned(rules.value(exponents, 1.0, rules.DERIVED, reason=reason), times)


@claim(
    "jz20-sec41-low-frequencies",
    section="4.1",
    statement="A network first learns the low-frequency components of its target.",
    quantity="rise of the logarithms of the mean frequency and of the learning time of Eq. 2's loss, mean over "
    "stopping epochs, every ρ > 0, from each octave of eigenfunctions to the next",
    test="one-sided t-test at every step" + ARE_WORLDS,
    kind=ORDER,
    reading="students of infinite width; a component is an octave of eigenfunctions",
    parts=_LOW_FIRST,
    error_rate=2 * rules.ERROR_RATE,
    **_READS,
)
def _low_frequencies(spectra):
    frequencies, times = _logarithms(spectra)
    levels = worlds_of(spectra.sortby("octave")["frequency"], "octave").mean(axis=0)
    words = f"frequencies from {levels[0]:.2g} to {levels[-1]:.2g} radians per unit of length"
    found = rules.order(mean(np.diff(frequencies, axis=1)), reason=words), _later(spectra, np.diff(times, axis=-1))
    return rules.in_parts(_LOW_FIRST, dict(zip(_LOW_FIRST, found, strict=True)))


@claim(
    "jz20-sec41-low-frequencies-ends",
    section="4.1",
    statement="A network first learns the low-frequency components of its target (the first against the last ones).",
    quantity="mean logarithm of the learning times of Eq. 2's loss over the last three octaves of eigenfunctions less "
    "that over the first three, mean over stopping epochs, every ρ > 0",
    test="one-sided t-test at every ρ" + ARE_WORLDS,
    kind=ORDER,
    scope="reading",
    reading="students of infinite width; the two ends",
    error_rate=rules.ERROR_RATE,
    **_READS,
)
def _low_frequencies_ends(spectra):
    _, times = _logarithms(spectra)
    return _later(spectra, (times[..., -_OCTAVES:].mean(axis=-1) - times[..., :_OCTAVES].mean(axis=-1))[..., None])


@claim(
    "jz20-sec41-teacher-frequencies",
    section="4.1",
    statement="A teacher that stops early gives a simplified target: high frequencies come with its later epochs.",
    quantity=f"rise of the {_HIGH} at ρ = 1 from each stopping epoch to the next",
    test="one-sided paired t-test of every adjacent pair" + ARE_WORLDS,
    kind=ORDER,
    error_rate=rules.ERROR_RATE,
    **_READS,
)
def _teacher_frequencies(spectra):
    shares, reason = _of_teachers(spectra)
    return rules.order(mean(np.diff(shares, axis=1)), trend=mean(trend_by_world(shares)), reason=reason)


@claim(
    "jz20-sec41-teacher-frequencies-ends",
    section="4.1",
    statement="A teacher that stops early gives a simplified target (first against last epoch).",
    quantity=f"{_HIGH} at ρ = 1 at the last stopping epoch less that at the first",
    test="one-sided paired t-test" + ARE_WORLDS,
    kind=ORDER,
    scope="reading",
    reading="the two ends",
    error_rate=rules.ERROR_RATE,
    **_READS,
)
def _teacher_frequencies_ends(spectra):
    shares, reason = _of_teachers(spectra)
    return rules.order(mean(shares[:, -1] - shares[:, 0]), reason=reason)


@claim(
    "jz20-sec42-high-frequencies",
    section="4.2",
    statement="The discontinuity of hard labels increases the high-frequency components of z_eff.",
    quantity=f"{_HIGH} at each ρ < 1 less that at ρ = 1, every stopping epoch, perfect teachers",
    test="one-sided paired t-test in every cell" + ARE_WORLDS,
    kind=ORDER,
    reading="every soft ratio against ρ = 1",
    error_rate=rules.ERROR_RATE,
    **_READS,
)
def _high_frequencies(spectra):
    shares = _high(spectra, "stopping_epoch", "soft_ratio")
    return rules.order(mean(shares[..., :-1] - shares[..., -1:]), reason=_by_ratio(spectra, shares.mean(axis=1)))


@claim(
    "jz20-sec42-high-frequencies-ordered",
    section="4.2",
    statement="The more hard labels, the more high-frequency components has z_eff.",
    quantity=f"fall of the {_HIGH} from each ρ to the next, mean over stopping epochs, perfect teachers",
    test="one-sided paired t-test of every adjacent pair" + ARE_WORLDS,
    kind=ORDER,
    scope="reading",
    reading="every soft ratio against the next",
    error_rate=rules.ERROR_RATE,
    **{**_READS, "assumes": (*_READS["assumes"], f"{_CELL}hard_logit")},
)
def _high_frequencies_ordered(spectra):
    shares = _high(spectra, "stopping_epoch", "soft_ratio").mean(axis=1)
    trend = mean(trend_by_world(-shares))
    return rules.order(mean(-np.diff(shares, axis=1)), trend=trend, reason=_by_ratio(spectra, shares))


@claim(
    "ext-spectra-jump",
    section="4.2",
    statement="The energy of a jump in an octave of eigenfunctions falls like i^(−1/d), i^(−½) for two inputs.",
    quantity="slope of the logarithm of the mean energy of z_eff at the least ρ by octaves in ln i, mean over stopping "
    "epochs, octaves that end between 16 and n/4",
    test="equivalence to −½, jackknife" + ARE_WORLDS,
    kind=VALUE,
    scope="ours",
    tolerance=rules.DERIVED,
    error_rate=rules.ERROR_RATE,
    **_READS,
)
def _jump(spectra):
    energy = spectra["energy"].sortby(["soft_ratio", "octave"]).isel(soft_ratio=0).mean("stopping_epoch")
    octaves = energy["octave"].values
    chosen = (octaves >= _FIRST_OF_LAW) & (octaves <= octaves[-1] // _FURTHEST_OF_LAW)
    slopes = fitted(mean_slopes_by_world, np.log(octaves[chosen]), worlds_of(energy, "octave")[:, chosen])
    reason = f"octaves that end at {', '.join(map(str, octaves[chosen]))}; ρ = {float(energy['soft_ratio']):g}"
    return rules.value(pooled(slopes), _JUMP_EXPONENT, rules.DERIVED, reason=reason)


def _trained(spectra):
    """Students whose loss has a minimum, soft ratios and octaves rising."""
    return spectra.sel(soft_ratio=spectra["soft_ratio"] > 0).sortby(["soft_ratio", "octave"])


def _logarithms(spectra):
    """Logarithms of the frequencies, (worlds, octaves), and of the learning times, (worlds, ratios, octaves)."""
    spectra = _trained(spectra)
    times = np.log(worlds_of(spectra["learning_time"], "stopping_epoch", "soft_ratio", "octave"))
    return np.log(worlds_of(spectra["frequency"], "octave")), times.mean(axis=1)


def _later(spectra, rises):
    """The finding on rises of ln t, (worlds, ratios, steps)."""
    found, means = mean(rises), mean(rises.mean(axis=-1))
    reason = f"mean rise of ln t {listed(ratios(_trained(spectra)), means)}"
    return _unless_unlearned(rules.order(found, reason=reason), rises)


def _unless_unlearned(found, values):
    """A finding that does not hold if an octave was not learned while the flow was followed: then it is NaN."""
    missing = int(np.isnan(values).sum())
    if found.verdict != HOLDS or not missing:
        return found
    return replace(found, verdict=UNDECIDED, reason=told(found.reason, f"{missing} numbers are of octaves not learned"))


def _high(spectra, *dims):
    """Energy in the last octaves, (worlds, dims...)."""
    energy = spectra["energy"].sortby(["octave", "soft_ratio", "stopping_epoch"])
    return worlds_of(energy.isel(octave=slice(-_OCTAVES, None)).sum("octave"), *dims)


def _of_teachers(spectra):
    shares = _high(spectra.sel(soft_ratio=[1.0]), "stopping_epoch", "soft_ratio")[..., 0]
    names = [f"epoch {epoch}" for epoch in np.sort(spectra["stopping_epoch"].values)]
    return shares, f"shares {listed(names, mean(shares), '{:.2g}')}; {worlds_in_words(spectra)}"


def _by_ratio(spectra, shares):
    names = ratios(spectra.sortby("soft_ratio"))
    return f"mean shares {listed(names, mean(shares), '{:.2g}')}; {worlds_in_words(spectra)}"
