"""Theorem 1: the bound on the transfer risk, as it is printed and as its proof gives it."""

import numpy as np

from kdtheory.claims.finding import BOUND, IDENTITY
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import exact_bound, identity

_ORACLES = ("", "_nested")
_EVERYWHERE = "every teacher, ρ, N, n and world, independent and nested oracles"
_TEST = "every cell; cells with a bound of 1 say nothing"
_READS = {"figure": "jz20_theorem1", "reads": ("wide/transfer",), "section": "3"}


@claim(
    "jz20-thm1-printed",
    statement="The transfer risk is at most p(π/2 − ᾱ_n) with the acute angle ᾱ_n (Theorem 1, Eq. 7).",
    quantity=f"risk and the printed bound, {_EVERYWHERE}, and of one student that is built to exceed it",
    test=_TEST,
    kind=BOUND,
    **_READS,
)
def _printed(transfer):
    risk, bound, angle = _cells(transfer, "risk_bound_printed")
    built, limit, turned = (
        float(transfer[f"counterexample_{name}"]) for name in ("risk", "risk_bound_printed", "angle")
    )
    reason = (
        f"a built student has α_n = {np.degrees(turned):.1f}° and a risk of {built:.3f} under a bound of {limit:.3f}; "
        f"else largest risk less bound {(risk - bound).max():.2g}, α_n above π/2 in {(angle > np.pi / 2).sum()} cells"
    )
    return exact_bound(np.append(risk, built), np.append(bound, limit), reason=reason)


@claim(
    "jz20-thm1-printed-acute",
    statement="The transfer risk is at most p(π/2 − ᾱ_n) where student and oracle form an acute angle.",
    quantity=f"risk and the printed bound where α_n ≤ π/2, {_EVERYWHERE}",
    test=_TEST,
    kind=BOUND,
    scope="reading",
    reading="(Δw* − Δw_z)·(Δŵ − Δw_z) ≥ 0, which the printed proof takes for granted",
    **_READS,
)
def _printed_acute(transfer):
    risk, bound, angle = _cells(transfer, "risk_bound_printed")
    acute = angle <= np.pi / 2
    return exact_bound(risk[acute], bound[acute], reason=f"{acute.sum()} of {acute.size} cells are acute")


@claim(
    "jz20-thm1-bound",
    statement="The transfer risk is at most p(π/2 − α_n) (Theorem 1).",
    quantity=f"risk and the bound, {_EVERYWHERE}",
    test=_TEST,
    kind=BOUND,
    scope="reading",
    reading="α_n is the signed angle in [0, π] and p(β) = P[ᾱ ≥ β], which the proof gives",
    **_READS,
)
def _bound(transfer):
    risk, bound, _ = _cells(transfer, "risk_bound")
    return exact_bound(risk, bound)


@claim(
    "jz20-thm1-pointwise",
    statement="A misclassified point's features form an angle of at least π/2 − α_n with Δw* − Δw_z (proof of "
    "Theorem 1).",
    quantity=f"misclassified test points outside that region, {_EVERYWHERE}",
    test="none in any cell",
    kind=IDENTITY,
    scope="reading",
    reading="the signed angle α_n ∈ [0, π]",
    **_READS,
)
def _pointwise(transfer):
    outside = np.concatenate([transfer[f"outside_region{suffix}"].values.ravel() for suffix in _ORACLES])
    misclassified = float((transfer["oracle_risk"] * transfer["oracle_test_points"]).sum())
    reason = f"{int(np.nansum(outside))} such points; {misclassified:.0f} points are misclassified in all"
    return identity(outside, rounding=0.0, reason=reason)


def _cells(transfer, name):
    """Risk, bound and α_n of the same cells, with both kinds of oracles."""
    found = []
    for suffix in _ORACLES:
        angle = transfer[f"angle{suffix}"]
        bound = transfer[f"{name}{suffix}"].transpose(*angle.dims)
        risk = transfer["oracle_risk"].broadcast_like(bound).transpose(*angle.dims)
        cells = np.stack([values.values.ravel() for values in (risk, bound, angle)])
        found.append(cells[:, np.isfinite(cells).all(axis=0)])
    return np.concatenate(found, axis=1)
