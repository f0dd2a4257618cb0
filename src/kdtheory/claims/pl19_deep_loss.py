"""Appendix C along the whole path of deep linear students: the induced flow and the decay of the loss, and their start.

Also Theorem D.1 for these students.
"""

import numpy as np

from kdtheory.claims.finding import BOUND, IDENTITY, ORDER
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, bound, exact_bound, identity, order
from kdtheory.statistics.means import mean

_FINITE = 0.01
_ROUNDING = 1e-9
# Share of the first loss below which losses are rounding.
_VANISHED = 1e-24
_DESCENT = "gradient descent follows the flow: its step is the rounding"
_DIMS = ("world", "depth", "init_ratio", "step")


@claim(
    "pl19-eq56-whole-path",
    section="C",
    statement="From a balanced start the end-to-end weights move by eq. 56 at all times τ (Lemma C.1).",
    quantity="deviation of eq. 56 from the end-to-end velocity that gradient flow gives the trained factors, relative, "
    "at every recorded step until the student rests, N ≥ 2",
    test="every step",
    figure="pl19_deep_loss",
    reads=("linear/deep",),
    kind=IDENTITY,
    reading=_DESCENT,
    tolerance=_FINITE,
)
def _whole_path(deep):
    off = np.where(_moving(deep), _path(deep, "path_flow_error"), np.nan)
    return identity(off, rounding=_FINITE, reason=f"largest relative deviation {np.nanmax(off, initial=0):.1e}")


@claim(
    "pl19-eq57-loss-slope",
    section="C",
    statement="Along the path the loss falls at least at the rate ‖w‖^(2(N−1)/N)·‖∇L₁‖² (eq. 57).",
    quantity="that rate over the fall of the loss under gradient flow on the trained factors, at every recorded step "
    "until the student rests, N ≥ 2, against 1",
    test="every step",
    figure="pl19_deep_loss",
    reads=("linear/deep",),
    kind=BOUND,
    reading=_DESCENT,
    tolerance=_FINITE,
)
def _slope(deep):
    ratio = _path(deep, "path_loss_slope_bound") / _path(deep, "path_loss_slope")
    law = _path(deep, "path_loss_slope_law") / _path(deep, "path_loss_slope")
    moving = _moving(deep)
    off = np.abs(np.where(moving, law, 1.0) - 1).max(initial=0)
    reason = f"eq. 57's first line gives the fall itself to {off:.1e}"
    return exact_bound(np.where(moving, ratio, np.nan), 1.0, informative=moving, rounding=_FINITE, reason=reason)


@claim(
    "pl19-eq58-sublevel",
    section="C",
    statement="From a balanced start that satisfies (12) the loss never exceeds its start, and the weights stay away "
    "from 0: ‖w(τ)‖ ≥ δ (eq. 58).",
    quantity="the larger of L(τ)/L(0) and δ/‖w(τ)‖, at every recorded step after the start, N ≥ 2, against 1",
    test="every step",
    figure="pl19_deep_loss",
    reads=("linear/deep",),
    kind=BOUND,
    scope="reading",
    reading="δ made explicit by convexity: at least (L₁(0) − L₁(w(0)))/‖∇L₁(0)‖",
)
def _sublevel(deep):
    loss, norm = _path(deep, "path_loss"), _path(deep, "path_norm")
    away = _of_start(deep, "least_norm")
    larger = np.maximum(loss / loss[..., :1], away / norm)[..., 1:]
    reason = f"the norm is at least {(norm / away).min(initial=np.inf):.3g} δ"
    return exact_bound(larger, 1.0, informative=True, rounding=_ROUNDING, reason=reason)


@claim(
    "pl19-eq59-loss-decay",
    section="C",
    statement="The loss of a deep linear student falls exponentially, L(t) ≤ L(0)·exp(−c̃t), c̃ = cδ^(2(N−1)/N) "
    "(eq. 59).",
    quantity="ln(L(0)/L(t))/t, t the sum of the steps' sizes, at every recorded step until the student rests, N ≥ 2, "
    "against c̃ with c = 2μ",
    test="every step of every path, down to rounding; a constant above 0 tells something",
    figure="pl19_deep_loss",
    reads=("linear/deep",),
    kind=BOUND,
    scope="reading",
    reading="c = 2μ and δ, which the paper leaves open, are made explicit: μ from the proof of Theorem A.3, with the "
    "factor 1/n of the Hessian that eq. 42 as printed lacks, δ by convexity from below",
)
def _decay(deep):
    loss, time = _path(deep, "path_loss"), _path(deep, "path_time")
    usable = (time > 0) & (loss > _VANISHED * loss[..., :1])
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(usable, np.log(loss[..., :1] / loss) / time, np.nan)
    least = np.broadcast_to(_of_start(deep, "loss_rate_bound"), rate.shape)
    reason = (
        f"mean rates from {np.nanmin(rate):.2g} to {np.nanmax(rate):.2g}, constants from {least.min():.2g} to "
        f"{least.max():.2g}"
    )
    # Both are far below 1: the smallest deviation counts.
    return exact_bound(np.where(usable, least, np.nan), rate, informative=least > 0, rounding=0.0, reason=reason)


@claim(
    "pl19-sec41-small-start-balanced",
    section="4.1",
    statement="Near-zero initialization satisfies the balancedness condition (13) approximately.",
    quantity="fall of the logarithm of the imbalance ‖W_{j+1}ᵀW_{j+1} − W_jW_jᵀ‖ of Gaussian factors, relative to the "
    "squared size of balanced factors of the limit, from each size of the start to the next smaller one, N ≥ 2",
    test="one-sided paired t-test over worlds for each pair of adjacent sizes and each depth",
    error_rate=ERROR_RATE,
    figure="pl19_deep_loss",
    reads=("linear/deep",),
    kind=ORDER,
    scope="reading",
    reading="the smaller the start, the smaller its imbalance beside the factors of the trained student; beside its "
    "own factors it need not be small",
    assumes=("experiments.deep.cells.<name>.hidden_width",),
)
def _small_start(deep):
    chosen = _deep(deep).sel(start="gaussian").sortby("init_ratio").transpose("world", "init_ratio", "depth", ...)
    of_limit, of_start = (chosen[f"imbalance{name}_by_start"].values for name in ("", "_own_size"))
    reason = "; ".join(
        f"N = {depth}: {limit[0]:.2g} to {limit[-1]:.2g}, beside its own factors {own.min():.2g} to {own.max():.2g}"
        for depth, limit, own in zip(
            chosen["depth"].values, of_limit.mean(axis=0).T, of_start.mean(axis=0).T, strict=True
        )
    )
    return order(mean(np.diff(np.log(of_limit), axis=1)), reason=f"from the smallest start to the largest, {reason}")


@claim(
    "pl19-thmd1-trained",
    section="D",
    statement="Deep linear students from small balanced starts have an expected risk of at most "
    "p(β) + p(π/2 − δ − β)ⁿ, δ = √(2πε/‖ŵ‖) (Theorem D.1 with the ε of Theorem 2).",
    quantity="mean exact risk of deep students trained by gradient descent, less the bound minimised over β, for each "
    "N ≥ 2 and size of the start",
    test="upper limit of the one-sided t-test over worlds in every cell whose bound is below 1",
    error_rate=ERROR_RATE,
    figure="pl19_deep_loss",
    reads=("linear/deep",),
    kind=BOUND,
    assumes=("experiments.deep.cells.<name>.init_ratios", "datasets.<name>.kappas"),
)
def _trained(deep):
    dims = ("depth", "risk_init_ratio")
    chosen = _deep(deep).transpose("risk_world", *dims, ...)
    distance, epsilon = chosen["trained_distance"].values, chosen["trained_epsilon"].transpose(*dims).values
    # The theorem speaks of students that are all within ε.
    within = (distance <= epsilon).all(axis=0)
    bounds = np.where(within, chosen["trained_risk_bound"].transpose(*dims).values, np.nan)
    measured = np.isfinite(epsilon)
    reason = f"all students end within ε in {within[measured].sum()} of {measured.sum()} settings"
    return bound(mean(chosen["trained_risk"].values).minus(bounds), bounds, reason=reason)


def _deep(deep):
    """The students to which Theorem 2 applies."""
    return deep.isel(depth=np.flatnonzero(deep["depth"].values >= 2))


def _path(deep, name):
    return _deep(deep)[name].transpose(*_DIMS).values


def _of_start(deep, name):
    return _deep(deep)[name].transpose(*_DIMS[:-1]).values[..., None]


def _moving(deep):
    """Steps at which a student has not come to rest at its tolerance."""
    deep = _deep(deep)
    steps = deep["steps"].transpose(*_DIMS[:-1]).values[..., None]
    return (steps < 0) | (deep["step"].values < steps)
