"""Section 4.2's geometry: the law p(θ) of the angle between data and teacher (Fig. 1 and 2)."""

import numpy as np

from kdtheory.claims.finding import IDENTITY, VALUE
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import ERROR_RATE, identity, value
from kdtheory.statistics.means import paired_difference

_ROUNDING = 1e-12
_SAMPLER = 0.02


@claim(
    "pl19-fig1-angle-laws",
    section="4.2",
    statement="p(θ) falls from 1 at θ = 0 to 0 at θ = π/2; with a margin, and only then, it is 0 before.",
    quantity="deviation of p(θ) from these ends, its largest rise, and 1 where it is 0 without or not 0 with a margin",
    test="every task",
    figure="pl19_fig1",
    reads=("linear/angle_law",),
    kind=IDENTITY,
    tolerance=_ROUNDING,
)
def _angle_laws(angle_law):
    survival = angle_law["angle_survival"].transpose("task", "theta").values
    margin = np.array([str(name).startswith("margin") for name in angle_law["task"].values])
    rises = np.maximum(np.diff(survival), 0.0).max(axis=1)
    misplaced = ((survival[:, -2] == 0) != margin).astype(float)
    deviations = np.stack([np.abs(survival[:, 0] - 1), np.abs(survival[:, -1]), rises, misplaced])
    last = ", ".join(
        f"{share:.2g} ({name})" for name, share in zip(angle_law["task"].values, survival[:, -2], strict=True)
    )
    return identity(deviations.max(axis=0), rounding=_ROUNDING, reason=f"p at the last angle before π/2: {last}")


@claim(
    "pl19-fig2-points",
    section="4.2",
    statement="The tasks' points have these angle laws.",
    quantity="share of points at least at an angle to the teacher, less p(θ), on a grid of angles",
    test="two one-sided t-tests over worlds for each task and angle",
    error_rate=ERROR_RATE,
    figure="pl19_fig2",
    reads=("linear/angle_law",),
    kind=VALUE,
    scope="reading",
    reading="a check of our sampler",
    tolerance=_SAMPLER,
)
def _points(angle_law):
    drawn = angle_law["angle_survival_sampled"].transpose("world", "task", "theta").values
    exact = angle_law["angle_survival"].transpose("task", "theta").values
    off = paired_difference(drawn, np.broadcast_to(exact, drawn.shape))
    reason = f"largest mean deviation {np.abs(off.value).max():.4f} over {len(drawn)} worlds"
    return value(off, 0.0, _SAMPLER, reason=reason)
