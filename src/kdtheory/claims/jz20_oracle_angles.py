"""Fig. 2 middle and right: the distribution of angles p(β), and the angle α′_n between student and oracle."""

from dataclasses import replace

import numpy as np

from kdtheory.claims.draws import fitted, listed, ratios, with_gaps, worlds_of
from kdtheory.claims.finding import IDENTITY, LAW, ORDER, RATE, in_parts
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import (
    ERROR_RATE,
    READ_OFF_A_PLOT,
    STRAIGHT,
    beyond,
    identity,
    law,
    not_monotone,
    order,
    rate,
    value,
    with_oracle,
)
from kdtheory.claims.transfer_draws import (
    FIRST_SIZE,
    HARD_LOGIT,
    ORACLE_SIZES,
    angle_slopes,
    near_oracle,
    network,
    oracle_changes,
    with_oracles,
)
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import count_changes_by_world, count_slopes_by_world
from kdtheory.statistics.means import mean

# "As β → π/2" is where p(β) is at most this.
_NEAR = 0.1
_LINEAR_PARTS = ("one exponent at ρ = 1", "exponent 1 at ρ = 1", "no gap at ρ < 1")
_READS = {"figure": "jz20_fig2", "reads": ("wide/transfer",)}
_RANDOM = _READS | {"error_rate": ERROR_RATE, "assumes": (HARD_LOGIT, ORACLE_SIZES)}
_ANGLES = "n ≤ N/8, independent oracle of the largest N, network teacher"
_NO_ORACLE = "no verdict without an oracle at every ρ"


@claim(
    "jz20-fig2-p-linear",
    section="3.1",
    statement="All curves p(β) are nearly linear in β as β → π/2.",
    quantity=f"exponent of p(β) in π/2 − β where p ≤ {_NEAR}, and its change over that range, ρ = 1; share of that "
    "range in which p is 0, each ρ < 1; network teacher",
    test=f"t-tests over worlds: change/exponent within {STRAIGHT} of 0; exponent within {READ_OFF_A_PLOT} of 1; share "
    f"below {_NEAR} at every ρ < 1, Holm for `fails`",
    kind=LAW,
    reading="hard labels keep |z_eff| ≥ t > 0, so that p(β) = 0 in a gap below π/2",
    parts=_LINEAR_PARTS,
    tolerance=READ_OFF_A_PLOT,
    **(_RANDOM | {"error_rate": len(_LINEAR_PARTS) * ERROR_RATE}),
)
def _linear(transfer):
    survival = with_oracles(transfer)["angle_survival"].isel(oracle_size=-1)
    slack = np.pi / 2 - survival["beta"].values
    near = (survival.mean([dim for dim in survival.dims if dim not in ("soft_ratio", "beta")]) <= _NEAR) & (slack > 0)
    soft = survival.sel(soft_ratio=1.0)
    x = np.log(slack[near.sel(soft_ratio=1.0).values])
    counts = worlds_of(soft, "beta")[:, near.sel(soft_ratio=1.0).values] * int(transfer["oracle_test_points"])
    slope = pooled(fitted(count_slopes_by_world, x, counts))
    change = pooled(fitted(count_changes_by_world, x, counts, points=3))
    mixed = survival.sel(soft_ratio=survival["soft_ratio"] < 1)
    curves = worlds_of(mixed, "soft_ratio", "beta")
    gap = np.where(curves == 0, slack, 0.0).max(axis=-1)
    widths = near.sel(soft_ratio=mixed["soft_ratio"]).transpose("soft_ratio", "beta").values
    share = mean(gap / np.where(widths, slack, 0.0).max(axis=-1))
    found = (
        law(change, slope, falling=False, reason=f"change/exponent {listed(['ρ = 1'], change)}"),
        value(slope, 1.0, READ_OFF_A_PLOT, reason=f"exponent {listed(['ρ = 1'], slope)}"),
        beyond(share, below=_NEAR, reason=f"share without an angle {listed(ratios(mixed), share)}"),
    )
    # The parts are of three kinds; the statement is on the shape of curves.
    return replace(in_parts(_LINEAR_PARTS, dict(zip(_LINEAR_PARTS, found, strict=True))), kind=LAW)


@claim(
    "jz20-fig2-p-nonmonotone-somewhere",
    section="3",
    statement="The curves p(β) do not change monotonically with ρ.",
    quantity="changes of p(β) from each ρ to the next at each tabulated β where no curve is 0 or 1, on the same "
    "points, network teacher",
    test="paired t-tests over worlds: some β has a rise and a fall, Bonferroni over β and ρ; `fails` when all go one "
    "way at every β",
    kind=ORDER,
    reading="at some fixed angle β",
    **_RANDOM,
)
def _nonmonotone_somewhere(transfer):
    survival = with_oracles(transfer)["angle_survival"].isel(oracle_size=-1)
    curves = worlds_of(survival, "soft_ratio", "beta")
    inside = ((curves.mean(axis=0) > 0) & (curves.mean(axis=0) < 1)).all(axis=0)
    angles = np.degrees(survival["beta"].values[inside])
    where = f"β from {angles.min():.2f}° to {angles.max():.2f}°" if angles.size else "no β"
    return not_monotone(mean(np.where(inside, np.diff(curves, axis=1), np.nan)), reason=where)


@claim(
    "jz20-fig2-p-nonmonotone",
    section="3",
    statement="The curves p(β) do not change monotonically with ρ.",
    quantity="change of the mean angle ∫p(β)dβ from each ρ to the next, on the same points, network teacher",
    test="paired t-tests over worlds: some change is a rise and another a fall, Bonferroni over ρ; `fails` when all go "
    "one way",
    kind=ORDER,
    scope="reading",
    reading="of the mean angle, at the largest oracle",
    **_RANDOM,
)
def _nonmonotone(transfer):
    survival = with_oracles(transfer)["angle_survival"].isel(oracle_size=-1)
    angles = np.trapezoid(worlds_of(survival, "soft_ratio", "beta"), survival["beta"].values, axis=-1)
    reason = f"mean angle {listed(ratios(survival), mean(np.degrees(angles)), '{:.2f}°')}"
    return not_monotone(mean(np.diff(angles, axis=1)), reason=reason)


@claim(
    "jz20-fig2-angle-decreases",
    section="3.2",
    statement="The angle α′_n between student and oracle decreases monotonically with n.",
    quantity="fall of cos α′_n from each n to the next along growing sets, nested oracle, every ρ, N and world",
    test="every step, to rounding",
    kind=IDENTITY,
    scope="reading",
    reading="an oracle that has seen the student's points too, so that the student is its projection (Eq. 5)",
    **_READS,
)
def _decreases(transfer):
    cosine = np.cos(transfer["oracle_angle_nested"].transpose(..., "n_train").values)
    steps = np.diff(cosine, axis=-1)
    return identity(np.maximum(-steps, 0.0), reason=f"smallest rise of cos α′_n {np.nanmin(steps):.2g}")


@claim(
    "jz20-fig2-angle-decreases-independent",
    section="3.2",
    statement="The angle α′_n between student and oracle decreases monotonically with n.",
    quantity=f"fall of the mean α′_n from each n to the next, every ρ, {_ANGLES}",
    test=f"one-sided paired t-tests over worlds at every step, Holm for `fails`; {_NO_ORACLE}",
    kind=ORDER,
    reading="an oracle of other points, as from training on fresh batches",
    **_RANDOM,
)
def _decreases_independent(transfer):
    angle = near_oracle(transfer)["oracle_angle"]
    angles = worlds_of(angle, "soft_ratio", "n_train")
    falls = mean(-np.diff(angles, axis=-1))
    first, last = (mean(np.degrees(angles[:, :, end])) for end in (0, -1))
    sizes = angle["n_train"].values
    reason = (
        f"n = {sizes[0]}: {listed(ratios(angle), first, '{:.1f}°')}; "
        f"n = {sizes[-1]}: {listed(ratios(angle), last, '{:.1f}°')}"
    )
    return with_oracle(order(falls, reason=reason), oracle_changes(transfer))


@claim(
    "jz20-fig2-angle-fastest",
    section="3.1",
    statement="The angle α′_n converges fastest in pure soft distillation.",
    quantity=f"exponent of the decay of mean α′_n with n at ρ = 1 less that at each ρ < 1, {FIRST_SIZE} ≤ {_ANGLES}",
    test=f"t-tests over worlds, by the jackknife: every difference above 0, Holm for `fails`; {_NO_ORACLE}",
    kind=RATE,
    **_RANDOM,
)
def _fastest(transfer):
    slopes = angle_slopes(transfer)
    reason = f"α′_n ~ n^−c with c = {listed(ratios(network(transfer)), -pooled(slopes))}"
    differences = pooled(slopes[:, :-1] - slopes[:, -1:])
    found = rate(differences, reason=with_gaps(reason, differences))
    return with_oracle(found, oracle_changes(transfer, first=FIRST_SIZE))


@claim(
    "jz20-fig2-angle-ordered",
    section="3",
    statement="For softer tasks the direction of the weights is closer to the oracle's: α′_n is smaller, the higher ρ.",
    quantity=f"fall of the mean α′_n from each ρ to the next at every {_ANGLES}",
    test=f"one-sided paired t-tests over worlds at every step, Holm for `fails`; {_NO_ORACLE}",
    kind=ORDER,
    scope="reading",
    reading="levels at each n, not rates",
    **_RANDOM,
)
def _angle_ordered(transfer):
    angle = near_oracle(transfer)["oracle_angle"]
    angles = worlds_of(angle, "soft_ratio", "n_train")
    last = mean(np.degrees(angles[:, :, -1]))
    reason = f"α′_n at n = {int(angle['n_train'][-1])}: {listed(ratios(angle), last, '{:.1f}°')}"
    return with_oracle(order(mean(-np.diff(angles, axis=1)), reason=reason), oracle_changes(transfer))
