"""The samples that unit tests use are like what the study makes."""

from functools import partial

import pytest
from samples.image_distillation import KERNEL, RESNET, distillation
from samples.image_transfer import transfer
from samples.likeness import assert_like
from samples.linear import linear_groups
from samples.wide import WIDE
from workflow.snakemake_study import RESULTS

from kdtheory import open_cube


@pytest.fixture(scope="module")
def cube(smoke):
    """The cube of the smoke study, opened once."""
    return open_cube(smoke.folder / RESULTS / "cube.nc")


@pytest.mark.parametrize("group", linear_groups())
def test_a_sample_of_a_linear_group_is_like_the_real_one(group, cube):
    assert_like(linear_groups()[group], cube[group].to_dataset())


@pytest.mark.parametrize(
    ("group", "sample"),
    {
        f"images/{student}_{words}": partial(make, student)
        for student in (KERNEL, RESNET)
        for words, make in (("distillation", distillation), ("transfer", transfer))
    }.items(),
)
def test_a_sample_of_a_group_of_images_is_like_the_real_one(group, sample, cube):
    assert_like(sample(), cube[group].to_dataset())


@pytest.mark.parametrize("group", WIDE)
def test_a_sample_of_a_wide_group_is_like_the_real_one(group, cube):
    assert_like(WIDE[group](), cube[group].to_dataset())
