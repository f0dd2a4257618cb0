"""What the claims on images say of few worlds and of counts of zero, and what their draws are."""

import re

import numpy as np
import pytest
from samples.image_distillation import EPOCHS, KERNEL, RATIOS, RESNET, SIZES, TEST_IMAGES, WORLDS, distillation
from samples.image_transfer import transfer
from unit.claims.tables import CASES

from kdtheory.claims import rules
from kdtheory.claims.image_draws import by_world
from kdtheory.claims.jz20_image_transfer import counted
from kdtheory.claims.registry import FAILS, HOLDS, UNDECIDED, claims
from kdtheory.statistics.estimate import Estimate

CLAIMS = claims()
ABOUT_IMAGES = [name for name, claim in CLAIMS.items() if claim.reads[0].startswith("images/")]


def test_worlds_are_the_draws_with_the_mean_over_their_runs():
    kernel, resnet = distillation(KERNEL)["accuracy"], distillation(RESNET)["accuracy"].isel(loss_scale=0)
    dims = ("stopping_epoch", "n_train", "soft_ratio")
    found = by_world(kernel.isel(soft_ratio=slice(None, None, -1)), *dims)
    assert found.shape == (WORLDS, 3, 5, 4)
    one = kernel.sel(stopping_epoch=2, n_train=1000, soft_ratio=1.0, world=4)
    assert found[4, 1, 2, 3] == pytest.approx(one.mean())
    assert by_world(resnet, *dims).shape == (WORLDS, 3, 1, 4)


def test_a_risk_of_zero_is_counted():
    group = transfer(KERNEL, zeros=True)
    assert (group["risk"] == 0).any()
    counts = counted(group)
    assert counts.shape == (WORLDS, len(SIZES), len(RATIOS), len(EPOCHS))
    assert counts[0, 0, 0, 0] == pytest.approx(
        TEST_IMAGES * group["risk"].isel(stopping_epoch=0, soft_ratio=0, n_train=0, world=0).mean()
    )
    found, without = (CLAIMS["jz20-s2-kernel-faster"].check(each) for each in (group, transfer(KERNEL)))
    assert found.verdict == without.verdict == HOLDS and found.estimate > without.estimate


def test_worlds_with_other_numbers_of_test_images_are_pooled_by_counts():
    group = transfer(RESNET)
    group["test_points"][0] *= 10
    np.testing.assert_allclose(counted(group)[0], 10 * counted(transfer(RESNET))[0])
    np.testing.assert_allclose(counted(group)[1:], counted(transfer(RESNET))[1:])


@pytest.mark.parametrize("name", ABOUT_IMAGES)
@pytest.mark.filterwarnings("error")
def test_a_single_world_of_images_decides_nothing(name):
    group = CASES[name][0]().isel(run=[0], world=[0])
    assert CLAIMS[name].check(group).verdict == UNDECIDED


def test_a_single_world_shows_the_exponents_of_its_runs():
    found = CLAIMS["jz20-s2-resnet-faster"].check(transfer(RESNET, worlds=1))
    assert found.verdict == UNDECIDED and found.cells == 0
    exponents = {float(ratio): float(b) for b, ratio in re.findall(r"([\d.]+) \(ρ = ([\d.]+)\)", found.reason)}
    assert exponents == pytest.approx(dict(zip(RATIOS, (0.2, 0.25, 0.3, 0.5), strict=True)), abs=0.03)


def test_an_illustration_shows_its_numbers_and_the_worlds_that_a_verdict_needs():
    found = CLAIMS["ext-confound-gain"].check(distillation(RESNET, worlds=3))
    assert found.reason.startswith("an illustration: 3 worlds, 3 runs each; mean accuracy")
    assert found.worlds == 3 and found.estimate == pytest.approx(0.05, abs=0.01)
    assert found.worlds_needed == WORLDS


@pytest.mark.parametrize("student", [KERNEL, RESNET])
def test_one_mix_that_beats_soft_labels_is_enough(student):
    group = distillation(student, soft=(-0.01, -0.01, -0.01), some=0.05)
    assert CLAIMS[f"jz20-fig5-images-{student}-soft"].check(group).verdict == HOLDS
    group = group.sel(soft_ratio=[0.0, 0.9, 1.0])
    assert CLAIMS[f"jz20-fig5-images-{student}-soft"].check(group).verdict == FAILS


def test_one_of_many_alternatives_is_shown_at_the_rate_of_bonferroni():
    gains = Estimate(np.array([[2.0, 0.0, -1.0]]), 1.0, 1e6, 0.0)
    assert rules.one_of(gains[:, :2]).p_value == pytest.approx(2 * 0.02275, rel=1e-3)
    assert rules.one_of(gains[:, :2]).verdict == HOLDS
    found = rules.one_of(gains)
    assert found.verdict == UNDECIDED and found.p_value == pytest.approx(3 * 0.02275, rel=1e-3)
    assert found.interval == pytest.approx((2 - 2.128, 2 + 2.128), abs=1e-3)
    few = Estimate(np.array([[2.0, 0.0, -1.0]]), 1.0, 7, 0.0)
    assert rules.one_of(few).worlds_needed == np.ceil(8 * ((2.128 + 0.8416) / 2) ** 2)
    unmeasured = Estimate(np.array([[2.0, np.nan, np.nan]]), 1.0, 1e6, 0.0)
    assert rules.one_of(unmeasured).p_value == pytest.approx(0.02275, rel=1e-3)


def test_a_mix_that_was_not_measured_decides_nothing():
    group = distillation(KERNEL)
    group = group.sel(soft_ratio=group["soft_ratio"] != 0.9)
    found = CLAIMS["jz20-fig5-images-kernel-hard"].check(group)
    assert found.verdict == UNDECIDED and found.cells == 0
    assert not np.isclose(group["soft_ratio"], 0.9).any()
