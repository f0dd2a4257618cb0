"""Every claim on JZ20 sees its statement's truth, and its falsehood: verdicts are computed from the groups."""

import math
from pathlib import Path

import pytest
from unit.claims import image_worlds, tables
from unit.claims import jz20_worlds as world

from kdtheory.claims.registry import FAILS, HOLDS, IN_PART, UNDECIDED, claims, record

CLAIMS = {
    name: claim
    for name, claim in claims().items()
    # A module of claims may have a table of mutations or a test file of its own.
    if not name.startswith("pl19")
    and name not in tables.CASES
    and not Path(__file__).with_name(f"test_{claim.module.split('.')[-1]}.py").exists()
}
RANDOM = (world.references(),)


# Claim, a world where its statement is true and one where it is false, each as functions that make the groups it reads.
CASES = {
    "jz20-fig3-decreasing": ((world.falling_modes(),), (world.falling_modes(decay=-0.3),)),
    "jz20-fig3-decreasing-everywhere": ((world.falling_modes(),), (world.falling_modes(decay=-0.3),)),
    "jz20-fig3-modes-shrinking": ((world.modes(),), (world.modes(shrinking=(0.1, 0.05, 0.2)),)),
    "jz20-fig3-modes-fixed": ((world.modes(),), (world.modes(fixed=(0.1, 0.05, 0.2)),)),
    "jz20-fig3-modes-shrinking-ends": ((world.modes(),), (world.modes(shrinking=(0.1, 0.05, 0.02)),)),
    "jz20-fig3-modes-fixed-ends": ((world.modes(),), (world.modes(fixed=(0.1, 0.05, 0.02)),)),
    "jz20-fig3-flips-ordered": ((world.flips(),), (world.flips((0.1, 0.8, 0.7)),)),
    "jz20-fig3-flips-harder": ((world.flips((0.1, 0.8, 0.7)),), (world.flips((0.5, 0.8, 0.4)),)),
    "jz20-fig3-flip-plateau": ((world.flips(),), (world.flips((0.1, 0.3, 0.75)),)),
    "ext-flip-plateau": ((world.flips((0.1, 0.3, 0.75)),), (world.flips(),)),
    "jz20-fig3-flip-constant": (
        (world.flips(),),
        (world.falling_flips(),),
    ),
    "jz20-fig3-zero-easiest": ((world.modes(), *RANDOM), (world.modes(), world.references(zero=0.15))),
    "jz20-fig3-zero-easy": ((world.flips(), *RANDOM), (world.flips(), world.references(zero=0.5))),
    "jz20-fig3-random-hardest": ((world.modes(), *RANDOM), (world.modes((0.1, 0.2, 0.9)), *RANDOM)),
    "jz20-fig4-logit-scale": ((world.example(),), (world.example(scale=(1, 3, 2, 8)),)),
    "jz20-fig4-logit-detail": ((world.example(),), (world.example(slope=(1, 3, 2, 8)),)),
    "jz20-fig4-boundary-detail": ((world.example(),), (world.example(boundaries=(5, 3, 1, 1)),)),
    "jz20-sec41-boundary-error": ((world.imperfect(),), (world.imperfect(teacher_error=(0.1, 0.3, 0.2, 0.05)),)),
    "jz20-sec41-boundary-error-ends": ((world.imperfect(),), (world.imperfect(teacher_error=(0.1, 0.3, 0.2, 0.3)),)),
    "jz20-fig4-stopping": ((world.stopping(),), (world.stopping((0.1, 0.3, 0.2, 0.4)),)),
    "jz20-fig4-stopping-ends": ((world.stopping(),), (world.stopping((0.4, 0.3, 0.2, 0.1)),)),
    "jz20-fig4-mixing": ((world.mixing(),), (world.mixing((0.5, 0.3, 0.4, 0.1)),)),
    "jz20-fig4-mixing-soft": ((world.mixing((0.5, 0.3, 0.4, 0.1)),), (world.mixing((0.5, 0.3, 0.2, 0.3)),)),
    "jz20-fig4-hard-plateau": ((world.mixing(),), (world.mixing((0.75, 0.4, 0.3, 0.1)),)),
    "jz20-fig4-hard-constant": (
        (world.mixing(),),
        (world.falling_mixing(),),
    ),
    "jz20-fig4-soft-decreasing": ((world.mixing(decay=0.4),), (world.mixing(decay=-0.4),)),
    "jz20-sec42-easier-than-random": ((world.mixing(), *RANDOM), (world.mixing((0.8, 0.4, 0.3, 0.1)), *RANDOM)),
    "jz20-sec42-smoothing-not-easy": ((world.mixing(), *RANDOM), (world.mixing((0.8, 0.7, 0.6, 0.55)), *RANDOM)),
    "jz20-thm2-derivative": ((world.correction(),), (world.correction(wrong=0.01),)),
    "jz20-thm2-projection": ((world.correction(),), (world.correction(wrong=0.2),)),
    "jz20-fig5-poor-teacher": ((world.imperfect(),), (world.imperfect(best=1.0),)),
    "jz20-fig5-good-teacher": ((world.imperfect(),), (world.imperfect(best=1.0),)),
    "jz20-fig5-little": ((world.imperfect(),), (world.imperfect(best=0.3),)),
    "jz20-fig5-minority": ((world.imperfect(),), (world.imperfect(best=0.3),)),
}
for _truth in ("smooth", "sign"):
    for _rival in ("", "-best"):
        CASES |= {
            f"jz20-fig5-poor-teacher-{_truth}{_rival}": (
                (world.correction(), world.imperfect()),
                (world.correction((1, -1, -1, -1)), world.imperfect()),
            ),
            f"jz20-fig5-good-teacher-{_truth}{_rival}": (
                (world.correction(), world.imperfect()),
                (world.correction((1, 1, 1, -1)), world.imperfect()),
            ),
            f"jz20-fig5-switch-{_truth}{_rival}": (
                (world.correction(), world.imperfect()),
                (world.correction((1, 1, 1, 1)), world.imperfect()),
            ),
        }
    CASES[f"jz20-sec5-angle-{_truth}"] = (
        (world.correction(), world.imperfect(slopes=(0.4, 0.3, 0.2, 0.1))),
        (world.correction(), world.imperfect(slopes=(0.1, 0.2, 0.3, 0.4))),
    )
for _target in ("random-labels", "jump", "smooth", "kinked", "nngp"):
    CASES[f"ext-plateau-{_target}"] = ((world.plateaus(),), (world.plateaus(error=0.2),))
CASES |= {
    "ext-plateau-approach": ((world.plateaus(),), (world.plateaus(error=0.2, early=-0.1),)),
    "ext-plateau-depth": ((world.plateaus(),), (world.plateaus(depth_spread=0.3),)),
    "ext-plateau-order": ((world.plateaus(),), (world.plateaus(shuffled=True),)),
}
CASES |= image_worlds.CASES


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_claim_tells_a_world_in_which_it_is_true_from_one_in_which_it_is_false(name):
    check = CLAIMS[name].check
    true, false = (check(*(group() for group in groups)) for groups in CASES[name])
    assert true.verdict == HOLDS, true.reason
    assert false.verdict in (FAILS, IN_PART), false.reason
    assert true.violations == 0 < false.violations


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


def test_few_noisy_runs_decide_nothing():
    noisy = world.stopping(noise=0.3)().isel(repeat=slice(3))
    assert CLAIMS["jz20-fig4-stopping"].check(noisy).verdict == UNDECIDED


def test_points_that_all_teachers_share_are_no_evidence_of_more_teachers():
    shared = world.shared_noise()()
    assert CLAIMS["jz20-fig4-mixing"].check(shared).verdict == UNDECIDED
