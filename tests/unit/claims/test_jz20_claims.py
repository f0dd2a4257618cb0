"""Every claim on JZ20 sees its statement's truth, and its falsehood: verdicts are computed from the groups."""

import math

import numpy as np
import pytest
from unit.claims import jz20_worlds as world
from unit.claims import tables, width_worlds
from unit.claims.jz20_worlds import transfer

from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, claims, record

CLAIMS = {name: claim for name, claim in claims().items() if not name.startswith("pl19") and name not in tables.CASES}


def effective(**changed):
    return (world.effective_logits(**changed),)


def shifted_threshold(group):
    return group["threshold"] * 1.01


def by_temperature(group):
    return group["threshold"].isel(temperature=slice(None, None, -1)).assign_coords(temperature=group["temperature"])


def reversed_ratios(group):
    return group["threshold"].isel(soft_ratio=slice(None, None, -1)).assign_coords(soft_ratio=group["soft_ratio"])


def large(group):
    return 30 * (2 * group["label"] - 1) + 0 * group["effective_logit"]


def small(group):
    return 0.5 * group["teacher_logit"] + 0 * group["effective_logit"]


def doubled(group):
    return 4 * small(group)


def cut_off(group):
    return (2 * group["label"] - 1) * np.maximum(group["threshold"], np.abs(group["teacher_logit"]))


def always_right(group):
    return np.abs(group["wrong_teacher_limit"].where(group["soft_ratio"] < 1, 0.0)) + 10


def slow_angles(**changed):
    return (transfer(angle_rates=(0.4, 0.2, 0.1, 0.05), **changed),)


# Claim, a world where its statement is true and one where it is false, each as functions that make the groups it reads.
CASES = {
    "jz20-fig1-larger": (effective(), effective(effective_logit=small)),
    "jz20-fig1-larger-wrong": (effective(effective_logit=large), effective()),
    "jz20-fig1-split-ratio": (effective(), effective(threshold=reversed_ratios)),
    "jz20-fig1-split-temperature": (effective(), effective(threshold=by_temperature)),
    "jz20-fig1-cold-plateau": (effective(effective_logit=large), effective()),
    "jz20-fig1-cold-plateau-descent": (effective(), effective(descent_logit=lambda group: group["effective_logit"])),
    "jz20-sec5-pointwise": (effective(), effective(effective_logit=doubled)),
    "jz20-sec5-confidence": (effective(), effective(effective_logit=small)),
    "jz20-sec5-confidence-temperature": (
        effective(effective_logit=large, wrong_teacher_limit=always_right),
        effective(),
    ),
    "jz20-sec5-half": (effective(), effective(wrong_teacher_limit=lambda group: group["wrong_teacher_limit"] - 5)),
    "jz20-sec5-half-temperature": (effective(wrong_teacher_limit=always_right), effective()),
    "ext-wrong-teachers": (effective(), effective(wrong_teacher_limit=lambda group: group["wrong_teacher_limit"] + 1)),
    "ext-confidence": (effective(), effective(wrong_teacher_limit=lambda group: group["wrong_teacher_limit"] + 1)),
    "jz20-sec42-cutoff": (effective(effective_logit=cut_off), effective()),
    "jz20-sec42-cutoff-example": ((world.example(),), (world.example(off=0.3),)),
    "jz20-sec42-lower-limit": (effective(), effective(effective_logit=small)),
    "jz20-sec42-sign-limit": (effective(), effective(threshold=reversed_ratios)),
    "jz20-sec42-smoothing": (effective(), effective(threshold=shifted_threshold)),
    "jz20-sec42-smoothing-temperature": (
        effective(threshold=lambda group: group["label_smoothing"] + 0 * group["threshold"]),
        effective(),
    ),
    "jz20-fig2-power-law": ((transfer(),), (transfer(bent=-0.1),)),
    "jz20-fig2-faster": ((transfer(),), (transfer(rates=(0.4, 0.5, 0.9, 0.6)),)),
    "jz20-fig2-ordered": ((transfer(),), (transfer(rates=(0.6, 0.4, 0.7, 0.95)),)),
    "jz20-fig2-lower": ((transfer(),), (transfer(rates=(0.4, 0.5, 0.9, 0.6)),)),
    "jz20-fig2-rate-half": ((transfer(),), (transfer(rates=(0.1, 0.2, 0.3, 0.4)),)),
    "jz20-fig2-rate-one": ((transfer(),), (transfer(rates=(0.1, 0.2, 0.3, 0.8)),)),
    "jz20-sec4-proxy": ((transfer(),), (transfer(norm_rates=(0.1, 0.3, 0.4, 0.5)),)),
    "jz20-sec4-proxy-size": ((transfer(),), (transfer(norm_rates=(0.1, 0.3, 0.4, 0.5)),)),
    "jz20-fig2-p-linear": ((transfer(),), (transfer(gap=0.02),)),
    "jz20-fig2-p-nonmonotone": ((transfer(),), (transfer(mean_angles=(1.5, 1.45, 1.4, 1.35)),)),
    "jz20-fig2-p-nonmonotone-somewhere": ((transfer(),), (transfer(mean_angles=(1.5, 1.45, 1.4, 1.35)),)),
    "jz20-fig2-angle-decreases": ((transfer(),), (transfer(rise=0.5),)),
    "jz20-fig2-angle-decreases-independent": ((transfer(),), (transfer(rise=0.5),)),
    "jz20-fig2-angle-fastest": ((transfer(),), slow_angles()),
    "jz20-fig2-angle-ordered": ((transfer(),), slow_angles(angle_drift=(0, 0.1, 0.2, 0.2))),
    "jz20-sec3-oracle": ((transfer(),), (transfer(oracle_growth=(0.5, 0.5, 0.5, 0.4)),)),
    "jz20-sec31-no-oracle": ((transfer(),), (transfer(oracle_growth=(0.1, 0.1, 0.5, 0.0)),)),
    "ext-oracle-drift": ((transfer(),), (transfer(angle_drift=(-0.2, -0.2, 0.1, 0.0)),)),
    "jz20-sec31-angle-rate": (
        (transfer(decay=0.6, angle_rates=(0.1, 0.1, 0.1, 0.3)),),
        (transfer(decay=0.6, angle_rates=(0.1, 0.1, 0.1, 0.6)),),
    ),
    "jz20-sec31-risk-rate": ((transfer(decay=0.6),), (transfer(decay=0.6, rates=(0.1, 0.1, 0.1, 0.2)),)),
    "jz20-sec31-explains": (
        (transfer(decay=0.6, rates=(0.1, 0.2, 0.3, 0.4)),),
        (transfer(decay=0.6),),
    ),
    "jz20-sec31-classical": ((transfer(decay=1.2),), (transfer(decay=0.6),)),
    "jz20-sec31-easy-tasks": (
        (world.decaying_stopping((0.8, 0.6, 0.4, 0.2)),),
        (world.decaying_stopping((0.8, 0.4, 0.6, 0.2)),),
    ),
    "jz20-sec31-easy-tasks-ends": (
        (world.decaying_stopping((0.8, 0.4, 0.6, 0.2)),),
        (world.decaying_stopping((0.2, 0.4, 0.6, 0.8)),),
    ),
    "jz20-thm1-bound": ((transfer(),), (transfer(bound=0.0),)),
    "jz20-thm1-pointwise": ((transfer(),), (transfer(outside=1),)),
    "jz20-thm1-printed": ((transfer(),), (transfer(printed=0.0),)),
    "jz20-thm1-printed-acute": ((transfer(),), (transfer(printed=0.0),)),
    "jz20-sec32-informative-network": ((transfer(),), (transfer(bound=1.0),)),
    "jz20-sec32-informative-linear": ((transfer(),), (transfer(bound=1.0),)),
    "jz20-sec32-small-samples": ((transfer(),), (transfer(first_bound=0.3),)),
    "jz20-sec32-perpendicular": ((transfer(),), (transfer(smallest=1.0),)),
    "jz20-sec32-linear-bound": ((transfer(),), (transfer(linear_bound=0.9),)),
    "jz20-sec31-zero-small": ((transfer(),), (transfer(zero=0.5),)),
    "jz20-sec31-zero-neglected": ((transfer(),), (transfer(neglect=0.2),)),
}
CASES |= width_worlds.CASES


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_claim_tells_a_world_in_which_it_is_true_from_one_in_which_it_is_false(name):
    check = CLAIMS[name].check
    true, false = (check(*(group() for group in groups)) for groups in CASES[name])
    assert true.verdict == HOLDS, true.reason
    assert false.verdict in (FAILS, IN_PART), false.reason
    assert true.violations == 0 < false.violations or name.startswith("jz20-fig2-p-nonmonotone")


def test_every_claim_has_a_world():
    assert set(CASES) == set(CLAIMS)


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_claim_makes_a_complete_record(name):
    entry = record(CLAIMS[name], CLAIMS[name].check(*(group() for group in CASES[name][0])))
    assert all(entry[key] for key in ("statement", "reading", "quantity", "test", "figure", "verdict", "reason"))
    assert entry["n_cells"] > 0
    assert "nan" not in entry["reason"]
    for value in (entry["estimate"], *(entry["interval"] or ())):
        assert value is None or math.isfinite(value)
