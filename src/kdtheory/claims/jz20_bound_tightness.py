"""Section 3.2: where the bound of Theorem 1 says something, beside that of linear distillation."""

import numpy as np

from kdtheory.claims.draws import listed, ratios, worlds_of
from kdtheory.claims.finding import ORDER, in_parts
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, always, beyond
from kdtheory.claims.transfer_draws import HARD_LOGIT, ORACLE_SIZES, with_oracles
from kdtheory.statistics.means import mean

# A bound of this or more is ≈ 1 and says nothing; features are very likely perpendicular if more than the share of
# points has at least the angle.
_VACUOUS = 0.9
_PERPENDICULAR = np.radians(80)
_VERY_LIKELY = 0.95
_ORACLES = ("", "_nested")
_KINDS = ("network", "linear")
_RATIOS, _TEACHERS = ("ρ = 1", "ρ < 1"), ("network teacher", "linear teacher")
_READS = {"figure": "jz20_theorem1", "reads": ("wide/transfer",), "section": "3.2", "kind": ORDER}
_TWO_PARTS = {"error_rate": 2 * ERROR_RATE, "scope": "reading"}
_ORACLE = "independent oracle of the largest N"


@claim(
    "jz20-sec32-informative-network",
    statement="The bound of Theorem 1 improves on that of linear distillation, which says nothing.",
    quantity=f"mean bound at the largest n, {_ORACLE}, network teacher",
    test=f"one-sided t-tests over worlds: below {_VACUOUS} at every ρ, in each part",
    parts=_RATIOS,
    reading=f"a bound of {_VACUOUS} or more says nothing",
    assumes=(HARD_LOGIT, ORACLE_SIZES),
    **_READS,
    **_TWO_PARTS,
)
def _informative_network(transfer):
    return _informative(transfer, "network")


@claim(
    "ext-informative-linear",
    statement="With a linear teacher, which the paper does not use, the bound of Theorem 1 says something.",
    quantity=f"mean bound at the largest n, {_ORACLE}, linear teacher",
    test=f"one-sided t-tests over worlds: below {_VACUOUS} at every ρ, in each part",
    parts=_RATIOS,
    reading=f"a bound of {_VACUOUS} or more says nothing",
    assumes=(ORACLE_SIZES,),
    **_READS,
    **(_TWO_PARTS | {"scope": "ours"}),
)
def _informative_linear(transfer):
    return _informative(transfer, "linear")


@claim(
    "ext-informative-smooth",
    statement="With a smooth teacher, the ground truth itself, the bound of Theorem 1 says something.",
    quantity=f"mean bound at the largest n, {_ORACLE}, smooth teacher",
    test=f"one-sided t-tests over worlds: below {_VACUOUS} at every ρ, in each part",
    parts=_RATIOS,
    reading=f"a bound of {_VACUOUS} or more says nothing",
    assumes=(ORACLE_SIZES,),
    **_READS,
    **(_TWO_PARTS | {"scope": "ours"}),
)
def _informative_smooth(transfer):
    return _informative(transfer, "smooth")


def _informative(transfer, kind):
    bound, risk = (_of(transfer, name, kind).isel(n_train=-1) for name in ("risk_bound", "oracle_risk"))
    bounds, risks = (mean(worlds_of(values, "soft_ratio")) for values in (bound, risk))
    soft = bound["soft_ratio"].values == 1
    names = np.array(ratios(bound))
    found = {}
    for part, chosen in zip(_RATIOS, (soft, ~soft), strict=True):
        reason = f"n = {int(bound['n_train'])}: bound {listed(names[chosen], bounds[chosen], '{:.2g}')}"
        reason += f" for a risk of {listed(names[chosen], risks[chosen], '{:.2g}')}"
        found[part] = beyond(bounds[chosen], below=_VACUOUS, reason=reason)
    return in_parts(_RATIOS, found)


_SIZES = ("few points", "many points")


@claim(
    "jz20-sec32-small-samples",
    statement="With small samples the bound is loose, p(π/2 − α_n) ≈ 1, and with more samples it is not.",
    quantity=f"mean bound at the smallest and at the largest n, {_ORACLE}, network teacher, every ρ",
    test=f"one-sided t-tests over worlds: above {_VACUOUS} with few points, below it with many",
    parts=_SIZES,
    reading=f"≈ 1 is {_VACUOUS} or more; a bound that is loose at every n says nothing of small samples",
    assumes=(HARD_LOGIT, ORACLE_SIZES),
    **_READS,
    **_TWO_PARTS,
)
def _small_samples(transfer):
    bound = _of(transfer, "risk_bound", "network")
    few, many = (mean(worlds_of(bound.isel(n_train=end), "soft_ratio")) for end in (0, -1))
    first, last = bound["n_train"].values[[0, -1]]
    found = (
        beyond(few, above=_VACUOUS, reason=f"n = {first}: {listed(ratios(bound), few, '{:.2g}')}"),
        beyond(many, below=_VACUOUS, reason=f"n = {last}: {listed(ratios(bound), many, '{:.2g}')}"),
    )
    return in_parts(_SIZES, dict(zip(_SIZES, found, strict=True)))


@claim(
    "jz20-sec32-perpendicular",
    statement="Features φ(x) and the oracle Δw* − Δw_z are very likely to be perpendicular.",
    quantity=f"share of test points with an angle of {np.degrees(_PERPENDICULAR):.0f}° or more between them, every ρ "
    "and N, independent and nested oracles",
    test=f"one-sided t-tests over worlds: above {_VERY_LIKELY} in every cell of each part",
    parts=_TEACHERS,
    reading=f"perpendicular is {np.degrees(_PERPENDICULAR):.0f}° or more, which was chosen with the data and is "
    f"exploratory until a fresh seed; very likely is more than {_VERY_LIKELY}",
    assumes=(ORACLE_SIZES,),
    **_READS,
    **_TWO_PARTS,
)
def _perpendicular(transfer):
    found = {}
    for part, kind in zip(_TEACHERS, _KINDS, strict=True):
        chosen = with_oracles(transfer, kind).sel(beta=_PERPENDICULAR, method="bfill")
        shares = [worlds_of(chosen[f"angle_survival{each}"], "soft_ratio", "oracle_size") for each in _ORACLES]
        share = mean(np.stack(shares, axis=1))
        reason = f"smallest mean share {np.nanmin(share.value):.3f}"
        found[part] = beyond(share, above=_VERY_LIKELY, reason=reason)
    return in_parts(_TEACHERS, found)


@claim(
    "jz20-sec32-linear-bound",
    statement="The bound of linear distillation, min_β p(β) + p(π/2 − β)ⁿ, is 1 for such features.",
    quantity="that bound less 1 with the p(β) of the test points, every teacher, ρ, N, n and world, independent and "
    "nested oracles",
    test="0 or more in every cell",
    **_READS,
)
def _linear_bound(transfer):
    bound = np.concatenate([transfer[f"risk_bound_linear{suffix}"].values.ravel() for suffix in _ORACLES])
    return always(bound - 1, reason=f"bound from {np.nanmin(bound):.3g} to {np.nanmax(bound):.3g}")


@claim(
    "jz20-s6-gap",
    statement="For ReLU features p(β) ≡ 1 for β up to β_t ≈ π/2: no features come closer to Δw* − Δw_z than β_t.",
    quantity=f"mean smallest angle of features at fresh points, {_ORACLE}, network teacher, every ρ",
    test=f"one-sided t-tests over worlds: above {np.degrees(_PERPENDICULAR):.0f}° at every ρ, Holm for `fails`",
    error_rate=ERROR_RATE,
    scope="reading",
    reading=f"≈ π/2 is {np.degrees(_PERPENDICULAR):.0f}° or more; fresh points are the students' own, which the oracle "
    "has not seen",
    assumes=(HARD_LOGIT, ORACLE_SIZES),
    **(_READS | {"section": "S6"}),
)
def _gap(transfer):
    angle = _of(transfer, "fresh_smallest_angle", "network")
    found = mean(worlds_of(angle, "soft_ratio"))
    shown = listed(ratios(angle), mean(np.degrees(worlds_of(angle, "soft_ratio"))), "{:.1f}°")
    return beyond(found, above=_PERPENDICULAR, reason=f"smallest angle {shown}")


@claim(
    "jz20-s6-linear-bound",
    statement="Therefore the bound of linear distillation is strictly 1, on fresh points too.",
    quantity="min_β p(β) + p(π/2 − β)ⁿ less 1 with the p(β) of fresh points, every teacher, ρ, N, n and world, "
    "independent oracle",
    test="0 or more in every cell",
    **(_READS | {"section": "S6"}),
)
def _fresh_linear_bound(transfer):
    bound = transfer["fresh_bound_linear"].values.ravel()
    return always(bound - 1, reason=f"bound from {np.nanmin(bound):.3g} to {np.nanmax(bound):.3g}")


def _of(transfer, name, kind):
    """A variable of one kind of teachers, soft ratios rising, with the oracle of the most points that has it."""
    values = with_oracles(transfer, kind)[name]
    return values.isel(oracle_size=-1) if "oracle_size" in values.dims else values
