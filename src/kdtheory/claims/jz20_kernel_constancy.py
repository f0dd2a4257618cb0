"""Section 2: the kernel of a wide network stays almost constant while it is trained."""

from kdtheory.claims.estimates import t_intervals
from kdtheory.claims.ext_finite_width import FIRST_WIDTH, at_end, described, slopes
from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import beyond

_ERROR_RATE = 0.05
_ALMOST = 0.1
_READS = {"figure": "ext_finite_width", "reads": ("wide/finite_width",)}


@claim(
    "jz20-sec2-kernel-constant",
    section="2",
    statement="The kernel of a wide network stays almost constant during training.",
    quantity="‖Θ̂_step − Θ̂_0‖/‖Θ̂_0‖ after the last step, at the largest width that two runs have, each n and ρ",
    test=f"t-intervals over runs, Bonferroni over n and ρ: every one lies below {_ALMOST}",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _constant(finite):
    drift = at_end(finite["kernel_drift"]).transpose("n_train", "soft_ratio", "width", "repeat").sortby("width")
    several = (drift.notnull().any(("n_train", "soft_ratio")).sum("repeat") >= 2).values
    if not several.any():
        return beyond([], "no width was measured in two runs", below=_ALMOST)
    last = drift.isel(width=several.nonzero()[0][-1])
    cells = last.values.reshape(-1, last.sizes["repeat"])
    estimates = t_intervals(cells, error_rate=_ERROR_RATE / len(cells))
    mean = drift.mean(("n_train", "soft_ratio", "repeat"))
    shown = ", ".join(f"{float(each):.3f} (width {int(each['width'])})" for each in mean)
    reading = f"“almost” is a relative change of less than {_ALMOST}, at the width and the last step that were run"
    return beyond(estimates, f"mean drift {shown}", below=_ALMOST, reading=reading)


@claim(
    "jz20-sec2-kernel-constant-width",
    section="2",
    statement="The wider the network, the less its kernel changes during training.",
    quantity=f"slope of ln ‖Θ̂_step − Θ̂_0‖/‖Θ̂_0‖ in ln width, widths ≥ {FIRST_WIDTH}, each run on its own, after the "
    "last step, each n and ρ",
    test="t-intervals over runs, Bonferroni over n and ρ: every one lies below 0",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _falls(finite):
    estimates = slopes(finite["kernel_drift"], error_rate=_ERROR_RATE)
    return beyond(estimates, described(finite["kernel_drift"], estimates), below=0.0)
