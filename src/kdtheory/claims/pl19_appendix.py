"""Appendices A and B: gradient, minimisers and curvature of the distillation loss, and the rate of gradient flow."""

import numpy as np

from kdtheory.claims.registry import claim
from kdtheory.claims.statistics import every_cell

# What rounding leaves of a quantity that is 0; and the share of the first loss below which losses are rounding.
_ZERO = 1e-8
_ROUNDING = 1e-28

_EXPLICIT = (
    "μ is made explicit from the proof, with the factor 1/n of the Hessian that eq. 42 as printed lacks; where it "
    "underflows to 0 only positivity is tested"
)


@claim(
    "pl19-thma1-gradient",
    section="A",
    statement="The gradient of the distillation loss is the mean of (σ(wᵀx) − y)·x over the transfer set (Theorem "
    "A.1).",
    quantity="deviation of the formula from a derivative of eq. 1 by a complex step, relative to the path's largest "
    "gradient",
    test="every step of every path",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
)
def _gradient(convergence):
    error = _float64(convergence["gradient_error"])
    return every_cell(
        error > _ZERO, f"largest relative deviation {error.max():.1e}", what="steps", estimate=error.max()
    )


@claim(
    "pl19-thma1-span",
    section="A",
    statement="The gradient of the distillation loss always lies in the span of the data (Theorem A.1).",
    quantity="part of the gradient outside the span, relative to its norm, for fewer points than dimensions",
    test="every step of every path",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
)
def _span(convergence):
    below = convergence.isel(setting=np.flatnonzero(convergence["n_train"] < convergence["dim"]))
    outside = _float64(below["gradient_outside_span"])
    worst = outside.max(initial=0)
    return every_cell(outside > _ZERO, f"largest relative part outside {worst:.1e}", what="steps", estimate=worst)


@claim(
    "pl19-thma2-minimisers",
    section="A",
    statement="The minimisers of the distillation loss are exactly the weights with the teacher's logits on the "
    "transfer set, "
    "so every w_δ is one (Theorem A.2, Sec. 5.2).",
    quantity="distillation loss above its minimum and largest relative deviation from the teacher's logits, per "
    "transfer set",
    test="every learner on every transfer set: one of the two is zero exactly where the other is, and both are for ŵ "
    "and w_δ",
    figure="pl19_fig5",
    reads=("linear/monotonicity",),
)
def _minimisers(monotonicity):
    deviation = monotonicity["logit_deviation"].transpose("learner", "repeat").values
    loss = monotonicity["training_loss"].transpose("learner", "repeat").values
    soft = np.array([not name.startswith("hard") for name in monotonicity["learner"].values])
    fits, minimal = deviation <= _ZERO, loss <= _ZERO**2
    violated = (fits != minimal) | (soft[:, None] & ~minimal)
    reason = (
        f"ŵ and w_δ: loss at most {loss[soft].max():.1e} nats, logits off by at most {deviation[soft].max():.1e}; "
        "hard-target "
        f"learners, for contrast: loss at least {loss[~soft].min():.1e}, logits off by at least "
        f"{deviation[~soft].min():.1e}"
    )
    return every_cell(violated, reason, what="fitted learners", estimate=deviation[soft].max())


@claim(
    "pl19-thma3-convexity",
    section="A",
    statement="On the sublevel set of the start the loss is strongly convex along the data span (Theorem A.3, eq. 9).",
    quantity="smallest curvature 2(L(v) − L(w) − ∇L(w)ᵀ(v − w))/‖v − w‖² between points of a descent path, against μ",
    test="every point of every path",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
)
def _convexity(convergence):
    curvature = _float64(convergence["curvature"])
    return _at_least(curvature, convergence["strong_convexity"].values, np.isfinite(curvature), "curvature")


@claim(
    "pl19-cora1-polyak",
    section="A",
    statement="On that set half the squared gradient is at least c times the loss, for some c > 0 (Corollary A.1, "
    "eq. 10).",
    quantity="½‖∇L‖²/L along descent, against the proof's c = μ",
    test="every point of every path, down to rounding",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
)
def _polyak(convergence):
    ratio = _float64(convergence["polyak_ratio"])
    return _at_least(ratio, convergence["strong_convexity"].values, _above_rounding(convergence), "ratio")


@claim(
    "pl19-thm1-linear-rate",
    section="B",
    statement="Under gradient flow from zero the loss falls exponentially, L(t) ≤ L(0)·exp(−ct), for some c > 0 (eq. "
    "54).",
    quantity="ln(L(0)/L(t))/t along descent, t the sum of the steps' sizes, against the proof's c = 2μ",
    test="every point of every path, down to rounding",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
)
def _linear_rate(convergence):
    loss = _float64(convergence["loss"])
    time = convergence["step"].values * convergence["step_size"].values[:, None]
    usable = _above_rounding(convergence) & (time > 0)
    rate = np.log(loss[:, :1] / np.where(usable, loss, 1.0)) / np.where(usable, time, 1.0)
    constant = 2 * convergence["strong_convexity"].values
    return _at_least(rate, constant, usable, "rate", f"c = 2μ, which the paper leaves open; {_EXPLICIT}", "2μ")


def _at_least(values, constants, usable, quantity, reading=_EXPLICIT, symbol="μ"):
    """Check values (setting, step) against one positive constant for each setting."""
    constants = constants[:, None]
    explicit = constants > 0
    violated = np.where(explicit, values < constants, values <= 0)
    ratio = np.where(usable & explicit, values / np.where(explicit, constants, 1.0), np.inf).min()
    reason = f"smallest {quantity} {values[usable].min(initial=np.inf):.2g}"
    if explicit.any():
        reason += (
            f", and where {symbol} > 0 ({explicit.sum()} of {explicit.size} paths) {ratio:.3g} times {symbol} or more"
        )
    return every_cell(
        violated[usable], reason, what="points", estimate=values[usable].min(initial=np.inf), reading=reading
    )


def _float64(variable):
    return variable.sel(precision="float64").transpose("setting", "step").values


def _above_rounding(convergence):
    loss = _float64(convergence["loss"])
    return loss > _ROUNDING * loss[:, :1]
