"""Sections 3.2 and 4: Theorem 1 beside classical bounds by the norm of the weight change, each with its tightness."""

import numpy as np

from kdtheory.claims.draws import listed, worlds_of
from kdtheory.claims.finding import BOUND, ORDER, in_parts
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, bound, order
from kdtheory.claims.transfer_draws import HARD_LOGIT, ORACLE_SIZES, with_oracles
from kdtheory.statistics.means import mean

_KINDS = {"network teacher": "network", "linear teacher": "linear", "smooth teacher": "smooth"}
_CLASSICAL = {"norm_bound": "√(ΔzᵀΘ⁻¹Δz/n)", "rademacher_bound": "2‖Δŵ‖√(EΘ(x,x)/n)"}
_READS = {"figure": "jz20_theorem1", "reads": ("wide/transfer",)}
_CELLS = "every teacher, ρ and n"


@claim(
    "jz20-sec32-classical",
    section="3.2",
    statement="The hypothesis space of Theorem 1 is much smaller than that of Rademacher bounds, so that it says more.",
    quantity="2‖Δŵ_n‖√(E Θ(x,x)/n), cut at 1, less the bound of Theorem 1, at the largest n, independent oracle of the "
    "largest N, ρ = 1",
    test="one-sided paired t-test over worlds in each part",
    kind=ORDER,
    scope="reading",
    reading="says more = the smaller number on the same students; a ball that just holds the student's weight change",
    parts=tuple(_KINDS),
    assumes=(ORACLE_SIZES,),
    **(_READS | {"error_rate": len(_KINDS) * ERROR_RATE}),
)
def _classical(transfer):
    found = {}
    for part, kind in _KINDS.items():
        students = with_oracles(transfer, kind).sel(soft_ratio=1.0).isel(oracle_size=-1, n_train=-1)
        names = ("risk_bound", *_CLASSICAL)
        values = {name: worlds_of(students[name]) for name in names}
        risk = worlds_of(students["oracle_risk"])
        excess = mean(np.minimum(values["rademacher_bound"], 1.0) - values["risk_bound"])
        words = ("Theorem 1", *_CLASSICAL.values())
        shown = ", ".join(
            f"{listed([each], mean(values[name]), '{:.2g}')}{_times(values[name], risk)}"
            for name, each in zip(names, words, strict=True)
        )
        reason = f"n = {int(students['n_train'])}: risk {np.nanmean(risk):.2g}; {shown}"
        found[part] = order(excess, reason=reason)
    return in_parts(tuple(_KINDS), found)


def _bounds_risk(transfer, name):
    """The finding that a classical bound is one; not every teacher has all worlds and sizes."""
    limit, risk = (worlds_of(transfer[each], "teacher_kind", "soft_ratio", "n_train") for each in (name, "oracle_risk"))
    return bound(mean(risk - limit), mean(limit).value)


@claim(
    "jz20-sec4-norm-bound",
    section="4",
    statement="√(ΔzᵀΘ⁻¹Δz/n) is a generalization bound.",
    quantity=f"mean risk less ‖Δŵ_n‖/√n, {_CELLS}",
    test="one-sided t-tests over worlds in every informative cell (‖Δŵ_n‖/√n < 1), Holm for `fails`",
    kind=BOUND,
    scope="reading",
    reading="the number as it is printed, without constants, as a bound on the transfer risk",
    assumes=(HARD_LOGIT,),
    **(_READS | {"error_rate": ERROR_RATE}),
)
def _norm_bound(transfer):
    return _bounds_risk(transfer, "norm_bound")


@claim(
    "jz20-sec32-rademacher",
    section="3.2",
    statement="Classic learning theory bounds the risk by 2ℜ_n of networks near the initialization.",
    quantity=f"mean risk less 2‖Δŵ_n‖√(E Θ(x,x)/n), {_CELLS}",
    test="one-sided t-tests over worlds in every informative cell (a bound below 1), Holm for `fails`",
    kind=BOUND,
    scope="reading",
    reading="a ball that just holds the student's weight change, a loss of slope 1 and no further terms",
    assumes=(HARD_LOGIT,),
    **(_READS | {"error_rate": ERROR_RATE}),
)
def _rademacher(transfer):
    return _bounds_risk(transfer, "rademacher_bound")


def _times(bounds, risk):
    """How many times the mean risk the mean bound is."""
    ratio = np.divide(np.nanmean(bounds), np.nanmean(risk)) if np.nanmean(risk) > 0 else np.inf
    return f", {ratio:.2g} times the risk" if np.isfinite(ratio) else ""
