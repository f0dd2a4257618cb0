"""Introduction: optimization is better behaved with soft labels than with hard ones."""

import numpy as np

from kdtheory.claims.finding import ORDER
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, order
from kdtheory.statistics.means import paired_difference

_ASSUMES = (
    "experiments.optimization.cells.<name>.step_sizes",
    "experiments.optimization.cells.<name>.angles_degrees",
    "experiments.optimization.cells.<name>.max_steps",
    "teachers.<name>.norms",
)
_STATEMENT = "The optimization step is generally more well-behaved than the optimization step in label-based training."
# The norm of the teacher that the claims are about: as elsewhere in the linear study.
_NORM = 1.0
# Up to this size, over 1/L, no step raises the loss.
_STABLE = 1.0


@claim(
    "pl19-intro-fewer-steps",
    section="1",
    statement=_STATEMENT,
    quantity="logarithm of the steps of gradient descent until an angle to the teacher is reached, with hard labels "
    "less with soft ones, on the same sets, at each angle and step size up to 1/L that reaches it in some world",
    test="one-sided paired t-test over worlds for each angle and step size",
    error_rate=ERROR_RATE,
    figure="pl19_introduction",
    reads=("linear/optimization",),
    kind=ORDER,
    scope="reading",
    reading="well-behaved: fewer steps to the same angle; a run that does not reach it counts as the largest number of "
    "steps; a teacher of norm 1",
    assumes=_ASSUMES,
)
def _fewer_steps(optimization):
    found = [_steps(optimization, norm) for norm in optimization["teacher_norm"].values]
    names = [f"{norm:g}" for norm in optimization["teacher_norm"].values]
    ratios = ", ".join(
        f"{np.exp(each.value[each.measured].mean()):.2g} (norm {name})"
        for name, each in zip(names, found, strict=True)
        if each.measured.any()
    )
    return order(
        _steps(optimization, _NORM),
        reason=f"geometric mean of the ratio of steps, hard over soft, by teacher: {ratios}",
    )


@claim(
    "pl19-intro-step-sizes",
    section="1",
    statement=_STATEMENT,
    quantity="share of step sizes and angles at which gradient descent reaches the angle to the teacher, with soft "
    "labels less with hard ones, on the same sets, for n < d and for n ≥ d",
    test="one-sided paired t-test over worlds for each of the two",
    error_rate=ERROR_RATE,
    figure="pl19_introduction",
    reads=("linear/optimization",),
    kind=ORDER,
    scope="reading",
    reading="well-behaved: a wider range of step sizes, also beyond those that lower the loss at every step, comes to "
    "the same angle in the same number of steps; a teacher of norm 1",
    assumes=_ASSUMES,
)
def _step_sizes(optimization):
    shares = {}
    for kind in ("soft", "hard"):
        reached = optimization[f"reached_{kind}"]
        shares[kind] = reached.mean(["step_size", "angle"]).transpose("world", "setting", ...)
    soft = shares["soft"].sel(teacher_norm=_NORM).values
    reason = "; ".join(
        f"{setting}: {one:.2f} with soft, {other:.2f} with hard labels"
        for setting, one, other in zip(
            optimization["setting"].values, soft.mean(axis=0), shares["hard"].values.mean(axis=0), strict=True
        )
    )
    return order(paired_difference(soft, shares["hard"].values), reason=reason)


def _steps(optimization, norm):
    """Differences of ln steps in every setting, step size and angle that one kind of label reaches in some world."""
    dims = ("world", "setting", "step_size", "angle")
    chosen = optimization.sel(teacher_norm=norm, step_size=optimization["step_size"] <= _STABLE).transpose(*dims, ...)
    reached = (chosen["reached_soft"] + chosen["reached_hard"]).values > 0
    hard, soft = (np.where(reached.any(axis=0), chosen[name].values, np.nan) for name in ("steps_hard", "steps_soft"))
    return paired_difference(np.log(hard), np.log(soft))
