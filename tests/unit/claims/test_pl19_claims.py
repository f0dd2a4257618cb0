"""Every claim of PL19 where it is true, and where it is not."""

import pytest
from unit.claims.pl19_mutations import MUTATIONS, at, times

from kdtheory.claims.registry import HOLDS, IN_PART, UNDECIDED, claims, record

PL19 = {name: claim for name, claim in claims().items() if name.startswith("pl19")}
LINEAR = (
    "alignment", "angle_law", "bias", "convergence", "deep", "digit_bound", "margin", "monotonicity", "optimization",
    "rates",
)  # fmt: skip
OTHERS = {
    *(f"pl19_theorem{number}" for number in (1, 2, 3)), "pl19_bounds", "pl19_deep_loss", "pl19_introduction",
}  # fmt: skip
FIGURES = {*(f"pl19_fig{number}" for number in range(1, 6)), *OTHERS}


def found_in(name, world):
    return PL19[name].check(*(world[group] for group in PL19[name].reads))


def test_every_claim_has_a_world_in_which_it_is_false():
    assert set(MUTATIONS) == set(PL19) and all(MUTATIONS.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", PL19)
def test_a_claim_declares_groups_and_a_figure_and_gives_a_plain_record(name, true_world):
    claim = PL19[name]
    assert set(claim.reads) <= {f"linear/{group}" for group in LINEAR}
    assert claim.figure in FIGURES
    entry = record(claim, found_in(name, true_world))
    assert entry["paper"] == "PL19" and entry["statement"].endswith(".") and entry["quantity"] and entry["test"]
    texts = (entry["reason"], entry["reading"], entry["test"], entry["quantity"])
    assert all(text and not text.endswith((".", ";")) and "  " not in text for text in texts)


def test_students_that_did_not_finish_training_decide_nothing_about_the_distance(true_world):
    deep = true_world["linear/deep"]
    deep["steps"] = at(-1, world=0, depth=2, init_ratio=2)(deep["steps"])
    deep["distance"] = at(5.0, world=0, depth=2, init_ratio=2)(deep["distance"])
    found = found_in("pl19-thm2-distance", true_world)
    assert (found.verdict, found.cells) == (HOLDS, 17)
    assert "1 students did not finish" in found.reason
    deep["steps"] = times(0)(deep["steps"]) - 1
    assert found_in("pl19-thm2-distance", true_world).verdict == UNDECIDED


def test_a_bound_that_is_vacuous_everywhere_decides_nothing(true_world):
    alignment = true_world["linear/alignment"]
    alignment["scaled_bound_proved"] = alignment["scaled_bound_proved"] + float("inf")
    assert found_in("pl19-cor2-constant-proved", true_world).verdict == UNDECIDED


def test_constants_that_underflow_decide_nothing(true_world):
    convergence = true_world["linear/convergence"]
    convergence["strong_convexity"] = times(0.0)(convergence["strong_convexity"])
    for name in ("pl19-thma3-convexity", "pl19-cora1-polyak", "pl19-thm1-linear-rate"):
        assert found_in(name, true_world).verdict == UNDECIDED


def test_one_world_leaves_an_ordering_undecided(true_world):
    true_world["linear/bias"] = true_world["linear/bias"].isel(world=[0])
    assert found_in("pl19-fig4-bias", true_world).verdict == UNDECIDED


def test_in_parts_one_part_may_fail_alone(true_world):
    MUTATIONS["pl19-thm2-condition-12"]["the opposite start is stuck"](true_world)
    assert found_in("pl19-thm2-condition-12", true_world).verdict == IN_PART
