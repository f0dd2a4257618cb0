import pytest
from samples.likeness import assert_like
from samples.linear import bias


@pytest.mark.parametrize(
    "change",
    [
        lambda group: group.drop_vars("risk_limit"),
        lambda group: group.rename(delta="beta"),
        lambda group: group.assign(risk_limit=group["risk"]),
        lambda group: group.assign(test_images=group["test_images"].astype(float)),
    ],
)
def test_another_variable_dimension_or_kind_of_number_is_no_likeness(change):
    assert_like(bias(), bias().isel(world=slice(3)))
    with pytest.raises(AssertionError):
        assert_like(bias(), change(bias()))
