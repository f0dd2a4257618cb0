"""Section 2: the kernel of a wide network stays almost constant while it is trained."""

from kdtheory.claims.ext_finite_width import FIRST_WIDTH, described, slopes
from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import beyond, every_cell

_ERROR_RATE = 0.05
_ALMOST = 0.1
_READS = {"figure": "ext_finite_width", "reads": ("wide/finite_width",)}


@claim(
    "jz20-sec2-kernel-constant",
    section="2",
    statement="The kernel of a wide network stays almost constant during training.",
    quantity=f"largest ‖Θ̂_step − Θ̂_0‖/‖Θ̂_0‖ over the steps of each trained network of width {FIRST_WIDTH} or more",
    test=f"every network: {_ALMOST} or less",
    **_READS,
)
def _constant(finite):
    drift = finite["kernel_drift"].max("step").sortby("width")
    drift = drift.sel(width=drift["width"] >= FIRST_WIDTH)
    shown = ", ".join(
        f"{float(each.median()):.3f} (width {int(each['width'])})"
        for each in drift.transpose("width", ...)
        if each.notnull().any()
    )
    measured = drift.values[drift.notnull().values]
    reading = f"“almost” is a relative change of {_ALMOST} or less, “wide” is {FIRST_WIDTH} or more, “during training” "
    reading += "is for as many steps as were run"
    return every_cell(
        measured > _ALMOST, f"median {shown or 'of none'}", what="networks", estimate=measured.max(initial=0),
        reading=reading,
    )  # fmt: skip


@claim(
    "jz20-sec2-kernel-constant-width",
    section="2",
    statement="The wider the network, the less its kernel changes during training.",
    quantity=f"slope of ln ‖Θ̂_step − Θ̂_0‖/‖Θ̂_0‖ in ln width, widths ≥ {FIRST_WIDTH}, each run on its own, after the "
    "last step that all widths have, each n and ρ",
    test="t-intervals over runs, Bonferroni over n and ρ: every one lies below 0",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _falls(finite):
    estimates = slopes(finite["kernel_drift"], error_rate=_ERROR_RATE)
    return beyond(estimates, described(finite["kernel_drift"], estimates), below=0.0)
