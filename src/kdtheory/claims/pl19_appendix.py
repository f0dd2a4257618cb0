"""Appendices A and B: gradient, minimisers and curvature of the distillation loss, and the rate of gradient flow."""

import numpy as np

from kdtheory.claims.finding import BOUND, IDENTITY
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import exact_bound, identity

# What rounding leaves of a quantity that is 0; and the share of the first loss below which losses are rounding.
_ZERO = 1e-8
_ROUNDING = 1e-28

_EXPLICIT = (
    "μ is made explicit from the proof, with the factor 1/n of the Hessian that eq. 42 as printed lacks; where it "
    "underflows to 0 the path tells nothing"
)
_CONSTANT = "every point of every path; a constant above 0 tells something"


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
    kind=IDENTITY,
    tolerance=_ZERO,
)
def _gradient(convergence):
    off = _float64(convergence["gradient_error"])
    return identity(off, rounding=_ZERO, reason=f"largest relative deviation {off.max():.1e}")


@claim(
    "pl19-thma1-span",
    section="A",
    statement="The gradient of the distillation loss always lies in the span of the data (Theorem A.1).",
    quantity="part of the gradient outside the span, relative to its norm, for fewer points than dimensions",
    test="every step of every path",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
    kind=IDENTITY,
    tolerance=_ZERO,
)
def _span(convergence):
    below = convergence.isel(setting=np.flatnonzero(convergence["n_train"] < convergence["dim"]))
    off = _float64(below["gradient_outside_span"])
    return identity(off, rounding=_ZERO, reason=f"largest relative part outside {off.max(initial=0):.1e}")


@claim(
    "pl19-thma2-minimisers",
    section="A",
    statement="The minimisers of the distillation loss are exactly the weights with the teacher's logits on the "
    "transfer set, "
    "so every w_δ is one (Theorem A.2, Sec. 5.2).",
    quantity="of ŵ and w_δ the larger of the logits' relative deviation and the root of the loss above its minimum, "
    "per transfer set; of hard-target learners 1 where one of the two is zero and the other is not",
    test="every learner on every transfer set",
    figure="pl19_fig5",
    reads=("linear/monotonicity",),
    kind=IDENTITY,
    tolerance=_ZERO,
)
def _minimisers(monotonicity):
    deviation = monotonicity["logit_deviation"].transpose("learner", "world").values
    loss = monotonicity["training_loss"].transpose("learner", "world").values
    soft = np.array([not name.startswith("hard") for name in monotonicity["learner"].values])
    mismatch = (deviation <= _ZERO) != (loss <= _ZERO**2)
    off = np.where(soft[:, None], np.maximum(deviation, np.sqrt(np.maximum(loss, 0.0))), mismatch)
    reason = (
        f"ŵ and w_δ: loss at most {loss[soft].max():.1e} nats, logits off by at most {deviation[soft].max():.1e}; "
        f"hard-target learners, for contrast: loss at least {loss[~soft].min():.1e}, logits off by at least "
        f"{deviation[~soft].min():.1e}"
    )
    return identity(off, rounding=_ZERO, reason=reason)


@claim(
    "pl19-thma3-convexity",
    section="A",
    statement="On the sublevel set of the start the loss is strongly convex along the data span (Theorem A.3, eq. 9).",
    quantity="smallest curvature 2(L(v) − L(w) − ∇L(w)ᵀ(v − w))/‖v − w‖² between points of a descent path, against μ",
    test=_CONSTANT,
    figure="pl19_theorem1",
    reads=("linear/convergence",),
    kind=BOUND,
    scope="reading",
    reading=_EXPLICIT,
)
def _convexity(convergence):
    return _at_least(_float64(convergence["curvature"]), _constant(convergence), "curvature")


@claim(
    "pl19-cora1-polyak",
    section="A",
    statement="On that set half the squared gradient is at least c times the loss, for some c > 0 (Corollary A.1, "
    "eq. 10).",
    quantity="½‖∇L‖²/L along descent, against the proof's c = μ",
    test=f"{_CONSTANT}; down to rounding",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
    kind=BOUND,
    scope="reading",
    reading=_EXPLICIT,
)
def _polyak(convergence):
    ratio = np.where(_above_rounding(convergence), _float64(convergence["polyak_ratio"]), np.nan)
    return _at_least(ratio, _constant(convergence), "ratio")


@claim(
    "pl19-thm1-linear-rate",
    section="B",
    statement="Under gradient flow from zero the loss falls exponentially, L(t) ≤ L(0)·exp(−ct), for some c > 0 (eq. "
    "54).",
    quantity="ln(L(0)/L(t))/t along descent, t the sum of the steps' sizes, against the proof's c = 2μ",
    test=f"{_CONSTANT}; down to rounding",
    figure="pl19_theorem1",
    reads=("linear/convergence",),
    kind=BOUND,
    scope="reading",
    reading=f"c = 2μ, which the paper leaves open; {_EXPLICIT}",
)
def _linear_rate(convergence):
    loss = _float64(convergence["loss"])
    time = convergence["step"].values * convergence["step_size"].transpose("setting", "world").values[..., None]
    usable = _above_rounding(convergence) & (time > 0)
    rate = np.log(loss[..., :1] / np.where(usable, loss, 1.0)) / np.where(usable, time, 1.0)
    return _at_least(np.where(usable, rate, np.nan), 2 * _constant(convergence), "rate")


def _at_least(values, constants, quantity):
    """Check values (setting, world, step) against one positive constant for each path."""
    reason = f"smallest {quantity} {np.nanmin(values):.2g}; the constant is above 0 on {np.sum(constants > 0)} paths"
    constants = np.broadcast_to(constants, values.shape)
    values, constants = values[np.isfinite(values)], constants[np.isfinite(values)]
    # Both are far below 1: the smallest deviation counts.
    return exact_bound(constants, values, informative=constants > 0, rounding=0.0, reason=reason)


def _constant(convergence):
    return convergence["strong_convexity"].transpose("setting", "world").values[..., None]


def _float64(variable):
    return variable.sel(precision="float64").transpose("setting", "world", "step").values


def _above_rounding(convergence):
    loss = _float64(convergence["loss"])
    return loss > _ROUNDING * loss[..., :1]
