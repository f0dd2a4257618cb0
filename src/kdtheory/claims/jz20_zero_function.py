"""Section 3.1: the zero function's weight change is small beside the oracle's, and can be neglected."""

import numpy as np

from kdtheory.claims.draws import worlds_of
from kdtheory.claims.finding import ORDER, VALUE, in_parts
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import DERIVED, ERROR_RATE, beyond, value
from kdtheory.claims.transfer_draws import ORACLE_SIZES, with_oracles
from kdtheory.statistics.means import mean

_MUCH_SMALLER = 0.1
_ORACLES = ("", "_nested")
_TEACHERS = {"network teacher": "network", "linear teacher": "linear"}
_READS = {
    "figure": "jz20_theorem1",
    "reads": ("wide/transfer",),
    "section": "3.1",
    "scope": "reading",
    "parts": tuple(_TEACHERS),
    "error_rate": len(_TEACHERS) * ERROR_RATE,
    "assumes": (ORACLE_SIZES,),
}


@claim(
    "jz20-sec31-zero-small",
    statement="The zero function is much easier to reach than the oracle: ‖Δw_z‖ ≪ ‖Δw*‖.",
    quantity="mean ‖Δw_z‖/‖Δw*‖ of oracles of the largest size, every ρ, independent and nested",
    test=f"one-sided t-tests over worlds: below {_MUCH_SMALLER} in every cell of each part",
    kind=ORDER,
    reading=f"“≪” is a ratio below {_MUCH_SMALLER}, at given N: in two dimensions ‖Δw_z‖ itself grows like √ln N",
    **_READS,
)
def _zero_small(transfer):
    found = {}
    for part, kind in _TEACHERS.items():
        chosen = with_oracles(transfer, kind).isel(oracle_size=-1)
        ratios = [chosen[f"oracle_zero_norm{each}"] / chosen[f"oracle_norm{each}"] for each in _ORACLES]
        ratio = mean(np.stack([worlds_of(values, "soft_ratio") for values in ratios], axis=1))
        reason = f"mean ratio {np.nanmin(ratio.value):.2g} to {np.nanmax(ratio.value):.2g}, by ρ"
        found[part] = beyond(ratio, below=_MUCH_SMALLER, reason=reason)
    return in_parts(tuple(_TEACHERS), found)


@claim(
    "jz20-sec31-zero-neglected",
    statement="Δw_z can be neglected in the angle: α_n ≈ α′_n, so that cos α_n ≈ ‖Δŵ_n‖/‖Δw*‖ (Eq. 9).",
    quantity="mean α_n/α′_n − 1 with the nested oracle, for which Eq. 9's last equality is exact, every ρ, N and n",
    test=f"t-tests over worlds: equivalence to 0 within {DERIVED} in every cell of each part",
    kind=VALUE,
    reading="relative error of the angle",
    tolerance=DERIVED,
    **_READS,
)
def _zero_neglected(transfer):
    found = {}
    for part, kind in _TEACHERS.items():
        chosen = with_oracles(transfer, kind)
        off = chosen["angle_nested"] / chosen["oracle_angle_nested"] - 1
        off = mean(worlds_of(off, "soft_ratio", "oracle_size", "n_train"))
        reason = f"largest mean deviation {np.nanmax(np.abs(off.value)):.2g}"
        found[part] = value(off, 0.0, DERIVED, reason=reason)
    return in_parts(tuple(_TEACHERS), found)
