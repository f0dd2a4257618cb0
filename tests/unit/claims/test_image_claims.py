"""What the claims on images say of few draws and of counts of zero, and what their draws are."""

import numpy as np
import pytest
from samples.image_distillation import DRAWS, EPOCHS, KERNEL, RATIOS, RESNET, SIZES, TEST_IMAGES, distillation
from samples.image_transfer import transfer
from unit.claims.tables import CASES

from kdtheory.claims.image_draws import by_draw
from kdtheory.claims.jz20_image_transfer import counted
from kdtheory.claims.registry import HOLDS, UNDECIDED, claims

CLAIMS = claims()
ABOUT_IMAGES = [name for name, claim in CLAIMS.items() if claim.reads[0].startswith("images/")]


def test_draws_are_teachers_or_the_runs_of_one():
    kernel, resnet = distillation(KERNEL)["accuracy"], distillation(RESNET)["accuracy"].isel(loss_scale=0)
    dims = ("stopping_epoch", "n_train", "soft_ratio")
    several = by_draw(kernel.isel(soft_ratio=slice(None, None, -1)), *dims)
    assert several.shape == (DRAWS, 3, 5, 4)
    assert several[4, 1, 2, 3] == kernel.sel(stopping_epoch=2, n_train=1000, soft_ratio=1.0, teacher=4).mean()
    one = by_draw(kernel.isel(teacher=[2]), *dims)
    assert one[:, 0, 0, 0] == pytest.approx(kernel.isel(teacher=2, stopping_epoch=0, n_train=0, soft_ratio=0).values)
    assert by_draw(resnet, *dims).shape == (DRAWS, 3, 1, 4)


def test_a_risk_of_zero_is_counted():
    group = transfer(KERNEL, zeros=True)
    assert (group["risk"] == 0).any()
    counts = counted(group)
    assert counts.shape == (DRAWS, len(SIZES), len(RATIOS), len(EPOCHS))
    assert counts[0, 0, 0, 0] == pytest.approx(
        TEST_IMAGES * group["risk"].isel(stopping_epoch=0, soft_ratio=0, n_train=0, teacher=0).mean()
    )
    found, without = (CLAIMS["jz20-s2-kernel-faster"].check(each) for each in (group, transfer(KERNEL)))
    assert found.verdict == without.verdict == HOLDS and found.estimate > without.estimate


@pytest.mark.parametrize("name", ABOUT_IMAGES)
@pytest.mark.filterwarnings("error")
def test_a_single_draw_of_images_decides_nothing(name):
    group = CASES[name][0]().isel(repeat=[0]).isel(teacher=[0], missing_dims="ignore")
    assert CLAIMS[name].check(group).verdict == UNDECIDED


def test_an_illustration_shows_its_numbers_and_the_draws_that_a_verdict_needs():
    found = CLAIMS["ext-confound-gain"].check(distillation(RESNET, runs=3))
    assert found.reason.startswith("an illustration: 3 runs of one teacher; mean accuracy")
    assert found.worlds == 3 and found.estimate == pytest.approx(0.05, abs=0.01)
    assert found.worlds_needed == DRAWS


def test_a_mix_that_was_not_measured_decides_nothing():
    group = distillation(KERNEL)
    group = group.sel(soft_ratio=group["soft_ratio"] != 0.9)
    found = CLAIMS["jz20-fig5-images-kernel-soft"].check(group)
    assert found.verdict == UNDECIDED and found.cells == 0
    assert not np.isclose(group["soft_ratio"], 0.9).any()
