"""What the claims on images and widths say of few data and of counts of zero, and how they could be fooled."""

import numpy as np
import pytest
from unit.claims.image_worlds import EPOCHS, RATIOS, SIZES, TEACHERS, TEST_IMAGES, distillation, transfer

from kdtheory.claims.image_draws import by_draw
from kdtheory.claims.jz20_image_transfer import counted
from kdtheory.claims.jz20_images import held_out_gain
from kdtheory.claims.registry import FAILS, HOLDS, UNDECIDED, claims

CLAIMS = claims()
ABOUT_IMAGES = [name for name, claim in CLAIMS.items() if claim.reads[0].startswith("images/")]


def group_of(name):
    group = CLAIMS[name].reads[0].removeprefix("images/")
    student, _, kind = group.partition("_")
    return {"distillation": distillation, "transfer": transfer}[kind](student)()


def test_draws_are_teachers_or_the_runs_of_one():
    kernel, resnet = distillation("kernel")()["accuracy"], distillation("resnet")()["accuracy"].isel(loss_scale=0)
    dims = ("stopping_epoch", "n_train", "soft_ratio")
    several = by_draw(kernel.isel(soft_ratio=slice(None, None, -1)), *dims)
    assert several.shape == (3, 5, 4, TEACHERS)
    assert several[1, 2, 3, 4] == kernel.sel(stopping_epoch=2, n_train=1000, soft_ratio=1.0, teacher=4).mean()
    one = by_draw(kernel.isel(teacher=[2]), *dims)
    assert one[0, 0, 0] == pytest.approx(kernel.isel(teacher=2, stopping_epoch=0, n_train=0, soft_ratio=0).values)
    assert by_draw(resnet, *dims).shape == (3, 1, 4, 3)


def test_an_optimum_that_is_picked_from_noise_gains_nothing():
    # 2000 worlds without any best mix; the gain that is picked and tested on the same draws is clearly positive.
    noise = np.random.default_rng(0).standard_normal((2000, 8, 6))
    mean = held_out_gain(noise, -1).mean(axis=-1)
    fooled = noise[:, 1:-1].mean(-1).max(-1) - noise[:, -1].mean(-1)
    # False alarm: 6e-5 (four standard errors).
    assert abs(mean.mean()) < 4 * mean.std() / np.sqrt(2000) < fooled.mean() / 4


def test_a_best_mix_gains_what_it_is_better_by():
    accuracy = np.array([0.1, 0.2, 0.5, 0.3])[:, None] + np.zeros((4, 5))
    assert held_out_gain(accuracy, -1) == pytest.approx(np.full(5, 0.2))
    assert held_out_gain(accuracy, 0) == pytest.approx(np.full(5, 0.4))


def test_later_teachers_that_are_no_better_decide_nothing():
    group = distillation("kernel", teacher=(0.4, 0.4, 0.4))()
    assert CLAIMS["jz20-fig5-images-kernel-later"].check(group).verdict == UNDECIDED


def test_a_risk_of_zero_is_counted():
    group = transfer("kernel", zeros=True)()
    assert (group["risk"] == 0).any()
    counts = counted(group)
    assert counts.shape == (len(EPOCHS), len(RATIOS), len(SIZES), TEACHERS)
    assert counts[0, 0, 0, 0] == pytest.approx(
        TEST_IMAGES * group["risk"].isel(stopping_epoch=0, soft_ratio=0, n_train=0, teacher=0).mean()
    )
    outcome = CLAIMS["jz20-s2-kernel-faster"].check(group)
    assert (
        outcome.verdict == HOLDS
        and outcome.estimate > CLAIMS["jz20-s2-kernel-faster"].check(transfer("kernel")()).estimate
    )


@pytest.mark.parametrize("name", [name for name in ABOUT_IMAGES if not name.endswith("power-law")])
@pytest.mark.filterwarnings("error")
def test_a_single_draw_of_images_decides_nothing(name):
    group = group_of(name).isel(repeat=[0])
    group = group.isel(teacher=[0]) if "teacher" in group.dims else group
    assert CLAIMS[name].check(group).verdict == UNDECIDED


def test_a_risk_that_rises_is_no_power_law_of_falling():
    group = transfer("kernel", rates=(-0.1, -0.1, -0.1, -0.1))()
    assert CLAIMS["jz20-s2-kernel-power-law"].check(group).verdict == FAILS
