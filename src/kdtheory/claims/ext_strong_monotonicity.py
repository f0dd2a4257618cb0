"""Our own result: by how much an added point helps, and whether it does beyond linear students (PL19, outlook)."""

import numpy as np

from kdtheory.claims.draws import listed, of_same_worlds, worlds_of
from kdtheory.claims.finding import IDENTITY, ORDER
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, beyond, identity, order
from kdtheory.statistics.correlations import correlations_of_means_by_world, with_spread_over_items
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.means import mean

# Cosines come from kernels whose smallest eigenvalue is some 1e-7 of the largest.
_ROUNDING = 1e-8
_PLACE = {"section": "6", "figure": "ext_strong_monotonicity", "scope": "ours"}
_CONFIRMED = "mean rise of the risk on one half of the test points at added points that raise it on the other half"
_SHARES = ("experiments.growth.cells.main.adam_steps", "experiments.growth.cells.main.learning_rate")
_INDEX = "E[ln α(X_n) − ln α(X_{n+1})] with the acute angle α to the teacher"
_GRADED = {
    "section": "5.3",
    "figure": "ext_strong_monotonicity",
    "reads": ("linear/monotonicity",),
    "error_rate": ERROR_RATE,
    "scope": "ours",
    "kind": ORDER,
    "assumes": ("experiments.monotonicity.cells.chains.hard_target_steps",),
}


@claim(
    "ext-graded-monotonicity",
    statement="Across learners, the graded monotonicity index, by how much an added point turns the student to its "
    "teacher, and the expected transfer risk are negatively correlated.",
    quantity=f"Fisher's z of the correlation of mean risk and graded index, {_INDEX}, over the learners of Fig. 5",
    test="one-sided t-test that it is below 0, with the spread over worlds, by the jackknife, and over other learners "
    "of the kind, 1/(learners − 3)",
    reading="learners are a sample; q drawn afresh when a point is added",
    **_GRADED,
)
def _graded(monotonicity):
    chosen = _without_limit(monotonicity)
    found = pooled(_correlation_draws(chosen, "angle_decay"))
    z = with_spread_over_items(found, chosen.sizes["learner"])
    low, high = np.tanh(z.interval(1 - 2 * ERROR_RATE))
    same, every, binary, of_risk = (
        float(pooled(_correlation_draws(group, index)).value)
        for group, index in (
            (chosen, "angle_decay_same_q"), (monotonicity, "angle_decay"), (chosen, "improved"), (chosen, "risk_decay"),
        )
    )  # fmt: skip
    reason = (
        f"r = {float(found.value):.2f} over {chosen.sizes['learner']} learners, 90 % interval {low:.2f} to {high:.2f} "
        f"({float(found.standard_error):.2g} standard error over worlds alone); with the same q before and after "
        f"r = {same:.2f}; with the max-margin learner r = {every:.2f}; by the fall of ln risk r = {of_risk:.2f}; "
        f"of the binary index r = {binary:.2f}"
    )
    return beyond(z[None], below=0.0, reason=reason)


@claim(
    "ext-graded-monotonicity-sharper",
    statement="The graded index tells a learner's risk better than the binary one: their correlation is more negative, "
    "whichever learner is left out.",
    quantity="correlation with mean risk of the binary index less that of the graded one, with each learner left out",
    test="one-sided t-test of the jackknife over worlds for each set of learners",
    **_GRADED,
)
def _sharper(monotonicity):
    chosen = _without_limit(monotonicity)
    names = chosen["learner"].values.tolist()
    gains = [
        _correlation_draws(rest, "improved") - _correlation_draws(rest, "angle_decay")
        for rest in (chosen.drop_sel(learner=name) for name in names)
    ]
    graded, binary = (float(pooled(_correlation_draws(chosen, index)).value) for index in ("angle_decay", "improved"))
    return order(pooled(np.stack(gains, axis=1)), reason=f"r = {graded:.3f} and {binary:.3f} over all {len(names)}")


def _without_limit(monotonicity):
    return monotonicity.sel(learner=[name for name in monotonicity["learner"].values if name != "hard_target_margin"])


def _correlation_draws(monotonicity, index):
    """Draws of the correlation over learners of the two means over worlds."""
    pair = (monotonicity[name].transpose("world", "learner").values for name in (index, "risk"))
    return correlations_of_means_by_world(*pair)


@claim(
    "ext-kernel-angle-monotone",
    statement="In the kernel's space one more point never widens the angle between a kernel student by projection and "
    "its teacher, in whatever order the points come.",
    quantity="rise of the angle by each added point, every design and world; the teacher is a function of that space",
    test="every added point",
    reads=("wide/kernel_design",),
    kind=IDENTITY,
    **_PLACE,
)
def _angle(design):
    rises = np.diff(design["angle"].transpose("design", "world", "n_train").values)
    largest = design["angle"].isel(n_train=[0, -1]).mean(["design", "world"]).values
    reason = f"mean angle {largest[0]:.2f} rad at first and {largest[1]:.2f} rad in the end"
    return identity(np.maximum(rises, 0.0), rounding=_ROUNDING, reason=reason)


@claim(
    "ext-kernel-risk-rises",
    statement="The risk of a kernel student is not monotone: some added points raise it, though none widens the angle.",
    quantity=f"{_CONFIRMED}, random points",
    test="one-sided t-test over worlds that it is above 0, which it is not where the risk never rises",
    reads=("wide/kernel_design",),
    kind=ORDER,
    error_rate=ERROR_RATE,
    assumes=("experiments.kernel_design.cells.main.stopping_epochs",),
    **_PLACE,
)
def _kernel_rises(design):
    chosen = design.sel(design="random")
    return beyond(mean(worlds_of(chosen["confirmed_rise"]))[None], above=0.0, reason=_told(chosen))


@claim(
    "ext-network-risk-rises",
    statement="The risk of a trained network of finite width is not monotone: some added points raise it.",
    quantity=f"{_CONFIRMED}, each width",
    test="one-sided t-test over worlds for each width that it is above 0, which it is not where the risk never rises",
    reads=("wide/growth",),
    kind=ORDER,
    error_rate=ERROR_RATE,
    assumes=_SHARES,
    **_PLACE,
)
def _network_rises(growth):
    return beyond(mean(worlds_of(growth["confirmed_rise"], "width")), above=0.0, reason=_told(growth))


@claim(
    "ext-network-less-monotone",
    statement="Trained networks of finite width are less monotone than kernel students: more of the same added points "
    "raise their risk.",
    quantity="share of added points that raise the risk of networks, each width, less that of kernel students, on the "
    "same transfer sets and test points",
    test="one-sided paired t-test over worlds for each width",
    reads=("wide/kernel_design", "wide/growth"),
    kind=ORDER,
    error_rate=ERROR_RATE,
    assumes=_SHARES,
    **_PLACE,
)
def _less_monotone(design, growth):
    kernel, networks = of_same_worlds(
        design["risk"].sel(design="random", n_train=growth["n_train"].values), growth["rise_share"]
    )
    of_kernel = (np.diff(worlds_of(kernel, "n_train")) > 0).mean(axis=1)
    of_networks = worlds_of(networks, "width")
    names = [f"width {width}" for width in growth["width"].values]
    reason = f"{of_kernel.mean():.2f} of kernel students and {listed(names, mean(of_networks))} of networks"
    return order(mean(of_networks - of_kernel[:, None]), reason=reason)


def _told(chains):
    """How often risks rise and how directly they fall, in words."""
    share, direct = (chains[name].mean("world").values.ravel() for name in ("rise_share", "directness"))
    shown = [" and ".join(f"{value:.2f}" for value in values) for values in (share, direct)]
    return f"share of added points that raise the risk {shown[0]}; net fall over the sum of all changes {shown[1]}"
