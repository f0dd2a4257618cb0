from functools import partial

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs.seeds import generator
from kdtheory.study.config import check
from kdtheory.study.schema import ConfigError
from kdtheory.teachers import file, linear, logistic_regression

draw = partial(generator, 3, "teacher")


@pytest.fixture
def dataset():
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((60, 4))
    return xr.Dataset(
        {
            "inputs": (("sample", "axis"), inputs),
            "label": ("sample", (inputs[:, 0] + 0.5 * rng.standard_normal(60) > 0).astype(np.int8)),
            "is_test": ("sample", (np.arange(60) >= 40).astype(np.int8)),
            "sample_id": ("sample", np.arange(100, 160)),
            "teacher_direction": ("axis", np.eye(4)[0]),
        }
    )


def test_linear_logits_are_norm_times_projection(dataset):
    exported = linear.export(linear.Settings(norms=[0.5, 3]), draw, dataset)
    assert exported["logits"].dims == ("stopping_epoch", "teacher_norm", "sample")
    for index, norm in enumerate([0.5, 3]):
        np.testing.assert_allclose(exported["logits"][0, index], norm * dataset["inputs"][:, 0])
    np.testing.assert_array_equal(exported["sample_id"], dataset["sample_id"])


def test_logistic_regression_minimises_its_loss_on_half_of_the_training_images(dataset):
    settings = logistic_regression.Settings(inverse_regularisation=2.0, worlds=3)
    trained = logistic_regression.train(settings, draw, dataset)
    inputs, signs = dataset["inputs"].values, 2.0 * dataset["label"].values - 1
    for split in range(3):
        half = trained["seen"][split] == 1
        assert half.sum() == 20 and not half[40:].any()
        weights = trained["weights"][split]
        margins = signs[half] * (inputs[half] @ weights)
        gradient = weights - 2.0 * (signs[half] / (1 + np.exp(margins))) @ inputs[half]
        assert np.linalg.norm(gradient) < 1e-4
    assert not np.array_equal(trained["seen"][0], trained["seen"][1])
    exported = logistic_regression.export(settings, draw, dataset, trained)
    np.testing.assert_allclose(exported["weight_norm"] ** 2, (trained["weights"] ** 2).sum(axis=1))
    np.testing.assert_allclose(exported["logits"][0], trained["weights"] @ inputs.T, rtol=1e-12)
    np.testing.assert_array_equal(exported["seen"], trained["seen"])


def own_teacher(path, **changes):
    content = {
        "logits": (("stopping_epoch", "sample"), np.arange(-60.0, 60).reshape(2, 60) - 30),
        "sample_id": ("sample", np.arange(100, 160)[::-1]),
    }
    content = {name: value for name, value in {**content, **changes}.items() if value is not None}
    xr.Dataset(content, coords={"stopping_epoch": [1, 2]}).to_netcdf(path, engine="h5netcdf")
    return str(path)


def test_a_users_logits_are_brought_into_the_dataset_s_order(dataset, tmp_path):
    path = own_teacher(tmp_path / "mine.nc", seen=("sample", np.arange(60) % 2))
    exported = file.export(file.Settings(path=path), draw, dataset)
    np.testing.assert_array_equal(exported["logits"].isel(split=0, stopping_epoch=1), np.arange(-30, 30)[::-1])
    np.testing.assert_array_equal(exported["seen"].isel(split=0), (np.arange(60) % 2)[::-1])
    np.testing.assert_array_equal(exported["sample_id"], dataset["sample_id"])


def of_last_epoch(values):
    return {"logits": (("stopping_epoch", "sample"), np.stack([np.ones(60), values]))}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"logits": None}, "has no variable logits"),
        ({"sample_id": None}, "has no variable sample_id"),
        ({"logits": (("sample",), np.zeros(60))}, "dimensions"),
        ({"logits": (("stopping_epoch", "sample"), np.full((2, 60), np.nan))}, "120 logits are not finite"),
        ({"sample_id": ("sample", np.zeros(60, dtype=int))}, "duplicates"),
        (of_last_epoch(np.zeros(60)), "lie in 0 … 0, must be positive for samples of the second class and negative"),
        (of_last_epoch(np.linspace(0, 1, 60)), r"lie in 0 … 1, .* of probabilities p take log\(p / \(1 - p\)\)"),
        (of_last_epoch(np.linspace(1, 9, 60)), "lie in 1 … 9, must be positive .* the others$"),
        (of_last_epoch(np.linspace(-1, 1e300, 60)), r"logits reach 1e\+300, must be within ±1e\+06"),
    ],
)
def test_a_wrong_teacher_file_is_one_error_before_any_job(tmp_path, changes, words):
    path = own_teacher(tmp_path / "mine.nc", **changes)
    with pytest.raises(ValueError, match=words):
        file.read_logits(path)
    config = {
        "preset": "default", "seed": 1, "datasets": {}, "teachers": {"mine": {"kind": "file", "path": path}},
        "experiments": {"angle_law": {"datasets": ["flat"], "angles": 3}},
    }  # fmt: skip
    config["datasets"]["flat"] = {"kind": "margin", "dim": 2, "limit_degrees": 75, "n_points": 5, "worlds": 1}
    with pytest.raises(ConfigError, match=rf"teachers\.mine\.path: .*{words}"):
        check(config)


def test_a_text_file_is_no_teacher(tmp_path):
    (tmp_path / "mine.nc").write_text("logits")
    with pytest.raises(ValueError, match="cannot be read as NetCDF"):
        file.read_logits(tmp_path / "mine.nc")


def test_missing_samples_are_counted(dataset, tmp_path):
    path = own_teacher(tmp_path / "mine.nc", sample_id=("sample", np.arange(110, 170)))
    with pytest.raises(ValueError, match="no logits for 10 of 60 samples, first id 100"):
        file.export(file.Settings(path=path), draw, dataset)
