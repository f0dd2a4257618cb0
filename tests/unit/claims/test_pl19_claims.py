"""Every claim in a world where it is true, and in one where it is not."""

import pytest

from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, UNDECIDED, claims, record

PL19 = {name: claim for name, claim in claims().items() if name.startswith("pl19")}
LINEAR = ("alignment", "angle_law", "bias", "convergence", "deep", "margin", "monotonicity")


def spoil(group, **changes):
    """Return a change of the world: the named variables of ``group`` go through functions."""

    def change(world):
        dataset = world[f"linear/{group}"]
        for variable, function in changes.items():
            dataset[variable] = function(dataset[variable])

    return change


def at(values, **where):
    """Return a function that writes one value into a variable where coordinates or positions say."""

    def change(variable):
        variable = variable.astype(float).copy()
        variable[where] = values
        return variable

    return change


def times(factor):
    return lambda variable: factor * variable


def reversed_along(dim):
    return lambda variable: variable.copy(data=variable.isel({dim: slice(None, None, -1)}).values)


# What makes each statement false, and false alone by what its function is to look at.
LIES = {
    "pl19-intro-lower-risk": spoil("alignment", risk_hard_target=times(0.1)),
    "pl19-intro-faster": spoil("alignment", risk_hard_target=lambda risk: risk / risk["hard_n_train"] ** 2.0),
    "pl19-monotone-expected": spoil("margin", risk=at(0.9, n_train=3)),
    "pl19-monotone-expected-digits": spoil("bias", chain_risk=reversed_along("n_train")),
    "pl19-thm1-convergence": spoil("convergence", relative_distance=at(0.5, setting=0, step=[3, 4])),
    "pl19-thm1-recovery": spoil("convergence", teacher_distance=at(0.1, setting=2)),
    "pl19-thm1-loss-falls": spoil("convergence", loss=at(0.099, setting=1, step=2)),
    "pl19-thm2-distance": spoil("deep", distance=at(2.0, depth=1, init_ratio=0)),
    "pl19-thm2-exact-law": spoil("deep", distance=times(1.02)),
    "pl19-thm2-slope": spoil("deep", distance=lambda distance: distance**1.05),
    "pl19-thm2-recovery": spoil("deep", recovery_distance=at(1e-3, depth=2, init_ratio=1)),
    "pl19-thm2-condition-12": spoil("deep", steps_by_start=at(-1, depth=2, start=2, init_ratio=2)),
    "pl19-thm2-unbalanced-convergence": spoil("deep", span_error_by_start=at(0.1, depth=2, start=3)),
    "pl19-thm2-unbalanced-distance": spoil("deep", distance_by_start=at(2.0, depth=2, start=3)),
    "pl19-eq56-induced-flow": spoil("deep", flow_error=at(1e-3, depth=1)),
    "pl19-eq66-conservation": spoil("deep", path_off_span=times(1.02)),
    "pl19-eq67-off-span": spoil("deep", path_off_span=times(2.1)),
    "pl19-eq73-norm": spoil("deep", path_norm_bound=times(0.9)),
    "pl19-lemmad1-angle": spoil("deep", angle_by_start=times(10.0)),
    "pl19-fig1-angle-laws": spoil("angle_law", angle_survival=at(0.01, task=2, theta=-2)),
    "pl19-fig2-points": spoil("angle_law", angle_survival_sampled=reversed_along("theta")),
    "pl19-thm3-recovery": spoil("margin", risk=at(0.01, dim=1, n_train=7, repeat=0)),
    "pl19-thm3-bound": spoil("alignment", risk_bound=times(0.4)),
    "pl19-thm3-sharper-bound": spoil("alignment", risk_gram=times(2.0)),
    "pl19-thm3-informative": spoil("alignment", risk_bound=at(1.0, kappa=0, n_train=3)),
    "pl19-thmd1-bound": spoil("alignment", risk_approximate=times(3.0)),
    "pl19-cor1-bound": spoil("margin", risk_bound=times(0.1)),
    "pl19-cor1-rate": spoil("margin", risk=lambda risk: risk**0.01),
    "pl19-cor1-informative": spoil("margin", risk_bound=lambda bound: bound**0),
    "pl19-cor2-bound": spoil("alignment", risk_bound_polynomial=times(0.2)),
    "pl19-cor2-rate": spoil("alignment", risk=lambda risk: risk**0.1),
    "pl19-cor2-informative": spoil("alignment", risk_bound_polynomial=at(1.5, kappa=1, n_train=0)),
    "pl19-cor2-constant": spoil("alignment", scaled_bound_printed=times(0.1)),
    "pl19-cor2-constant-proved": spoil("alignment", scaled_bound_proved=times(0.001)),
    "pl19-lemma1-angle": spoil("margin", angle=at(1.0, dim=1, n_train=4, repeat=3)),
    "pl19-lemma1-specific": spoil("monotonicity", monotonicity=at(0.5, learner=2)),
    "pl19-monotone-every-set": spoil("alignment", risk=at(0.9, kappa=1, n_train=4, repeat=35)),
    "pl19-monotone-every-set-digits": spoil("bias", chain_risk=at(0.4, n_train=2, chain=5)),
    "pl19-fig3-alignment": spoil("alignment", risk=reversed_along("kappa")),
    "pl19-fig4-bias": spoil("bias", risk=at(0.001, delta=2)),
    "pl19-fig4-limit": spoil("bias", risk_limit=times(0.1)),
    "pl19-fig5-correlation": spoil("monotonicity", risk=lambda risk: 2.0 - risk),
    "pl19-fig5-caption-order": spoil("monotonicity", improved=lambda improved: 1 - improved),
    "pl19-thma1-gradient": spoil("convergence", gradient_error=at(1e-3, setting=0, step=2)),
    "pl19-thma1-span": spoil("convergence", gradient_outside_span=at(1e-3, setting=0, step=2)),
    "pl19-thma2-minimisers": spoil("monotonicity", training_loss=at(1e-3, learner=4, repeat=7)),
    "pl19-thma3-convexity": spoil("convergence", curvature=at(0.005, setting=0, step=2)),
    "pl19-cora1-polyak": spoil("convergence", polyak_ratio=at(0.0, setting=1, step=2)),
    "pl19-thm1-linear-rate": spoil("convergence", strong_convexity=times(3.0)),
}


def outcome(name, world):
    return PL19[name].check(*(world[group] for group in PL19[name].reads))


def test_there_is_a_lie_about_every_claim():
    assert set(LIES) == set(PL19)


@pytest.mark.parametrize("name", PL19)
def test_a_true_statement_holds(name, true_world):
    found = outcome(name, true_world)
    assert found.verdict == HOLDS, found.reason
    assert found.violations == 0 and found.n_cells > 0


@pytest.mark.parametrize("name", PL19)
def test_a_false_statement_does_not_hold(name, true_world):
    LIES[name](true_world)
    found = outcome(name, true_world)
    assert found.verdict in {FAILS, IN_PART}, found.reason
    assert found.violations > 0


@pytest.mark.parametrize("name", PL19)
def test_a_claim_declares_groups_and_a_figure_and_gives_a_plain_record(name, true_world):
    claim = PL19[name]
    assert set(claim.reads) <= {f"linear/{group}" for group in LINEAR}
    assert claim.figure in {
        *(f"pl19_fig{number}" for number in range(1, 6)),
        "pl19_theorem1",
        "pl19_theorem2",
        "pl19_bounds",
    }
    entry = record(claim, outcome(name, true_world))
    assert entry["paper"] == "PL19" and entry["statement"].endswith(".") and entry["quantity"] and entry["test"]
    assert all(not text.endswith((".", ";")) and "  " not in text for text in (entry["reason"], entry["reading"]))


def test_a_path_that_still_comes_closer_decides_nothing_about_convergence(true_world):
    convergence = true_world["linear/convergence"]
    convergence["relative_distance"] = at([0.6, 0.5], setting=0, precision=0, step=[3, 4])(
        convergence["relative_distance"]
    )
    found = outcome("pl19-thm1-convergence", true_world)
    assert (found.verdict, found.n_cells) == (HOLDS, 1)
    assert "1 (norms 0.3) are still coming closer, at distance 0.5" in found.reason
    convergence["relative_distance"] = at(0.7, setting=1, step=4)(
        at(0.8, setting=1, step=3)(convergence["relative_distance"])
    )
    assert outcome("pl19-thm1-convergence", true_world).verdict == UNDECIDED


def test_students_that_did_not_finish_training_decide_nothing_about_the_distance(true_world):
    deep = true_world["linear/deep"]
    deep["steps"], deep["distance"] = (
        at(-1, depth=2, init_ratio=2)(deep["steps"]),
        at(5.0, depth=2, init_ratio=2)(deep["distance"]),
    )
    found = outcome("pl19-thm2-distance", true_world)
    assert (found.verdict, found.n_cells) == (HOLDS, 5)
    assert "1 students did not finish" in found.reason


def test_a_bound_above_one_is_not_called_informative_and_a_true_one_not_refuted(true_world):
    alignment = true_world["linear/alignment"]
    alignment["scaled_bound_proved"] = alignment["scaled_bound_proved"] + float("inf")
    found = outcome("pl19-cor2-constant-proved", true_world)
    assert found.verdict == HOLDS and "says nothing" in found.reason


def test_few_transfer_sets_leave_an_ordering_undecided(true_world):
    bias = true_world["linear/bias"]
    true_world["linear/bias"] = bias.assign(split=bias["split"] * 0)
    assert outcome("pl19-fig4-bias", true_world).verdict == UNDECIDED
