"""What makes each statement of PL19 false, by twice its tolerance or by the smallest effect that it says it sees.

Each mutation changes what the claim's own function looks at, in the samples, in which the statement is true.
"""

from functools import partial

import numpy as np
from samples.linear import linear_groups

from kdtheory.claims.finding import IDENTITY, NOT_EQUAL
from kdtheory.claims.registry import FAILS, IN_PART, UNDECIDED, claims


def spoil(group, **changes):
    """Return a change of the world: the named variables of ``group`` go through functions."""

    def change(world):
        dataset = world[f"linear/{group}"]
        for variable, function in changes.items():
            dataset[variable] = function(dataset[variable])

    return change


def at(values, **where):
    """Return a function that writes a value into a variable where positions say."""

    def change(variable):
        variable = variable.astype(float).copy()
        variable[where] = values
        return variable

    return change


def rising(shift, world):
    """Return a function that lets the risk of d = 8 rise by a shift from n = 6 to n = 7."""

    def change(risk):
        risk = risk.copy()
        risk[1, 6, world] = risk[1, 5, world] + shift
        return risk

    return change


def times(factor, most=np.inf):
    """Return a function that multiplies a variable and clips it."""
    return lambda variable: (factor * variable).clip(max=most)


def plus(shift):
    """Return a function that shifts a variable."""
    return lambda variable: variable + shift


def reversed_along(dim):
    """Return a function that reverses the order of a variable along a dimension."""
    return lambda variable: variable.copy(data=variable.isel({dim: slice(None, None, -1)}).values)


def power(exponent):
    """Return a function that raises a variable to a power."""
    return lambda variable: variable**exponent


def bent(risk):
    """Let a risk that falls as e^(−n) fall as e^(−n^1.5), a rate that more than doubles over the sizes."""
    return risk * np.exp(risk["margin_n_train"] - risk["margin_n_train"] ** 1.5)


def steady(risk):
    """Let a risk vary a hundredth as much from one transfer set to the next, on a logarithmic scale."""
    logarithm = np.log(risk)
    return np.exp(logarithm.mean("growth_world") + 0.01 * (logarithm - logarithm.mean("growth_world"))).transpose(
        *risk.dims
    )


def swapped(low, high, dim):
    """Return a function that exchanges two adjacent levels of a variable."""

    def change(variable):
        order = np.arange(variable.sizes[dim])
        order[[low, high]] = high, low
        return variable.copy(data=variable.isel({dim: order}).values)

    return change


MUTATIONS = {
    "pl19-intro-lower-risk": {
        "hard labels better": spoil("alignment", risk_hard_target=times(0.1)),
        "soft risk × 100": spoil("alignment", growth_risk=times(100, 1.0)),
        "one learner, one size": spoil("alignment", risk_hard_target=at(1e-9, hard_target=1, hard_n_train=3)),
    },
    "pl19-intro-faster": {
        "hard labels faster": spoil("alignment", risk_hard_target=lambda risk: risk / risk["hard_n_train"] ** 1.5),
    },
    "pl19-abstract-more-reliably": {
        "hard labels vary less": spoil("alignment", risk_hard_target=steady),
        "soft risk × 100": spoil("alignment", growth_risk=times(100)),
    },
    "pl19-abstract-more-reliably-relative": {"hard labels vary less": spoil("alignment", risk_hard_target=steady)},
    "pl19-intro-fewer-steps": {"hard labels faster": spoil("optimization", steps_hard=times(0.01))},
    "pl19-intro-step-sizes": {"soft labels arrive nowhere": spoil("optimization", reached_soft=times(0.0))},
    "pl19-monotone-expected": {
        "one rise": spoil("margin", risk=at(0.9, n_train=3)),
        "a rise of twice the rounding": spoil("margin", risk=rising(2e-12, world=slice(None))),
    },
    "pl19-monotone-expected-digits": {
        "order reversed": spoil("bias", chain_risk=reversed_along("n_train")),
        "one step reversed": spoil("bias", chain_risk=swapped(1, 3, "n_train")),
    },
    "pl19-thm1-convergence": {
        "one path far off": spoil("convergence", flow_distance=at(0.36, setting=0, world=2)),
        "twice the tolerance": spoil("convergence", flow_distance=at(2e-6, setting=1, world=0)),
    },
    "pl19-thm1-recovery": {
        "another limit": spoil("convergence", teacher_distance=at(2e-6, setting=2)),
        "one path far off": spoil("convergence", flow_distance=at(2e-6, setting=3, world=1)),
    },
    "pl19-thm1-loss-falls": {"one rise": spoil("convergence", loss=at(0.11, setting=1, world=1, step=2))},
    "pl19-thm2-distance": {"twice ε": spoil("deep", distance=at(2 * 0.001**0.5, world=0, depth=1, init_ratio=2))},
    "pl19-thm2-exact-law": {"twice the tolerance": spoil("deep", distance=times(1.02))},
    "pl19-thm2-slope": {"twice the tolerance": spoil("deep", distance=power(1.1))},
    "pl19-thm2-recovery": {"twice the tolerance": spoil("deep", recovery_distance=at(2e-6, depth=2, init_ratio=1))},
    "pl19-thm2-condition-12": {
        "the opposite start is stuck": spoil(
            "deep",
            steps_by_start=at(-1, depth=2, start=2, init_ratio=2),
            span_error_by_start=at(1.0, depth=2, start=2, init_ratio=2),
        ),
        "random starts end too far": spoil("deep", distance_by_start=at(1.0, start=1, world=1)),
    },
    "pl19-thm2-unbalanced-convergence": {
        "twice the tolerance": spoil("deep", span_error_by_start=at(2e-6, depth=2, start=3)),
    },
    "pl19-thm2-unbalanced-distance": {"twice ε": spoil("deep", distance_by_start=at(2.0, depth=2, start=3))},
    "pl19-eq56-induced-flow": {"twice the tolerance": spoil("deep", flow_error=at(2e-8, depth=1))},
    "pl19-eq56-whole-path": {"twice the tolerance": spoil("deep", path_flow_error=at(0.02, depth=2, step=4))},
    "pl19-eq57-loss-slope": {
        "twice the tolerance": spoil("deep", path_loss_slope_bound=times(1.02 / 0.8)),
    },
    "pl19-eq58-sublevel": {
        "norm below δ": spoil("deep", least_norm=times(3.0)),
        "loss above its start": spoil("deep", path_loss=at(0.2, depth=1, step=3)),
    },
    "pl19-eq59-loss-decay": {
        "twice the rate": spoil("deep", loss_rate_bound=times(10.0)),
        "one late loss": spoil("deep", path_loss=at(0.09, depth=1, step=4)),
    },
    "pl19-sec41-small-start-balanced": {
        "order reversed": spoil("deep", imbalance_by_start=reversed_along("init_ratio")),
    },
    "pl19-thmd1-trained": {"risk × 100": spoil("deep", trained_risk=times(100, 1.0))},
    "pl19-eq66-conservation": {"twice the tolerance": spoil("deep", path_off_span=times(1.02))},
    "pl19-eq67-off-span": {"off span × 2.1": spoil("deep", path_off_span=times(2.1))},
    "pl19-eq73-norm": {"norm × 1.2": spoil("deep", path_norm=times(1.2))},
    "pl19-lemmad1-angle": {"angle × 10": spoil("deep", angle_by_start=times(10.0))},
    "pl19-fig1-angle-laws": {
        "data in the margin": spoil("angle_law", angle_survival=at(0.01, task=3, theta=-2)),
        "a rise": spoil("angle_law", angle_survival=at(1.1, task=0, theta=5)),
    },
    "pl19-fig2-points": {
        "twice the tolerance": spoil("angle_law", angle_survival_sampled=plus(0.04)),
        "order reversed": spoil("angle_law", angle_survival_sampled=reversed_along("theta")),
    },
    "pl19-thm3-recovery": {
        "one set errs": spoil("margin", risk=at(2e-8, dim=1, n_train=7, world=0)),
        "grown sets err": spoil("alignment", growth_risk=at(0.01, n_train=5, kappa=1)),
    },
    "pl19-thm3-bound": {
        "risk × 4": spoil("alignment", risk=times(4.0)),
        "risk × 100": spoil("alignment", risk=times(100, 1.0), growth_risk=times(100, 1.0)),
        "Gram risk × 4": spoil("alignment", risk_gram=times(4.0)),
    },
    "pl19-thm3-sharper-bound": {
        "risk × 2": spoil("alignment", growth_risk=times(2.0)),
        "Gram risk × 2": spoil("alignment", risk_gram=times(2.0)),
    },
    "pl19-thm3-informative": {
        "the trivial bound in one cell": spoil("alignment", risk_bound=at(1.0, kappa=0, n_train=3))
    },
    "pl19-thmd1-bound": {
        "risk × 3": spoil("alignment", risk_approximate=times(3.0)),
        "risk × 100": spoil("alignment", risk_approximate=times(100, 1.0)),
    },
    "pl19-thm3-bound-digits": {
        "risk × 4": spoil("digit_bound", population_risk=times(4.0)),
        "risk × 100": spoil("digit_bound", population_risk=times(100, 1.0)),
        "a bound that says nothing": spoil("digit_bound", population_bound=power(0)),
    },
    "pl19-thm3-bound-digits-held-out": {
        "risk × 4": spoil("digit_bound", held_out_risk=times(4.0)),
        "bound / 10": spoil("digit_bound", held_out_bound=times(0.1)),
    },
    "pl19-thm3-informative-digits": {
        "the trivial bound in one world": spoil("digit_bound", population_bound=at(1.0, n_train=2, world=3)),
    },
    "pl19-thm3-bound-laws": {
        "risk with a margin × 10": spoil("rates", margin_risk=times(10, 1.0)),
        "stored sets with a margin": spoil("margin", risk=times(100, 1.0)),
        "crowded risk × 10": spoil("rates", scaled_risk=times(10, 1.0)),
        "the stored crowded sets": spoil("alignment", scaled_risk=times(100, 1.0)),
        "polynomial risk × 4": spoil("rates", risk=times(4.0)),
    },
    "pl19-eq32-conditional-error": {
        "error × 4": spoil("rates", conditional_error=times(4.0)),
        "error × 100": spoil("rates", conditional_error=times(100, 0.5)),
    },
    "pl19-sec42-vc-bound": {
        "below 1 at one size": spoil("alignment", hard_bound_vc=at(0.9, n_train=4)),
        "useful early": spoil("alignment", hard_bound_vc_useful_from=times(0.2)),
    },
    "pl19-sec42-margin-bound": {
        "useful at one size": spoil("alignment", hard_bound_margin=at(0.3, hard_n_train=3)),
        "half of it": spoil("alignment", hard_bound_margin=times(0.5)),
    },
    "pl19-cor1-bound": {
        "risk × 100": spoil("margin", risk=times(100, 1.0)),
        "bound / 10": spoil("margin", risk_bound=times(0.1)),
        "drawn risk × 10": spoil("rates", margin_risk=times(10, 1.0)),
    },
    "pl19-cor1-rate": {
        "slower than promised": spoil("rates", margin_risk=power(0.05)),
        "no constant rate": spoil("rates", margin_risk=bent),
    },
    "pl19-cor1-informative": {"γ = 1": spoil("margin", risk_bound=power(0))},
    "pl19-cor2-bound": {
        "risk × 4": spoil("alignment", growth_risk=times(4.0)),
        "risk × 100": spoil("alignment", risk=times(100, 1.0), growth_risk=times(100, 1.0)),
        "drawn risk × 4": spoil("rates", risk=times(4.0)),
    },
    "pl19-cor2-rate": {
        "an exponent below κ": spoil("alignment", growth_risk=power(0.2)),
        "drawn, at one κ": spoil("rates", risk=lambda risk: risk.where(risk["kappa"] > 0.5, risk**0.2)),
    },
    "pl19-cor2-informative": {
        "above 1 in one cell": spoil("alignment", risk_bound_polynomial=at(1.5, kappa=1, n_train=0))
    },
    "pl19-cor2-constant": {
        "risk × 4": spoil("alignment", scaled_risk=times(4.0)),
        "bound / 10": spoil("alignment", scaled_bound_printed=times(0.1)),
    },
    "pl19-cor2-constant-proved": {"risk × 100": spoil("alignment", scaled_risk=times(100, 1.0))},
    "pl19-lemma1-angle": {
        "one wider angle": spoil("margin", angle=at(1.0, dim=1, n_train=4, world=3)),
        "grown sets": spoil("alignment", growth_angle=reversed_along("n_train")),
    },
    "pl19-lemma1-specific": {
        "distillation is harmed once": spoil("monotonicity", improved=at(0, learner=0, world=7), tie=times(1)),
        "no hard-target learner is": spoil("monotonicity", improved=at(1, learner=slice(1, 3)), tie=times(0)),
    },
    "pl19-monotone-every-set": {
        "one rise": spoil("alignment", growth_risk=at(0.9, kappa=1, n_train=4, growth_world=5)),
        "twice the rounding": spoil("margin", risk=rising(2e-12, world=slice(1))),
    },
    "pl19-monotone-every-set-digits": {"one image": spoil("bias", chain_risk=at(1 / 2115, n_train=2, world=5))},
    "pl19-fig3-alignment": {
        "order reversed": spoil("alignment", risk=reversed_along("kappa")),
        "one step reversed": spoil("alignment", risk=swapped(1, 2, "kappa")),
    },
    "pl19-fig4-bias": {
        "order reversed": spoil("bias", risk=reversed_along("delta")),
        "one step reversed": spoil("bias", risk=swapped(1, 2, "delta")),
    },
    "pl19-fig4-limit": {"the limit is no extreme": spoil("bias", risk_limit=times(0.1))},
    "pl19-fig5-correlation": {"the sign turned": spoil("monotonicity", risk=lambda risk: 2.0 - risk)},
    "pl19-fig5-caption-order": {"order reversed": spoil("monotonicity", improved=lambda improved: 1 - improved)},
    "pl19-thma1-gradient": {"twice the tolerance": spoil("convergence", gradient_error=at(2e-8, setting=0, step=2))},
    "pl19-thma1-span": {"twice the tolerance": spoil("convergence", gradient_outside_span=at(2e-8, setting=0, step=2))},
    "pl19-thma2-minimisers": {
        "a student with a loss": spoil("monotonicity", training_loss=at(1e-3, learner=4, world=7)),
        "a learner without": spoil("monotonicity", training_loss=at(0.0, learner=1, world=7)),
    },
    "pl19-thma3-convexity": {"half of μ": spoil("convergence", curvature=at(0.005, setting=0, step=2))},
    "pl19-cora1-polyak": {"half of μ": spoil("convergence", polyak_ratio=at(0.005, setting=0, world=1, step=2))},
    "pl19-thm1-linear-rate": {"half of 2μ": spoil("convergence", strong_convexity=times(4.0))},
}

# Verdicts on false parts of a statement whose other part is true, and on a share of zero, which cannot be refuted.
_OTHERWISE = {
    ("pl19-thm2-condition-12", "the opposite start is stuck"): IN_PART,
    ("pl19-thm2-condition-12", "random starts end too far"): IN_PART,
    **{("pl19-thm3-bound-laws", how): IN_PART for how in MUTATIONS["pl19-thm3-bound-laws"]},
    **{("pl19-sec42-vc-bound", how): IN_PART for how in MUTATIONS["pl19-sec42-vc-bound"]},
    ("pl19-thm3-bound-digits", "a bound that says nothing"): UNDECIDED,
    ("pl19-cor1-rate", "slower than promised"): IN_PART,
    ("pl19-cor1-rate", "no constant rate"): IN_PART,
    ("pl19-lemma1-specific", "distillation is harmed once"): IN_PART,
    ("pl19-lemma1-specific", "no hard-target learner is"): UNDECIDED,
}


def table(module):
    """Return the table of `unit.claims.mutations` for a module of claims on PL19."""
    declared = {name: claim for name, claim in claims().items() if claim.module == f"kdtheory.claims.{module}"}
    return {
        name: (partial(_groups, claim), {how: _mutation(claim, how) for how in MUTATIONS[name]})
        for name, claim in declared.items()
    }


def _mutation(claim, how):
    verdict = _OTHERWISE.get((claim.id, how), NOT_EQUAL if claim.kind == IDENTITY else FAILS)
    return verdict, partial(_groups, claim, MUTATIONS[claim.id][how])


def _groups(claim, change=lambda world: None):
    world = linear_groups()
    change(world)
    return tuple(world[name] for name in claim.reads)
