"""Section 4.2's contrast: what standard bounds say of learners of hard labels when n < d."""

import numpy as np

from kdtheory.claims.finding import ORDER
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, always, beyond, in_parts
from kdtheory.statistics.means import mean

_ROUNDING = 1e-9
_GUESS, _FAR = 0.5, 10
_LITTLE, _LATE = "n < d", "n ≫ d"
_STATEMENT = "Standard bounds for hard labels have little to say when n < d"


@claim(
    "pl19-sec42-vc-bound",
    section="4.2",
    statement=f"{_STATEMENT} and only start to be useful when n ≫ d.",
    quantity=f"the VC bound less 1 at every n < d, and the smallest n at which it is below ½ over d, less {_FAR}",
    test="every measured size",
    figure="pl19_bounds",
    reads=("linear/alignment",),
    kind=ORDER,
    scope="reading",
    reading="the bound by the VC dimension on the expected risk of a half-space without training errors; little: it is "
    f"1 or more; useful: below the ½ of a guess; ≫: {_FAR} times",
    parts=(_LITTLE, _LATE),
)
def _vc(alignment):
    dim = float(alignment["input_dim"])
    below = alignment.sel(n_train=alignment["n_train"] < dim)
    bounds, first = below["hard_bound_vc"].values, float(alignment["hard_bound_vc_useful_from"])
    transfer = below["risk_bound"].values
    reason = (
        f"the VC bound is {bounds.min():.2f} or more; at the same sizes Theorem 3's for distillation goes down to "
        f"{np.nanmin(transfer):.2g}"
    )
    parts = {
        _LITTLE: always(bounds - 1, rounding=_ROUNDING, reason=reason),
        _LATE: always([first / dim - _FAR], reason=f"below ½ from n = {first:.0f} on, {first / dim:.0f} times d"),
    }
    return in_parts((_LITTLE, _LATE), parts)


@claim(
    "pl19-sec42-margin-bound",
    section="4.2",
    statement=f"{_STATEMENT} (bounds by the margin).",
    quantity="mean of min(support vectors, D²/γ²)/n over transfer sets of n points, less ½, at each n ≤ d",
    test="one-sided t-test over worlds at each n",
    error_rate=ERROR_RATE,
    figure="pl19_bounds",
    reads=("linear/alignment",),
    kind=ORDER,
    scope="reading",
    reading="the leave-one-out bound on the max-margin learner's expected risk with n − 1 points; little: the ½ of a "
    "guess or more; the tasks of Sec. 5.1, at the κ whose sets grow",
    assumes=("datasets.<name>.kappas",),
)
def _margin(alignment):
    below = alignment.sel(hard_n_train=alignment["hard_n_train"] <= alignment["input_dim"])
    bounds = below["hard_bound_margin"].transpose("growth_world", "hard_n_train").values
    sizes = below["hard_n_train"].values
    transfer = alignment["risk_bound"].sel(n_train=sizes).where(alignment["growth_risk"].notnull().any("growth_world"))
    transfer = transfer.max("kappa").values
    shown = ", ".join(
        f"{value:.2g} beside {other:.2g} (n = {n})"
        for n, value, other in zip(sizes, bounds.mean(axis=0), transfer, strict=True)
    )
    return beyond(mean(bounds), above=_GUESS, reason=f"the bound, beside Theorem 3's for distillation: {shown}")
