import inspect
import typing
from importlib import import_module

import pytest

PACKAGES = ["kdtheory", *(f"kdtheory.{name}" for name in ("theory", "kernels", "tasks", "students"))]
PUBLIC = [(package, name) for package in PACKAGES for name in import_module(package).__all__]


def _functions_of(exported):
    """A function itself, or the public methods that a class defines, by name."""
    if inspect.isfunction(exported):
        return {exported.__name__: exported}
    own = vars(exported).items()
    return {name: value for name, value in own if inspect.isfunction(value) and _is_public(name)}


def _is_public(name):
    return name in ("__init__", "__call__") or not name.startswith("_")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_can_be_had_and_is_documented(package):
    module = import_module(package)
    for name in module.__all__:
        assert getattr(module, name).__doc__, f"{package}.{name} has no docstring"
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize(("package", "name"), PUBLIC)
def test_every_parameter_and_result_of_a_public_function_has_a_type(package, name):
    for function in _functions_of(getattr(import_module(package), name)).values():
        parameters = {each for each in inspect.signature(function).parameters if each != "self"}
        # Evaluates annotations that are text, too: one that names nothing is an error here.
        hints = typing.get_type_hints(function)
        assert hints.keys() == parameters | {"return"}


def test_methods_of_exported_classes_are_among_the_functions_that_have_types():
    methods = _functions_of(import_module("kdtheory.kernels").NestedRegression)
    assert methods.keys() == {"__init__", "with_targets", "norms", "inner", "predict", "weights"}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'efective_logits'"):
        import_module("kdtheory.theory").efective_logits  # noqa: B018
