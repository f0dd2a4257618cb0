"""Whatever dataset is written is read again, and any flipped byte of its values is found."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kdtheory.jobs import storage

names = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=8)
values = arrays.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.int8, np.bool_]),
    arrays.array_shapes(max_dims=3, max_side=4),
)
# HDF5 takes these two names for itself, and others with an underscore.
attributes = st.dictionaries(
    names.filter(lambda name: name not in {"CLASS", "NAME"}),
    st.integers(-(2**31), 2**31)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10),
    max_size=3,
)


@st.composite
def datasets(draw):
    contents = draw(st.dictionaries(names, values, min_size=1, max_size=3))
    return xr.Dataset(
        {n: ([f"{n}_{axis}" for axis in range(v.ndim)], v, draw(attributes)) for n, v in contents.items()},
        attrs=draw(attributes),
    )


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True)
@given(datasets())
def test_writing_and_reading_is_the_identity(dataset):
    with tempfile.TemporaryDirectory() as folder:
        storage.write(dataset, Path(folder) / "a.nc", {})
        found = storage.read(Path(folder) / "a.nc")
    xr.testing.assert_equal(found, dataset)
    assert storage.data_digest(found) == storage.data_digest(dataset)
    assert {k: v for k, v in found.attrs.items() if k != storage.DIGEST} == dataset.attrs


@settings(max_examples=60, deadline=None, derandomize=True)
@given(values, st.data())
def test_any_changed_element_changes_the_digest(array, data):
    position = data.draw(st.integers(0, array.nbytes - 1))
    changed = array.copy()
    changed.reshape(-1).view(np.uint8)[position] ^= 1
    one, other = (xr.Dataset({"x": ([f"d{axis}" for axis in range(array.ndim)], a)}) for a in (array, changed))
    assert storage.data_digest(one) != storage.data_digest(other)
