"""Section 2: the kernel of a wide network stays almost constant while it is trained."""

from kdtheory.claims.draws import with_gaps, worlds_of
from kdtheory.claims.finding import ORDER, RATE
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, READ_OFF_A_PLOT, beyond, rate
from kdtheory.claims.width_draws import FIRST_WIDTH, wide, width_slopes
from kdtheory.statistics.means import mean

_READS = {"figure": "ext_finite_width", "reads": ("wide/finite_width",), "section": "2", "error_rate": ERROR_RATE}
_NETWORKS = "experiments.finite_width.cells.<name>"
_ASSUMES = (f"{_NETWORKS}.doublings", f"{_NETWORKS}.step_share")


@claim(
    "jz20-sec2-kernel-constant",
    statement="The kernel of a wide network stays almost constant during training.",
    quantity=f"mean over networks of the largest ‖Θ̂_step − Θ̂_0‖/‖Θ̂_0‖ of all steps, widths ≥ {FIRST_WIDTH}, each n "
    "and ρ",
    test=f"one-sided t-tests over worlds: below {READ_OFF_A_PLOT} in every cell, Holm for `fails`",
    kind=ORDER,
    scope="reading",
    reading=f"“almost” is a relative change below {READ_OFF_A_PLOT}, “wide” is {FIRST_WIDTH} or more, “during "
    f"training” is for as many steps as were run",
    assumes=(f"{_NETWORKS}.widths", *_ASSUMES),
    **_READS,
)
def _constant(finite):
    drift = wide(finite["kernel_drift"].max("step"))
    changes = mean(worlds_of(drift, "width", "n_train", "soft_ratio"))
    means = drift.mean([dim for dim in drift.dims if dim != "width"])
    shown = ", ".join(f"{float(each):.3f} (width {int(each['width'])})" for each in means if each.notnull())
    reason = with_gaps(f"mean {shown or 'of none'}", changes)
    return beyond(changes, below=READ_OFF_A_PLOT, reason=reason)


@claim(
    "jz20-sec2-kernel-constant-width",
    statement="The wider the network, the less its kernel changes during training.",
    quantity=f"exponent of the fall of mean ‖Θ̂_step − Θ̂_0‖/‖Θ̂_0‖ with width, widths ≥ {FIRST_WIDTH}, after the last "
    "step that all widths have, each n and ρ",
    test="one-sided t-tests over worlds, by the jackknife: above 0 in every cell, Holm for `fails`",
    kind=RATE,
    assumes=_ASSUMES,
    **_READS,
)
def _falls(finite):
    slopes, reason = width_slopes(finite["kernel_drift"])
    return rate(-slopes, reason=reason)
