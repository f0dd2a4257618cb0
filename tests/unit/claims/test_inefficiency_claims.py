"""What the claims on the inefficiency and on imperfect teachers do with few runs, and what their draws are."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml
from samples.correction import correction
from samples.flips import flips
from samples.imperfect import imperfect
from samples.mixing import mixing
from samples.references import references
from samples.weight_growth import growth
from unit.claims.tables import CASES, TABLES

from kdtheory.claims.hard_label_gains import better_late_teachers, gains, worse_teachers
from kdtheory.claims.hard_label_students import best_hard_student
from kdtheory.claims.inefficiency import inefficiency_draws, listed, octaves, plateau
from kdtheory.claims.registry import HOLDS, UNDECIDED, claims
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
def test_a_single_world_and_run_decides_nothing(name):
    few = {"world": [0], "run": [0]}
    assert CLAIMS[name].check(*(group.isel(few, missing_dims="ignore") for group in groups_of(name))).verdict == (
        UNDECIDED
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", MINE)
@pytest.mark.filterwarnings("error")
def test_a_group_of_the_smallest_study_can_be_checked(name):
    few = {"world": [0, 1], "run": slice(2), "stopping_epoch": [0, -1]}
    small = [group.isel(few, missing_dims="ignore") for group in groups_of(name)]
    small = [
        group.sel(n_train=group["n_train"] <= 128) if "weight_norm" in group and group.sizes["n_train"] > 128 else group
        for group in small
    ]
    assert CLAIMS[name].check(*small).reason


def test_tasks_on_the_same_points_are_compared_in_the_worlds_of_both():
    fewer = references(random_labels=0.75).isel(world=slice(1, 5))
    found = CLAIMS["jz20-sec42-easier-than-random"].check(mixing(), fewer)
    assert found.worlds == 4
    values = [
        inefficiency_draws(norm, [(64, 512)])[:, 0]
        for norm in (
            fewer["weight_norm"].sel(reference="random_labels"),
            mixing()["weight_norm"].sel(soft_ratio=0.0, world=fewer["world"]),
        )
    ]
    assert found.estimate == pytest.approx((values[0] - values[1]).mean())


def test_inefficiency_is_the_growth_of_the_mean_norm_of_each_world():
    norm = mixing()["weight_norm"]
    window = plateau(norm)
    assert window == (64, 512) and octaves(norm)[0] == (16, 32)
    draws = inefficiency_draws(norm, [window])
    assert draws.shape == (6, 1, 5)
    weight = np.sum(1 / np.arange(*window))
    means = np.log(norm.mean("run").sel(n_train=list(window))).transpose("n_train", "world", "soft_ratio").values
    assert draws[:, 0] == pytest.approx((means[1] - means[0]) / weight, abs=1e-6)
    single = inefficiency_draws(norm.isel(run=[0]), [window])
    means = np.log(norm.isel(run=0).mean("world").sel(n_train=list(window))).transpose("n_train", "soft_ratio").values
    assert single.shape == (6, 1, 5)
    assert single[:, 0].mean(axis=0) == pytest.approx((means[1] - means[0]) / weight, rel=1e-12)


@pytest.mark.parametrize("runs", [1, 4, 20])
def test_norms_that_vary_much_give_a_descriptive_inefficiency_unless_they_are_many(runs):
    group = growth([0.5, 0.5], {"target": ["tame", "wild"]}, runs=runs)
    wild = np.exp(np.random.default_rng(1).standard_normal(group["weight_norm"].shape[2:]))
    factors = xr.DataArray(wild, dims=("world", "run")).where(group["target"] == "wild", 1.0)
    norm = (group["weight_norm"] * factors).transpose(*group["weight_norm"].dims)
    draws = inefficiency_draws(norm, [(16, 32)])
    assert np.isfinite(draws[..., 0]).all()
    assert np.isnan(draws[..., 1]).all() == (runs < 20)
    words = listed(["tame", "wild"], draws[:, 0])
    assert words.startswith("0.49 (tame)") and ("descriptive (wild)" in words) == (runs < 20)


@pytest.mark.parametrize(("rare", "verdict", "cells"), [(0.01, HOLDS, 1), (0.1, UNDECIDED, 0)])
def test_only_rare_flips_may_have_a_descriptive_inefficiency(rare, verdict, cells):
    group = flips((0.1, 0.0, 0.8)).assign_coords(flip_probability=[0.0, rare, 0.5])
    wild = np.exp(np.random.default_rng(1).standard_normal(group["weight_norm"].shape[2:]))
    factors = xr.DataArray(wild, dims=("world", "run")).where(group["flip_probability"] == rare, 1.0)
    norm = (group["weight_norm"] * factors).transpose(*group["weight_norm"].dims)
    found = CLAIMS["jz20-fig3-flips-ordered"].check(group.assign(weight_norm=norm))
    assert found.verdict == verdict and found.cells == cells
    assert f"descriptive (p = {rare:g})" in found.reason
    harder = CLAIMS["jz20-fig3-flips-harder"].check(group.assign(weight_norm=norm))
    assert harder.verdict == verdict and harder.cells == 1
    assert ("I is descriptive in 1 of 3 cells" in harder.reason) == (verdict == UNDECIDED)


def test_gains_are_those_of_the_epochs_that_take_part():
    group = imperfect()
    hard = best_hard_student(group)
    assert hard.dims == ("world",) and hard.values == pytest.approx(np.full(6, 0.15), abs=0.005)
    worse, better = worse_teachers(group), better_late_teachers(group)
    assert worse.transpose("world", "stopping_epoch").values.tolist() == [[True, True, False, False]] * 6
    assert better.transpose("world", "stopping_epoch").values.tolist() == [[False, False, True, True]] * 6
    gain = gains(group, 0.9, 1.0, worse)
    error = group["test_error"].sel(stopping_epoch=[1, 4], world=2, n_train=512).mean(("run", "stopping_epoch"))
    assert gain.sel(world=2, n_train=512) == pytest.approx(float(error.sel(soft_ratio=1.0) - error.sel(soft_ratio=0.9)))
    assert gains(group, 0.85, 1.0).isnull().all()


def test_a_switch_that_never_comes_is_one_epoch_after_the_last():
    never = CLAIMS["jz20-fig5-switch-smooth-best"].check(correction((1, 1, 1, 1)), imperfect())
    assert "no switch in 18" in never.reason and never.estimate == 2.0


def test_what_a_claim_assumes_is_an_option_that_the_papers_leave_open():
    study = config.check(yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text(encoding="utf-8")))
    open_keys = {option.key for block in options(study).values() for option in block if option.assumed}
    assumed = {key for name in MINE for key in CLAIMS[name].assumes}
    assert assumed and assumed <= open_keys, assumed - open_keys
