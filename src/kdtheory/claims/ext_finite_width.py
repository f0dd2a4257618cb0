"""Our own result: how fast networks of finite width approach the infinitely wide student that the theory is about."""

import numpy as np

from kdtheory.claims.draws import with_gaps, worlds_of
from kdtheory.claims.finding import RATE, VALUE
from kdtheory.claims.registry import claim
from kdtheory.claims.rules import DERIVED, ERROR_RATE, rate, value
from kdtheory.claims.width_draws import FIRST_WIDTH, width_slopes
from kdtheory.statistics.estimate import joined
from kdtheory.statistics.means import paired_difference

_HALF = -0.5
_RISK_TOLERANCE = 0.02
_CELLS = ("n_train", "soft_ratio")
_NETWORKS = "experiments.finite_width.cells.<name>"
_READS = {
    "figure": "ext_finite_width",
    "reads": ("wide/finite_width",),
    "section": "2",
    "scope": "ours",
    "error_rate": ERROR_RATE,
}
_HALF_TEST = f"t-tests over worlds, by the jackknife: equivalence to −½ within {DERIVED}"


@claim(
    "ext-width-kernel",
    statement="The empirical kernel of a network at its start approaches the infinite one like width^(−½).",
    quantity=f"slope of ln of the mean ‖Θ̂ − Θ‖/‖Θ‖ in ln width, widths ≥ {FIRST_WIDTH}",
    test=_HALF_TEST,
    kind=VALUE,
    tolerance=DERIVED,
    **_READS,
)
def _kernel(finite):
    slopes, reason = width_slopes(finite["kernel_distance"])
    return value(slopes, _HALF, DERIVED, reason=reason)


@claim(
    "ext-width-linearized",
    statement="The linearized student, solved in closed form, approaches the infinitely wide one like width^(−½).",
    quantity=f"slope of ln of the mean distance of logits on test points in ln width, widths ≥ {FIRST_WIDTH}, each n "
    "and ρ",
    test=_HALF_TEST,
    kind=VALUE,
    tolerance=DERIVED,
    **_READS,
)
def _linearized(finite):
    slopes, reason = width_slopes(finite["logit_distance_linearized"])
    return value(slopes, _HALF, DERIVED, reason=reason)


def _approaches(name, variable, statement, quantity):
    @claim(
        f"ext-width-{name}",
        statement=statement,
        quantity=f"exponent of the fall with width of the mean distance of {quantity}, widths ≥ {FIRST_WIDTH}, each n "
        "and ρ",
        test="one-sided t-tests over worlds, by the jackknife: above 0 in every cell, Holm for `fails`",
        kind=RATE,
        **_READS,
    )
    def check(finite):
        slopes, reason = width_slopes(finite[variable])
        return rate(-slopes, reason=reason)


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
    statement="Networks that are wide, linearized or trained, have the transfer risk of the infinitely wide student.",
    quantity="risk of the linearized student and of the trained network less that of the kernel student of the same "
    "world, each at the largest width at which the most worlds were measured, each n and ρ",
    test=f"t-tests over worlds: equivalence to 0 within {_RISK_TOLERANCE} in every cell",
    kind=VALUE,
    tolerance=_RISK_TOLERANCE,
    assumes=(f"{_NETWORKS}.doublings", f"{_NETWORKS}.step_share"),
    **(_READS | {"reading": "networks are not trained to convergence, all for as many steps"}),
)
def _risk(finite):
    risk = finite["risk"].sortby("width")
    found, shown = [], []
    for student in ("linearized", "network"):
        kernel, networks = (worlds_of(risk.sel(student=one), "width", *_CELLS) for one in ("kernel", student))
        differences = networks - kernel
        worlds = np.isfinite(differences).any(axis=(2, 3)).sum(axis=0)
        widest = np.flatnonzero(worlds == worlds.max())[-1]
        here = paired_difference(networks[:, widest], kernel[:, widest])
        both = np.isfinite(differences[:, widest])
        of_student, of_kernel = (values[:, widest][both].mean() for values in (networks, kernel))
        width = int(risk["width"][widest])
        found.append(here)
        shown.append(f"{of_student:.3f} for {of_kernel:.3f} ({student}, width {width}, {worlds.max()} worlds)")
    differences = joined(found)
    reason = with_gaps(f"mean risk {', '.join(shown)}", differences)
    return value(differences, 0.0, _RISK_TOLERANCE, reason=reason)
