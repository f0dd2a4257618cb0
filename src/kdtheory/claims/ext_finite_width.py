"""Our own result: how fast networks of finite width approach the infinitely wide student that the theory is about."""

import numpy as np

from kdtheory.claims.estimates import close_to, log_slopes, t_intervals
from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import beyond

FIRST_WIDTH = 256
_ERROR_RATE = 0.05
_HALF = -0.5
# Half the way to no approach at all, and to one like 1/width.
_TOLERANCE = 0.25
_RISK_TOLERANCE = 0.02
_READS = {"figure": "ext_finite_width", "reads": ("wide/finite_width",)}
_SLOPE = f"slope of ln distance in ln width, widths ≥ {FIRST_WIDTH}, each run on its own"
_INTERVALS = "t-intervals over runs, Bonferroni over n and ρ: "


@claim(
    "ext-width-kernel",
    section="2",
    statement="The empirical kernel of a network at its start approaches the infinite one like width^(−½).",
    quantity=f"slope of ln ‖Θ̂ − Θ‖/‖Θ‖ in ln width, widths ≥ {FIRST_WIDTH}, each run on its own",
    test=f"the t-interval over runs lies within {_TOLERANCE} of −½",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _kernel(finite):
    return _half(finite["kernel_distance"])


@claim(
    "ext-width-linearized",
    section="2",
    statement="The linearized student, solved in closed form, approaches the infinitely wide one like width^(−½).",
    quantity=f"{_SLOPE}: logits on test points, each n and ρ",
    test=f"{_INTERVALS}every one lies within {_TOLERANCE} of −½",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _linearized(finite):
    return _half(finite["logit_distance_linearized"])


def _approaches(name, variable, statement, quantity):
    @claim(
        f"ext-width-{name}",
        section="2",
        statement=statement,
        quantity=f"{_SLOPE}: {quantity}, each n and ρ",
        test=f"{_INTERVALS}every one lies below 0",
        error_rate=_ERROR_RATE,
        **_READS,
    )
    def check(finite):
        estimates = slopes(finite[variable], error_rate=_ERROR_RATE)
        return beyond(estimates, described(finite[variable], estimates), below=0.0)


_approaches(
    "sgd",
    "logit_distance_sgd",
    "The linearized student that is trained by stochastic gradient descent, as in the papers, approaches the "
    "infinitely wide one with width.",
    "logits on test points",
)
_approaches(
    "network",
    "logit_distance_path",
    "The wider a network, the closer it stays to its own linearization while both are trained.",
    "logits on test points of the network and of its linearization after as many steps",
)


@claim(
    "ext-width-risk",
    section="2",
    statement="Networks that are wide, linearized or trained, have the transfer risk of the infinitely wide student.",
    quantity="risk of the linearized student and of the trained network less that of the kernel student of the same "
    "run, each at the largest width with its full number of runs, each n and ρ",
    test=f"t-intervals over runs, Bonferroni over cells: every one lies within {_RISK_TOLERANCE} of 0",
    error_rate=_ERROR_RATE,
    **_READS,
)
def _risk(finite):
    risk = finite["risk"].transpose("student", "n_train", "soft_ratio", "width", "repeat").sortby("width")
    more, shown = [], []
    for student in ("linearized", "network"):
        both = risk.sel(student=["kernel", student])
        both = both.sel(n_train=both.notnull().all("student").any(("soft_ratio", "width", "repeat")))
        runs = both.notnull().all(("student", "n_train", "soft_ratio")).sum("repeat").values
        here = both.isel(width=np.flatnonzero(runs == runs.max())[-1])
        difference = here[1] - here[0]
        more.append(difference.values.reshape(-1, risk.sizes["repeat"]))
        of_kernel, of_student = here.where(difference.notnull()).mean(("n_train", "soft_ratio", "repeat")).values
        shown.append(f"{of_student:.3f} for {of_kernel:.3f} ({student}, width {int(here['width'])}, {runs.max()} runs)")
    more = np.concatenate(more)
    estimates = t_intervals(more, error_rate=_ERROR_RATE / len(more))
    reading = f"“the same” is within {_RISK_TOLERANCE}; networks are not trained to convergence, all for as many steps"
    return close_to(estimates, 0.0, _RISK_TOLERANCE, f"mean risk {', '.join(shown)}", reading=reading)


def slopes(values, *, error_rate):
    """Return the slopes of ln values in ln width with t-intervals over runs, Bonferroni over the other dimensions.

    Parameters
    ----------
    values : xarray.DataArray
        Dimensions width, repeat and any others; of steps the last one is taken that all widths have.
    error_rate : float
        Probability that any of the intervals misses.

    Returns
    -------
    list of (float, (float, float))
        Cells that were not measured at two widths in two runs are left out.
    """
    values = at_end(values)
    values = values.sel(width=values["width"] >= FIRST_WIDTH).transpose(..., "width", "repeat")
    by_run = log_slopes(values["width"].values, values.values).reshape(-1, values.sizes["repeat"])
    by_run = by_run[np.isfinite(by_run).sum(axis=-1) >= 2]
    return t_intervals(by_run, error_rate=error_rate / max(1, len(by_run)))


def at_end(values):
    """Return values after the last step that every width was trained for, where there are steps."""
    if "step" not in values.dims:
        return values
    by_width = values.mean([dim for dim in values.dims if dim not in ("width", "step")])
    common = by_width.dropna("width", how="all").dropna("step")["step"]
    return values.sel(step=common.max() if common.size else values["step"].max())


def described(values, estimates):
    """The slopes in words, with the mean value at the widths that they are fitted to, and after how many steps."""
    values = at_end(values).sortby("width")
    mean = values.sel(width=values["width"] >= FIRST_WIDTH).mean([dim for dim in values.dims if dim != "width"])
    shown = ", ".join(f"{float(each):.3g} (width {int(each['width'])})" for each in mean if np.isfinite(each))
    found = dict.fromkeys(f"{estimate:.2f}".replace("-", "−") for estimate, _ in sorted(estimates))
    ends = f"slope {' to '.join(list(found)[:: max(1, len(found) - 1)])}; " if found else ""
    steps = f" after {int(values['step'])} steps" if "step" in values.coords else ""
    return f"{ends}mean{steps} {shown}"


def _half(values):
    estimates = slopes(values, error_rate=_ERROR_RATE)
    reading = "“like width^(−½)” is a slope that is nearer to −½ than to 0 and to −1"
    return close_to(estimates, _HALF, _TOLERANCE, described(values, estimates), reading=reading)
