"""What the claims on the inefficiency and on imperfect teachers do with few runs, and what their draws are."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml
from samples.correction import correction
from samples.imperfect import imperfect
from samples.mixing import mixing
from samples.references import references
from unit.claims.tables import CASES, TABLES

from kdtheory.claims.hard_label_gains import better_late_teachers, gains, worse_teachers
from kdtheory.claims.hard_label_students import best_hard_student
from kdtheory.claims.inefficiency import inefficiency_draws, octaves, plateau
from kdtheory.claims.registry import UNDECIDED, claims
from kdtheory.pages.options import options
from kdtheory.study import config

MODULES = (
    "jz20_references", "jz20_difficulty", "jz20_early_stopping", "jz20_mixing", "ext_plateaus", "jz20_correction",
    "ext_correction", "jz20_imperfect", "ext_imperfect", "jz20_images", "ext_images", "jz20_image_transfer",
    "ext_confound",
)  # fmt: skip
CLAIMS = claims()
MINE = [name for module in MODULES for name in TABLES[module]]
RANDOM = [name for name in MINE if CLAIMS[name].error_rate and not CLAIMS[name].reads[0].startswith("images/")]


def groups_of(name):
    groups = CASES[name][0]()
    return groups if isinstance(groups, tuple) else (groups,)


@pytest.mark.parametrize("name", RANDOM)
@pytest.mark.filterwarnings("error")
def test_a_single_teacher_and_run_decides_nothing(name):
    few = {"teacher": [0], "repeat": [0]}
    assert CLAIMS[name].check(*(group.isel(few, missing_dims="ignore") for group in groups_of(name))).verdict == (
        UNDECIDED
    )


@pytest.mark.parametrize("name", MINE)
@pytest.mark.filterwarnings("error")
def test_a_group_of_the_smallest_study_can_be_checked(name):
    few = {"teacher": [0, 1], "repeat": slice(4), "stopping_epoch": [0, -1]}
    small = [group.isel(few, missing_dims="ignore") for group in groups_of(name)]
    small = [
        group.sel(n_train=group["n_train"] <= 128) if "weight_norm" in group and group.sizes["n_train"] > 128 else group
        for group in small
    ]
    assert CLAIMS[name].check(*small).reason


def test_points_that_all_teachers_share_are_no_evidence_of_more_teachers():
    alike = mixing(teachers=0.0, noise=0.3)
    alike = xr.concat([alike.isel(teacher=[0]).assign_coords(teacher=[place]) for place in range(6)], dim="teacher")
    found = CLAIMS["jz20-sec42-easier-than-random"].check(alike, references(noise=0.3))
    # Runs are the draws here, since the two tasks have the same points and one of them no teachers.
    assert found.worlds == alike.sizes["repeat"]


def test_inefficiency_is_the_growth_of_the_mean_norm_with_teachers_as_draws():
    norm = mixing()["weight_norm"]
    window = plateau(norm)
    assert window == (64, 512) and octaves(norm)[0] == (16, 32)
    draws = inefficiency_draws(norm, [window])
    assert draws.shape == (6, 1, 5)
    means = np.log(norm.mean("repeat").sel(n_train=list(window))).transpose("n_train", "teacher", "soft_ratio").values
    assert draws[:, 0] == pytest.approx((means[1] - means[0]) / np.sum(1 / np.arange(*window)), abs=1e-6)
    runs = inefficiency_draws(norm.isel(teacher=0), [window])
    assert runs.shape == (8, 1, 5) and runs[:, 0].mean(axis=0) == pytest.approx(draws[0, 0], abs=1e-3)


def test_gains_are_those_of_the_epochs_that_take_part():
    group = imperfect()
    hard = best_hard_student(group)
    assert hard.values == pytest.approx(np.full(6, hard[0]))
    worse, better = worse_teachers(group), better_late_teachers(group)
    assert worse.values.tolist() == [[True, True, False, False]] * 6
    assert better.values.tolist() == [[False, False, True, True]] * 6
    gain = gains(group, 0.9, 1.0, worse)
    error = group["test_error"].sel(stopping_epoch=[1, 4], teacher=2, n_train=512).mean(("repeat", "stopping_epoch"))
    assert gain.sel(teacher=2, n_train=512) == pytest.approx(
        float(error.sel(soft_ratio=1.0) - error.sel(soft_ratio=0.9))
    )
    assert gains(group, 0.85, 1.0).isnull().all()


def test_a_switch_that_never_comes_is_one_epoch_after_the_last():
    never = CLAIMS["jz20-fig5-switch-smooth-best"].check(correction((1, 1, 1, 1)), imperfect())
    assert "no switch in 18" in never.reason and never.estimate == 2.0


def test_what_a_claim_assumes_is_an_option_that_the_papers_leave_open():
    study = config.check(yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text(encoding="utf-8")))
    open_keys = {option.key for block in options(study).values() for option in block if option.assumed}
    assumed = {key for name in MINE for key in CLAIMS[name].assumes}
    assert assumed and assumed <= open_keys, assumed - open_keys
