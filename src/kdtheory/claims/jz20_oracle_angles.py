"""Fig. 2 middle and right: the distribution of angles p(β), and the angle α′_n between student and oracle."""

import numpy as np

from kdtheory.claims.growth_draws import FIRST_SIZE
from kdtheory.claims.registry import FAILS, HOLDS, UNDECIDED, Outcome, claim
from kdtheory.claims.statistics import beyond, bootstrap, changes, every_cell, mean_and_error, rising, slope

_ERROR_RATE = 0.05
_NEAR = 0.1
_STRAIGHT = 0.1
_READS = {"figure": "jz20_fig2", "reads": ("wide/transfer",)}
_ORDERED = "intersection–union of one-sided paired t-tests of adjacent {}, Holm for `fails`"


@claim(
    "jz20-fig2-p-linear",
    section="3.1",
    statement="All curves p(β) are nearly linear in β as β → π/2.",
    quantity=f"largest deviation of mean p(β) from its line through p(π/2) = 0 where p ≤ {_NEAR}, over {_NEAR}, "
    "network teacher",
    test=f"every soft ratio within {100 * _STRAIGHT:.0f} %",
    **_READS,
)
def _linear(transfer):
    survival = _network(transfer)["angle_survival"].isel(oracle_size=-1).mean("repeat").transpose("soft_ratio", "beta")
    beta = np.pi / 2 - survival["beta"].values
    off, gaps = [], []
    for curve in survival.values:
        near = curve <= _NEAR
        steepness = np.sum(beta[near] * curve[near]) / np.sum(beta[near] ** 2)
        off.append(np.abs(curve[near] - steepness * beta[near]).max() / _NEAR)
        gaps.append(np.degrees(beta[curve == 0].max(initial=0)))
    off, ratios = np.array(off), survival["soft_ratio"].values
    shown = ", ".join(
        f"{100 * value:.0f} % (ρ = {ratio:g}, no angle within {gap:.2g}° of 90°)"
        for ratio, value, gap in zip(ratios, off, gaps, strict=True)
    )
    return every_cell(
        off > _STRAIGHT,
        f"deviation {shown}",
        what="soft ratios",
        estimate=off.max(),
        reading="hard labels keep |z_eff| ≥ t > 0, so that p(β) = 0 in a gap below π/2",
    )


@claim(
    "jz20-fig2-p-nonmonotone",
    section="3",
    statement="The curves p(β) do not change monotonically with ρ.",
    quantity="change of the mean angle ∫p(β)dβ from each ρ to the next, on the same points, network teacher",
    test="some change is a rise and another a fall, each by Holm's first step; `fails` when all go one way",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _nonmonotone(transfer):
    from scipy.special import stdtr

    survival = _network(transfer)["angle_survival"].isel(oracle_size=-1).transpose("soft_ratio", "repeat", "beta")
    angles = np.trapezoid(survival.values, survival["beta"].values, axis=-1)
    steps = np.diff(angles, axis=0)
    mean, error = mean_and_error(steps)
    p_rise, p_fall = (stdtr(steps.shape[1] - 1.0, sign * mean / error) for sign in (-1, 1))
    level = _ERROR_RATE / len(steps)
    both = p_rise.min() <= level and p_fall.min() <= level
    one_way = (p_rise <= _ERROR_RATE).all() or (p_fall <= _ERROR_RATE).all()
    shown = ", ".join(
        f"{np.degrees(value):.2f}° (ρ = {ratio:g})"
        for ratio, value in zip(survival["soft_ratio"].values, angles.mean(axis=1), strict=True)
    )
    return Outcome(
        HOLDS if both else FAILS if one_way else UNDECIDED,
        f"mean angle {shown}",
        f"at the oracle size {int(survival['oracle_size'])}; for ρ < 1 the angles depend on it",
        n_cells=len(steps),
        p_value=float(min(1.0, len(steps) * max(p_rise.min(), p_fall.min()))),
    )


@claim(
    "jz20-fig2-p-nonmonotone-somewhere",
    section="3",
    statement="The curves p(β) do not change monotonically with ρ (at some β).",
    quantity="changes of p(β) from each ρ to the next at each tabulated β, on the same points, network teacher",
    test="some β has a rise and a fall, t-tests with Bonferroni over β and ρ; `fails` when the means have none",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _nonmonotone_somewhere(transfer):
    from scipy.special import stdtrit

    survival = _network(transfer)["angle_survival"].isel(oracle_size=-1).transpose("soft_ratio", "beta", "repeat")
    steps = np.diff(survival.values, axis=0)
    mean, error = mean_and_error(steps)
    limit = stdtrit(steps.shape[-1] - 1.0, 1 - _ERROR_RATE / mean.size) * error
    turns = (mean > limit).any(axis=0) & (mean < -limit).any(axis=0)
    seen = (mean > 0).any(axis=0) & (mean < 0).any(axis=0)
    beta = np.degrees(survival["beta"].values)
    where = f" ({beta[turns].min():.2f}° to {beta[turns].max():.2f}°)" if turns.any() else ""
    return Outcome(
        HOLDS if turns.any() else UNDECIDED if seen.any() else FAILS,
        f"p(β) rises and falls with ρ at {int(turns.sum())} of {len(beta)} angles{where}",
        "at a fixed angle β, not on the whole",
        n_cells=len(beta),
    )


@claim(
    "jz20-fig2-angle-decreases",
    section="3.2",
    statement="The angle α′_n between student and oracle decreases monotonically with n.",
    quantity="change of α′_n from each n to the next along growing sets, nested oracle, every ρ, N and run",
    test="every step",
    **_READS,
)
def _decreases(transfer):
    angle = transfer["oracle_angle_nested"].transpose(..., "n_train")
    steps = changes(np.cos(angle.values))
    steps = steps[np.isfinite(steps)]
    reason = f"smallest rise of cos α′_n {steps.min():.2g}"
    reading = "an oracle that has seen the student's points too, so that the student is its projection (Eq. 5)"
    return every_cell(steps < -1e-12, reason, what="steps", estimate=steps.min(), reading=reading)


@claim(
    "jz20-fig2-angle-decreases-independent",
    section="3.2",
    statement="The angle α′_n between student and oracle decreases monotonically with n.",
    quantity="fall of the mean α′_n from each n to the next, independent oracle of the largest N, every ρ, network "
    "teacher",
    test=_ORDERED.format("n"),
    error_rate=_ERROR_RATE,
    **_READS,
)
def _decreases_independent(transfer):
    angle = _network(transfer)["oracle_angle"].isel(oracle_size=-1).transpose("soft_ratio", "n_train", "repeat")
    falls = -np.diff(angle.values, axis=1)
    shown = ", ".join(_from_to(curve, float(curve["soft_ratio"])) for curve in angle)
    ratio, size = np.unravel_index(np.argmin(falls.mean(axis=-1)), falls.shape[:2])
    worst = np.degrees(falls[ratio, size].mean())
    sizes = angle["n_train"].values
    shown += (
        f"; least fall {worst:.1f}° (ρ = {angle['soft_ratio'].values[ratio]:g}, n = {sizes[size]}…{sizes[size + 1]})"
    )
    reading = "an oracle of other points, as from training on fresh batches"
    return rising(falls.reshape(-1, falls.shape[-1]), shown, error_rate=_ERROR_RATE, reading=reading)


@claim(
    "jz20-fig2-angle-fastest",
    section="3.1",
    statement="The angle α′_n converges fastest in pure soft distillation.",
    quantity=f"exponent of the decay of mean α′_n with n at ρ = 1 less that at each ρ < 1, n ≥ {FIRST_SIZE}, "
    "independent oracle of the largest N, network teacher",
    test="bootstrap over runs: every interval, Bonferroni over ρ, lies above 0",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _fastest(transfer):
    angle = _network(transfer)["oracle_angle"].isel(oracle_size=-1)
    angle = angle.sel(n_train=angle["n_train"] >= FIRST_SIZE).transpose("soft_ratio", "n_train", "repeat")
    logarithms = np.log(angle["n_train"].values)

    def faster(means):
        return slope(logarithms, np.log(means[0]) - np.log(means[1]))

    soft, ratios = angle.values[-1], angle["soft_ratio"].values
    estimates = [
        bootstrap(faster, np.stack([mixed, soft]), error_rate=_ERROR_RATE / (len(ratios) - 1))
        for mixed in angle.values[:-1]
    ]
    shown = ", ".join(
        f"{-slope(logarithms, np.log(values.mean(axis=-1))):.2f} (ρ = {ratio:g})"
        for ratio, values in zip(ratios, angle.values, strict=True)
    )
    reading = "at a fixed oracle size; with hard labels no oracle exists and the angle depends on N"
    return beyond(estimates, f"α′_n ~ n^−c with c = {shown}", above=0.0, reading=reading)


@claim(
    "jz20-fig2-angle-ordered",
    section="3",
    statement="The direction of the weights converges faster for softer tasks: α′_n falls with ρ.",
    quantity="fall of the mean α′_n from each ρ to the next at the largest n, independent oracle of the largest N, "
    "network teacher",
    test=_ORDERED.format("ρ"),
    error_rate=_ERROR_RATE,
    **_READS,
)
def _angle_ordered(transfer):
    angle = _network(transfer)["oracle_angle"].isel(oracle_size=-1, n_train=-1).transpose("soft_ratio", "repeat")
    shown = ", ".join(
        f"{np.degrees(mean):.1f}° (ρ = {ratio:g})"
        for ratio, mean in zip(angle["soft_ratio"].values, angle.values.mean(axis=1), strict=True)
    )
    reason = f"α′_n at n = {int(angle['n_train'])}, N = {int(angle['oracle_size'])}: {shown}"
    return rising(-np.diff(angle.values, axis=0), reason, error_rate=_ERROR_RATE)


def _network(transfer):
    return transfer.sel(teacher_kind="network").sortby("soft_ratio")


def _from_to(curve, ratio):
    mean = np.degrees(curve.mean("repeat").values)
    return f"{mean[0]:.1f}° to {mean[-1]:.1f}° (ρ = {ratio:g})"
