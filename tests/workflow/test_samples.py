"""The samples that unit tests use are like what the study makes."""

from functools import partial

import pytest
from samples.image_distillation import KERNEL, RESNET, distillation
from samples.image_transfer import transfer
from samples.likeness import assert_like
from samples.linear import linear_groups
from samples.wide import WIDE

from kdtheory import open_cube


@pytest.mark.parametrize("group", linear_groups())
def test_a_sample_of_a_linear_group_is_like_the_real_one(group, smoke):
    assert_like(linear_groups()[group], open_cube(smoke.folder / "results/cube.nc")[group].to_dataset())


@pytest.mark.parametrize(
    ("group", "sample"),
    {
        f"images/{student}_{words}": partial(make, student)
        for student in (KERNEL, RESNET)
        for words, make in (("distillation", distillation), ("transfer", transfer))
    }.items(),
)
def test_a_sample_of_a_group_of_images_is_like_the_real_one(group, sample, smoke):
    assert_like(sample(), open_cube(smoke.folder / "results/cube.nc")[group].to_dataset())


@pytest.mark.parametrize("group", WIDE)
def test_a_sample_of_a_wide_group_is_like_the_real_one(group, smoke):
    assert_like(WIDE[group](), open_cube(smoke.folder / "results/cube.nc")[group].to_dataset())
