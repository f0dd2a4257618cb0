"""Whatever numbers a public function is given: a result without NaN, or one error that names the argument."""

import re
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression, NotPositiveDefiniteError
from kdtheory.tasks.images import load
from kdtheory.teachers.file import read_logits
from kdtheory.theory.bounds import transfer_risk_bound
from kdtheory.theory.class_decisions import deciding_soft_ratio, hard_label_correction_multiclass
from kdtheory.theory.correction import hard_label_correction
from kdtheory.theory.multiclass import effective_logits_multiclass
from kdtheory.theory.projection import project_onto_span
from kdtheory.theory.risk import polynomial_angle_risk
from kdtheory.theory.stationarity import effective_logits, soft_ratio_from_tsquared

INPUTS = np.random.default_rng(0).standard_normal((4, 2))
GRAM = INPUTS @ INPUTS.T + np.eye(4)


def norms(gram, targets):
    return NestedRegression(gram, targets).norms()


def predict(cross, sizes):
    return NestedRegression(GRAM, np.ones(4)).predict(cross, sizes)


# Every public function of arrays, with arguments that are right.
CALLS = {
    effective_logits: {"teacher_logits": 1.0, "labels": 1, "soft_ratio": 0.5, "temperature": 2.0},
    soft_ratio_from_tsquared: {"alpha": 0.5, "temperature": 2.0},
    effective_logits_multiclass: {
        "teacher_logits": INPUTS, "labels": [0, 1, 0, 1], "soft_ratio": 0.5, "temperature": 2.0
    },
    deciding_soft_ratio: {"teacher_logits": INPUTS, "labels": [0, 1, 0, 1], "temperature": 2.0},
    hard_label_correction_multiclass: {"teacher_logits": INPUTS, "labels": [0, 1, 0, 1], "temperature": 2.0},
    hard_label_correction: {"teacher_logits": 1.0, "labels": 1, "temperature": 2.0},
    polynomial_angle_risk: {"angle": 0.3, "dim": 5, "kappa": 1.0},
    transfer_risk_bound: {"n_train": 10, "kappa": 1.0},
    project_onto_span: {"inputs": INPUTS, "teacher_weights": np.ones(2)},
    relu_kernels: {"x1": INPUTS, "x2": INPUTS, "weight_std": 1.0, "bias_std": 1.0},
    norms: {"gram": GRAM, "targets": np.ones(4)},
    predict: {"cross": INPUTS, "sizes": [1, 2]},
}  # fmt: skip
shapes = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4) | st.sampled_from([(4,), (4, 2), (4, 4)])
numbers = st.floats(-100, 100) | st.sampled_from([np.nan, np.inf, -np.inf, -1.0, 0.0, 0.5, 1.0])
values = st.one_of(
    arrays.arrays(np.float64, shapes, elements=numbers),
    arrays.arrays(np.float32, shapes, elements=st.floats(-100, 100, width=32)),
    arrays.arrays(st.sampled_from([np.int64, np.uint8, np.bool_]), shapes),
    arrays.arrays(np.complex128, shapes),
    arrays.arrays(np.dtype("U2"), shapes),
    arrays.arrays(np.dtype("datetime64[D]"), shapes),
    st.sampled_from([None, "", "1", 1j, {}, [[1, 2], [3]], [None], object(), np.ones((4, 2)), np.zeros((4, 4))]),
)


@pytest.mark.slow
@pytest.mark.parametrize("function", CALLS, ids=lambda function: function.__name__)
@settings(max_examples=50, deadline=None, derandomize=True)
@given(data=st.data())
def test_an_array_of_any_kind_gives_numbers_or_an_error_that_names_it(function, data):
    right = CALLS[function]
    name = data.draw(st.sampled_from(sorted(right)), label="argument")
    value = data.draw(values, label="value")
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        try:
            found = function(**{**right, name: value})
        except NotPositiveDefiniteError as error:
            assert name == "gram" and error.minor >= 1
        except ValueError as error:
            message = str(error)
            assert re.search(rf"\b{name}\b", message) or "shape" in message or "broadcast" in message, message
        else:
            assert not any(np.isnan(part).any() for part in (found if isinstance(found, tuple) else (found,)))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 3), st.integers(0, 3))
def test_a_point_that_occurs_twice_is_named_or_harmless(first, second):
    inputs = INPUTS.copy()
    inputs[first] = inputs[second]
    np.testing.assert_allclose(project_onto_span(inputs, [1.0, 2.0]), [1.0, 2.0])
    gram = relu_kernels(inputs)[0]
    if first == second:
        assert np.isfinite(norms(gram, np.ones(4))).all()
    else:
        with pytest.raises(NotPositiveDefiniteError) as caught:
            norms(gram, np.ones(4))
        assert caught.value.minor == max(first, second) + 1


def test_one_class_alone_has_an_answer():
    ones = np.ones(4, int)
    assert np.isfinite(effective_logits(INPUTS[:, 0], ones, 0.5, 2.0)).all()
    assert np.isfinite(effective_logits_multiclass(INPUTS, ones, 0.5, 2.0)).all()
    assert np.isfinite(norms(GRAM, ones)).all()


@pytest.mark.parametrize("sizes", [[5], [0], [-1], [1.5], [[1]], [np.nan], "2"])
def test_more_points_than_there_are_or_no_number_of_points_are_refused(sizes):
    with pytest.raises(ValueError, match="sizes"):
        predict(INPUTS, sizes)


@pytest.mark.parametrize("name", ["", "../mnist", "mnist; id", "MNIST", "mnist\n"])
def test_an_unknown_image_set_is_refused_before_anything_is_read(name, tmp_path):
    with pytest.raises(ValueError, match="name must be one of"):
        load(name, directory=tmp_path, cache=tmp_path)
    assert not list(tmp_path.iterdir())


teacher_arrays = st.one_of(
    arrays.arrays(np.float64, shapes, elements=numbers),
    arrays.arrays(st.sampled_from([np.int64, np.int8, np.float32, np.uint8]), shapes),
    arrays.arrays(np.dtype("U2"), shapes, elements=st.text("ab1", max_size=2)),
)
DIMS = [(), ("sample",), ("stopping_epoch",), ("stopping_epoch", "sample"), ("sample", "stopping_epoch"), ("a", "b")]


@pytest.mark.slow
@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.dictionaries(st.sampled_from(["logits", "sample_id", "seen"]), teacher_arrays, min_size=2), st.data())
def test_a_teachers_file_of_any_kind_is_read_whole_or_refused_with_its_name(content, data):
    variables = {}
    for name, array in content.items():
        dims = data.draw(st.sampled_from([dims for dims in DIMS if len(dims) == array.ndim] or [None]), label=name)
        variables[name] = (dims or [f"{name}_{axis}" for axis in range(array.ndim)], array)
    try:
        given_file = xr.Dataset(variables)
    except ValueError:
        return  # sizes that do not agree make no file
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.nc"
        given_file.to_netcdf(path, engine="h5netcdf")
        try:
            found = read_logits(path)
        except ValueError as error:
            assert str(error).startswith(f"{path}: ")
            assert any(name in str(error) for name in ("logits", "sample_id", "seen"))
        else:
            assert found["logits"].dims == ("stopping_epoch", "sample") and found["logits"].size
            assert np.isfinite(found["logits"]).all() and found["logits"].dtype == np.float64
            assert len(set(found["sample_id"].values.tolist())) == found.sizes["sample"]
            assert set(found["seen"].values.tolist()) <= {0, 1}
