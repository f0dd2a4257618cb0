"""Is a made-up group like a real one?"""


def assert_like(sample, real):
    """Raise AssertionError unless two groups have the same variables and coordinates, of equal dimensions and kinds.

    Sizes and numbers may differ.
    """
    assert _described(sample.data_vars) == _described(real.data_vars)
    assert _described(sample.coords) == _described(real.coords)


def _described(variables):
    # Text is read from a file as objects.
    return {
        str(name): (set(variable.dims), "text" if variable.dtype.kind in "UO" else variable.dtype.kind)
        for name, variable in variables.items()
    }
