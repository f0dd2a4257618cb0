from importlib import import_module

import pytest


@pytest.mark.parametrize(
    "package", ["kdtheory", *(f"kdtheory.{name}" for name in ("theory", "kernels", "tasks", "students"))]
)
def test_every_public_name_can_be_had_and_is_documented(package):
    module = import_module(package)
    for name in module.__all__:
        assert getattr(module, name).__doc__, f"{package}.{name} has no docstring"
    assert set(module.__all__) <= set(dir(module))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'efective_logits'"):
        import_module("kdtheory.theory").efective_logits  # noqa: B018
