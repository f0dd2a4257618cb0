"""What the claims on ``wide/transfer`` do where little was measured, and whether their options exist."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from samples.stopping import stopping
from samples.transfer import transfer
from samples.weight_growth import of_norms
from unit.claims.tables import MODULES

from kdtheory.claims.finding import EQUAL
from kdtheory.claims.inefficiency import decline, octave_middles
from kdtheory.claims.registry import FAILS, HOLDS, UNDECIDED, claims
from kdtheory.pages.options import options
from kdtheory.statistics.jackknife import pooled
from kdtheory.statistics.laws import mean_slopes_by_world
from kdtheory.study import config

CLAIMS = {name: claim for name, claim in claims().items() if claim.module.rpartition(".")[2] in MODULES}
ON_TRANSFER = {name: claim for name, claim in CLAIMS.items() if claim.reads == ("wide/transfer",)}
RANDOM = [name for name, claim in ON_TRANSFER.items() if claim.error_rate]


@pytest.mark.slow
@pytest.mark.parametrize("name", RANDOM)
@pytest.mark.filterwarnings("error")
def test_a_single_world_decides_nothing(name):
    assert ON_TRANSFER[name].check(transfer().isel(world=[0])).verdict not in (HOLDS, FAILS)


@pytest.mark.slow
@pytest.mark.parametrize("name", ON_TRANSFER)
@pytest.mark.filterwarnings("error")
def test_a_group_of_the_smallest_study_can_be_checked(name):
    small = transfer().isel(n_train=slice(6), oracle_size=[0, 1]).assign_coords(oracle_size=[128, 256])
    assert ON_TRANSFER[name].check(small).reason


def test_without_an_oracle_of_half_the_points_there_is_no_oracle():
    alone = transfer().isel(oracle_size=[-1])
    assert CLAIMS["jz20-fig2-angle-ordered"].check(alone).verdict == "no oracle"
    assert CLAIMS["jz20-sec31-no-oracle"].check(alone).verdict == UNDECIDED


def test_the_angle_to_a_nested_oracle_is_no_evidence():
    assert CLAIMS["jz20-fig2-angle-decreases"].check(transfer()).verdict == EQUAL


@pytest.mark.parametrize("runs", [1, 4])
def test_the_decline_of_inefficiency_is_that_of_means_over_worlds(runs):
    n = np.array([16, 32, 64, 128, 256])
    noise = 1 + 1e-6 * np.random.default_rng(0).standard_normal((len(n), 6, runs))
    inefficiency = 0.8 * np.exp(-0.5 * octave_middles(n))
    weights = [np.sum(1 / np.arange(*ends)) for ends in pairwise(n)]
    norms = np.exp(np.concatenate([[0.0], np.cumsum(inefficiency * weights)]))[:, None, None] * noise
    found = pooled(decline(of_norms(norms, {"n_train": n})["weight_norm"]))
    assert found.value == pytest.approx(0.5, abs=1e-3) and found.freedom == 5
    exact = mean_slopes_by_world(octave_middles(n), np.stack([inefficiency] * 2))
    assert -pooled(exact).value == pytest.approx(0.5)


def test_runs_that_vary_much_say_nothing_of_inefficiency():
    group = stopping()
    wild = group["weight_norm"] * np.exp(2 * np.random.default_rng(1).standard_normal(group["weight_norm"].shape))
    found = CLAIMS["jz20-sec31-easy-tasks"].check(group.assign(weight_norm=wild))
    assert found.verdict == UNDECIDED and found.cells == 0


def test_the_runs_of_one_world_say_nothing_of_worlds():
    for name in ("jz20-sec31-easy-tasks", "jz20-sec31-easy-tasks-ends"):
        assert CLAIMS[name].check(stopping().isel(world=[0])).verdict == UNDECIDED


def test_what_a_claim_assumes_is_an_option_that_the_papers_leave_open():
    study = config.check(yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text(encoding="utf-8")))
    open_keys = {option.key for block in options(study).values() for option in block if option.assumed}
    assumed = {key for claim in CLAIMS.values() for key in claim.assumes}
    assert assumed and assumed <= open_keys
