"""Theorem 1 and Section 3.2: the transfer risk bound, where it bites, and the bound of linear distillation."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import every_cell

# "≪" admits a tenth, "≈" a twentieth; "very likely to be perpendicular" and "p ≈ 1" are read as these.
_MUCH_SMALLER = 0.1
_NEGLIGIBLE = 0.05
_PERPENDICULAR = np.radians(80)
_VACUOUS = 0.9
_ORACLES = ("", "_nested")
_READS = {"figure": "jz20_theorem1", "reads": ("wide/transfer",)}


@claim(
    "jz20-thm1-bound",
    section="3",
    statement="The transfer risk is at most p(π/2 − α_n) (Theorem 1).",
    quantity="risk less the bound, every teacher, ρ, N, n and run, independent and nested oracles",
    test="every cell",
    **_READS,
)
def _bound(transfer):
    excess = _pooled(transfer, lambda group, suffix: group["risk"] - group[f"risk_bound{suffix}"])
    reason = f"largest risk less bound {excess.max():.2g}"
    reading = "α_n is the signed angle in [0, π] and p(β) = P[ᾱ ≥ β], which the proof gives"
    return every_cell(excess > 1e-9, reason, estimate=excess.max(), reading=reading)


@claim(
    "jz20-thm1-pointwise",
    section="3",
    statement="A misclassified point's features form an angle of at least π/2 − α_n with Δw* − Δw_z (proof of "
    "Theorem 1).",
    quantity="misclassified test points outside that region, every teacher, ρ, N, n and run",
    test="none in any cell",
    **_READS,
)
def _pointwise(transfer):
    outside = _pooled(transfer, lambda group, suffix: group[f"outside_region{suffix}"])
    misclassified = float((transfer["risk"] * transfer["test_points"]).sum())
    reason = f"{int(outside.sum())} such points; {misclassified:.0f} points are misclassified in all"
    return every_cell(outside > 0, reason, estimate=outside.max(), reading="the signed angle α_n ∈ [0, π]")


@claim(
    "jz20-thm1-printed",
    section="3",
    statement="The transfer risk is at most p(π/2 − ᾱ_n) with the acute angle ᾱ_n (Eq. 7 as it is printed).",
    quantity="risk less the printed bound, every teacher, ρ, N, n and run, independent and nested oracles",
    test="every cell",
    **_READS,
)
def _printed(transfer):
    excess, angle = _printed_excess(transfer)
    reason = f"largest risk less bound {excess.max():.2g}; α_n exceeds π/2 in {int((angle > np.pi / 2).sum())} cells"
    reading = "as printed; beyond π/2 the acute angle is too small, and students can be built that refute it"
    return every_cell(excess > 1e-9, reason, estimate=excess.max(), reading=reading)


@claim(
    "jz20-thm1-printed-acute",
    section="3",
    statement="The transfer risk is at most p(π/2 − ᾱ_n) where student and oracle form an acute angle.",
    quantity="risk less the printed bound in cells with α_n ≤ π/2, independent and nested oracles",
    test="every such cell",
    **_READS,
)
def _printed_acute(transfer):
    excess, angle = _printed_excess(transfer)
    excess = excess[angle <= np.pi / 2]
    reason = f"largest risk less bound {excess.max(initial=-np.inf):.2g}"
    return every_cell(excess > 1e-9, reason, estimate=excess.max(initial=-np.inf), reading="(Δw*−Δw_z)·(Δŵ−Δw_z) ≥ 0")


def _informative(kind):
    @claim(
        f"jz20-sec32-informative-{kind}",
        section="3.2",
        statement=f"The bound of Theorem 1 improves on that of linear distillation, which says nothing ({kind} "
        "teacher).",
        quantity="mean bound over runs at the largest n, independent oracle of the largest N",
        test="below 1 for every soft ratio",
        **_READS,
    )
    def check(transfer):
        bound = transfer["risk_bound"].sel(teacher_kind=kind).isel(oracle_size=-1).mean("repeat").sortby("soft_ratio")
        risk = transfer["risk"].sel(teacher_kind=kind).mean("repeat").sortby("soft_ratio").isel(n_train=-1).values
        last = bound.isel(n_train=-1)
        shown = ", ".join(
            f"{value:.2g} for a risk of {seen:.2g} (ρ = {ratio:g})"
            for ratio, value, seen in zip(last["soft_ratio"].values, last.values, risk, strict=True)
        )
        reason = f"mean bound at n = {int(last['n_train'])}: {shown}"
        return every_cell(last.values >= 1 - 1e-12, reason, what="soft ratios", estimate=last.values.max())

    return check


_informative("network")
_informative("linear")


@claim(
    "jz20-sec32-small-samples",
    section="3.2",
    statement="With small samples the bound is loose: p(π/2 − α_n) ≈ 1.",
    quantity="mean bound over runs at the smallest n, independent oracle of the largest N, every teacher and ρ",
    test=f"{_VACUOUS} or more in every cell",
    **_READS,
)
def _small_samples(transfer):
    bound = transfer["risk_bound"].isel(oracle_size=-1, n_train=0).mean("repeat").values.ravel()
    bound = bound[np.isfinite(bound)]
    reason = f"mean bound at n = {int(transfer['n_train'][0])} from {bound.min():.2g} to {bound.max():.2g}"
    return every_cell(bound < _VACUOUS, reason, estimate=bound.min())


@claim(
    "jz20-sec32-perpendicular",
    section="3.2",
    statement="Features φ(x) and the oracle Δw* − Δw_z are very likely to be perpendicular.",
    quantity="smallest angle between them over a run's test points, every teacher, ρ, N and run",
    test=f"{np.degrees(_PERPENDICULAR):.0f}° or more in every cell",
    **_READS,
)
def _perpendicular(transfer):
    angle = _smallest_angles(transfer)
    shown = ", ".join(
        f"{np.degrees(values.min()):.1f}° to {np.degrees(values.max()):.1f}° ({kind} teacher)"
        for kind, values in angle.items()
    )
    pooled = np.concatenate(list(angle.values()))
    return every_cell(
        pooled < _PERPENDICULAR,
        f"smallest angles {shown}",
        estimate=np.degrees(pooled.min()),
        reading=f"{np.degrees(_PERPENDICULAR):.0f}° or more, at every test point; p(β) = 1 below the smallest angle",
    )


@claim(
    "jz20-sec32-linear-bound",
    section="3.2",
    statement="The bound of linear distillation, min_β p(β) + p(π/2 − β)ⁿ, is 1 for such features.",
    quantity="that bound with the same p(β), every teacher, ρ, N, n and run, independent and nested oracles",
    test="1 or more in every cell",
    **_READS,
)
def _linear_bound(transfer):
    bound = _pooled(transfer, lambda group, suffix: group[f"risk_bound_linear{suffix}"])
    reason = f"bound from {bound.min():.3g} to {bound.max():.3g}"
    return every_cell(bound < 1 - 1e-12, reason, estimate=bound.min(), reading="p(β) of the test points")


@claim(
    "jz20-sec31-zero-small",
    section="3.1",
    statement="The zero function is much easier to reach than the oracle: ‖Δw_z‖ ≪ ‖Δw*‖.",
    quantity="‖Δw_z‖/‖Δw*‖ of oracles of the same size, every teacher, ρ, N and run, independent and nested",
    test=f"at most {_MUCH_SMALLER} in every cell",
    **_READS,
)
def _zero_small(transfer):
    ratio = _pooled(transfer, lambda group, suffix: group[f"oracle_zero_norm{suffix}"] / group[f"oracle_norm{suffix}"])
    means = (transfer["oracle_zero_norm"] / transfer["oracle_norm"]).isel(oracle_size=-1).mean("repeat")
    shown = ", ".join(
        f"{float(mean.min()):.2g} to {float(mean.max()):.2g} ({mean['teacher_kind'].item()} teacher, by ρ)"
        for mean in means.transpose("teacher_kind", "soft_ratio")
    )
    reason = f"mean ratio at the largest N {shown}; largest of all {ratio.max():.2g}"
    reading = f"“≪” is a ratio of at most {_MUCH_SMALLER}, at given N: in two dimensions ‖Δw_z‖ itself grows like √ln N"
    return every_cell(ratio > _MUCH_SMALLER, reason, estimate=ratio.max(), reading=reading)


@claim(
    "jz20-sec31-zero-neglected",
    section="3.1",
    statement="Δw_z can be neglected in the angle: α_n ≈ α′_n, so that cos α_n ≈ ‖Δŵ_n‖/‖Δw*‖ (Eq. 9).",
    quantity="|α_n/α′_n − 1| with the nested oracle, for which Eq. 9's last equality is exact, every cell",
    test=f"at most {_NEGLIGIBLE} in every cell",
    **_READS,
)
def _zero_neglected(transfer):
    off = np.abs(transfer["angle_nested"] / transfer["oracle_angle_nested"] - 1)
    mean = off.mean("repeat").transpose("teacher_kind", ...)
    shown = ", ".join(f"{float(kind.max()):.2g} ({kind['teacher_kind'].item()} teacher)" for kind in mean)
    pooled = off.values[np.isfinite(off.values)]
    reason = f"largest mean deviation {shown}; largest of all {pooled.max():.2g}"
    return every_cell(pooled > _NEGLIGIBLE, reason, estimate=pooled.max(), reading="relative error of the angle")


def _pooled(transfer, measured):
    """All numbers of a quantity with both kinds of oracles."""
    values = np.concatenate([measured(transfer, suffix).values.ravel() for suffix in _ORACLES])
    return values[np.isfinite(values)]


def _printed_excess(transfer):
    """Risk less the printed bound, and α_n, of the same cells."""
    pairs = []
    for suffix in _ORACLES:
        angle = transfer[f"angle{suffix}"]
        excess = (transfer["risk"] - transfer[f"risk_bound_printed{suffix}"]).transpose(*angle.dims)
        measured = np.isfinite(excess.values) & np.isfinite(angle.values)
        pairs.append((excess.values[measured], angle.values[measured]))
    return tuple(np.concatenate(parts) for parts in zip(*pairs, strict=True))


def _smallest_angles(transfer):
    kinds = {}
    for kind in transfer["teacher_kind"].values:
        values = _pooled(transfer.sel(teacher_kind=kind), lambda group, suffix: group[f"smallest_angle{suffix}"])
        kinds[str(kind)] = values
    return kinds
