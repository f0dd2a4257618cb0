"""The samples that unit tests use are like what the study makes."""

import pytest
from samples.likeness import assert_like
from samples.linear import linear_groups
from samples.wide import WIDE

from kdtheory import open_cube


@pytest.mark.parametrize("group", linear_groups())
def test_a_sample_of_a_linear_group_is_like_the_real_one(group, smoke):
    assert_like(linear_groups()[group], open_cube(smoke.folder / "results/cube.nc")[group].to_dataset())


@pytest.mark.parametrize("group", WIDE)
def test_a_sample_of_a_wide_group_is_like_the_real_one(group, smoke):
    assert_like(WIDE[group](), open_cube(smoke.folder / "results/cube.nc")[group].to_dataset())
