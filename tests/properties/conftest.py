"""What the tests of many files share."""

import gc

import pytest


@pytest.fixture(autouse=True)
def few_objects_to_collect():
    """Leave what earlier tests made out of garbage collection, which copies its pages in every forked process."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
