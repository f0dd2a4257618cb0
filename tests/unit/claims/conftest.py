"""A world in which every statement of PL19 is true: small groups of the cube, made up, not measured."""

import pytest
from samples.linear import linear_groups


@pytest.fixture
def true_world():
    """Groups by name, free to be changed."""
    return linear_groups()
