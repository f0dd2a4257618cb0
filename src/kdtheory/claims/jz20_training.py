"""Section 2 and S1: trained logits come to the effective logits, and a higher temperature makes them come sooner."""

import numpy as np

from kdtheory.claims.draws import listed, with_gaps, worlds_of
from kdtheory.claims.finding import IDENTITY, ORDER, in_parts
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, beyond, identity, order
from kdtheory.claims.width_draws import wide
from kdtheory.statistics.estimate import joined
from kdtheory.statistics.means import mean

# Fixed before the data: how close logits count as converged, relative to the targets, and the largest setback that
# still counts as an approach.
_CLOSE, _SETBACK = 0.01, 0.01
# What the integrator of the flow may be off, relative to the length of the way.
_INTEGRATION = 1e-5
_CELLS = ("loss_scale", "soft_ratio", "temperature", "n_train")
_FLOW = {"figure": "jz20_s1_convergence", "reads": ("wide/flow",), "section": "S1"}
_CONVENTIONS = ("Eq. 2, one learning rate", "soft term times T², one learning rate", "Eq. 2, largest stable step")
_NETWORKS = "experiments.finite_width.cells.<name>"


@claim(
    "jz20-s1-convergence",
    statement="As training goes on, each student logit converges to its effective logit.",
    quantity="‖z − z_eff‖/‖z_eff‖ at the training points at the end of the gradient flow of the kernel student, each "
    "ρ, T, n and convention of the loss",
    test=f"one-sided t-tests over worlds: below {_CLOSE} in every cell, Holm for `fails`",
    kind=ORDER,
    error_rate=ERROR_RATE,
    reading="a wide student is its kernel model; the end of training is the last time of the flow",
    assumes=("experiments.flow.cells.main.last_time",),
    **_FLOW,
)
def _converges(flow):
    last = flow["target_distance"].isel(time=-1)
    distances = mean(worlds_of(last, *_CELLS))
    largest = last.mean("world").max(["loss_scale", "soft_ratio", "n_train"])
    shown = ", ".join(f"{float(each):.2g} (T = {float(each['temperature']):g})" for each in largest)
    reason = f"largest mean distance at time {float(last['time']):.2g}: {shown}"
    return beyond(distances, below=_CLOSE, reason=with_gaps(reason, distances))


@claim(
    "jz20-s1-approach",
    statement="As training goes on, the student's logits come ever closer to the effective logits.",
    quantity="largest excess of ‖z − z_eff‖/‖z_eff‖ over its least value so far, along the gradient flow of the kernel "
    "student, each ρ, T, n and convention of the loss",
    test=f"one-sided t-tests over worlds: below {_SETBACK} in every cell, Holm for `fails`",
    kind=ORDER,
    error_rate=ERROR_RATE,
    scope="reading",
    reading="convergence without setbacks, of all training points together",
    **_FLOW,
)
def _approaches(flow):
    path = flow["target_distance"].transpose(..., "time")
    setbacks = path.isel(time=0, drop=True).copy(
        data=(path.values - np.minimum.accumulate(path.values, axis=-1)).max(axis=-1)
    )
    estimate = mean(worlds_of(setbacks, *_CELLS))
    reason = f"largest setback {float(setbacks.max()):.2g}"
    return beyond(estimate, below=_SETBACK, reason=with_gaps(reason, estimate))


@claim(
    "ext-flow-weights",
    statement="Along the gradient flow of a linear model the weights come ever closer to their limit.",
    quantity="rise of ‖Δw − Δŵ‖/‖Δŵ‖ between recorded times of the flow, every path",
    test=f"every step, to the {_INTEGRATION:g} of the integrator",
    kind=IDENTITY,
    scope="ours",
    **_FLOW,
)
def _weights(flow):
    rises = flow["weight_distance"].diff("time").values
    return identity(np.maximum(rises, 0.0), rounding=_INTEGRATION, reason=f"largest rise {np.nanmax(rises):.2g}")


@claim(
    "jz20-s1-networks",
    statement="As training goes on, the logits of a network of finite width converge to its effective logits.",
    quantity="fall of ‖z − z_eff‖/‖z_eff‖ at the training points with each doubling of the steps of descent, mean over "
    "the widths that took them, from width 256 on, each ρ",
    test="one-sided paired t-tests over worlds at every doubling, Holm for `fails`",
    kind=ORDER,
    error_rate=ERROR_RATE,
    reading="no network is trained to the end: each doubling of the steps brings it closer",
    assumes=(f"{_NETWORKS}.doublings", f"{_NETWORKS}.step_share"),
    **(_FLOW | {"reads": ("wide/finite_width",)}),
)
def _networks(finite):
    distance = wide(finite["target_distance"]).isel(n_train=-1).sortby("step")
    distance = distance.sel(step=distance["step"] > 0).transpose("world", "width", "soft_ratio", "step")
    # Widths are averaged within each world, over those that took both numbers of steps.
    falls = (distance - distance.shift(step=-1)).isel(step=slice(None, -1)).mean("width")
    estimate = mean(worlds_of(falls, "soft_ratio", "step"))
    means = distance.mean(["world", "width"]).isel(step=[0, -1])
    shown = ", ".join(
        f"{' → '.join(f'{float(each):.3g}' for each in of_ratio)} (ρ = {float(of_ratio['soft_ratio']):g})"
        for of_ratio in means
    )
    reason = f"distance after 1 → {int(distance['step'][-1])} steps: {shown}"
    return order(estimate, reason=with_gaps(reason, estimate))


@claim(
    "jz20-sec2-temperature-sooner",
    section="2",
    statement="A higher temperature makes the student converge sooner.",
    quantity="fall of ln of the training time, or of the steps, until ‖z − z_eff‖ is 1 % of ‖z_eff‖ from each T to the "
    "next, each ρ and n; where the flow ends before, its end stands for the time",
    test="one-sided paired t-tests over worlds at every step, in each part, Holm for `fails`",
    kind=ORDER,
    error_rate=len(_CONVENTIONS) * ERROR_RATE,
    scope="reading",
    reading="the loss is that of Eq. 2 or its soft term is multiplied by T²; the learning rate is the same at every T "
    "or the largest stable one",
    parts=_CONVENTIONS,
    figure="jz20_temperature",
    reads=("wide/flow",),
)
def _sooner(flow):
    of_part = (("settling_time", "raw"), ("settling_time", "t_squared"), ("settling_steps", "raw"))
    return in_parts(_CONVENTIONS, {
        part: _falls(flow[name].sel(loss_scale=scale, drop=True))
        for part, (name, scale) in zip(_CONVENTIONS, of_part, strict=True)
    })  # fmt: skip


def _falls(times):
    times = np.log10(times.sortby("temperature"))
    names = [f"T = {temperature:g}" for temperature in times["temperature"].values]
    values = worlds_of(times, "temperature", "soft_ratio", "n_train")
    means = mean(values.mean(axis=(2, 3)))
    falls = -np.log(10) * np.diff(values, axis=1)
    return order(joined([mean(falls)]), reason=f"mean log₁₀ {listed(names, means, '{:.2f}')}")
