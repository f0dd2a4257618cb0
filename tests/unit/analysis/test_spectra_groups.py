"""Groups of spectra, losses and difficulty from student files made up of random numbers."""

import numpy as np
import pytest
import xarray as xr
from unit.analysis.feature_students import RUNS, WORLDS, measured

from kdtheory.analysis import difficulty, losses, spectra

RNG = np.random.default_rng(8)


def variable(dims, **coords):
    sizes = {"world": WORLDS, "run": RUNS} | {name: len(values) for name, values in coords.items()}
    return xr.DataArray(RNG.random([sizes[dim] for dim in dims]), dims=dims, coords=coords)


def test_norms_by_amplitude_and_dimension_are_those_of_explicit_coordinates():
    common = {"dim": [1, 3], "amplitude": [0.5, 2.0], "n": np.arange(1, 13)}
    at = ("world", "run", "n")
    student = xr.Dataset(
        {
            "mode_coefficients": variable(("dim", "amplitude", "modes", *at), **common, modes=[1, 4]),
            "flip_coefficients": variable(
                ("dim", "flip_probability", "amplitude", *at), **common, flip_probability=[0.5]
            ),
        }
    )
    group = measured(difficulty, {}, student)
    assert group["mode_norm"].dims == ("dim", "amplitude", "modes", "n_train", "world", "run")
    assert group["flip_norm"].dims == ("dim", "amplitude", "flip_probability", "n_train", "world", "run")
    assert group["n_train"].values.tolist() == [1, 2, 4, 8]
    here = {"dim": 3, "amplitude": 2.0, "modes": 4}
    y = student["mode_coefficients"].sel(here).isel(world=2, run=1).values
    found = group["mode_norm"].sel({**here, "n_train": 8}).isel(world=2, run=1)
    assert float(found) == pytest.approx(np.linalg.norm(y[:8]))


def test_losses_keep_the_error_against_the_truth_and_the_risk_against_the_teacher_apart():
    dims = ("labels", "stopping_epoch", "soft_ratio", "loss", "world", "run", "n_train")
    coords = {
        "labels": ["teacher", "truth"], "stopping_epoch": [1, 8], "soft_ratio": [0.9, 1.0], "loss": ["mixed", "hinge"],
        "n_train": [4, 8],
    }  # fmt: skip
    names = ("norm", "disagreement_teacher", "disagreement_truth")
    student = xr.Dataset({name: variable(dims, **coords) for name in names})
    dataset = xr.Dataset({"part": ("sample", np.repeat([0, 1], [8, 5]))})
    logits = xr.Dataset(
        {"teacher_error": (("world", "stopping_epoch"), RNG.random((WORLDS, 3)))}, {"stopping_epoch": [1, 4, 8]}
    )
    group = measured(losses, {}, student, dataset=dataset, logits=logits)
    here = {"loss": "hinge", "labels": "truth", "stopping_epoch": 8, "soft_ratio": 0.9, "n_train": 4}
    for name, source in zip(("weight_norm", "risk", "test_error"), names, strict=True):
        np.testing.assert_array_equal(group[name].sel(here), student[source].sel(here))
    assert group["teacher_error"].dims == ("stopping_epoch", "world")
    assert group["stopping_epoch"].values.tolist() == [1, 8] and int(group["test_points"]) == 5


def test_spectra_have_their_octaves_before_their_worlds():
    cells = {"soft_ratio": [0.0, 1.0], "stopping_epoch": [4], "octave": [1, 2, 4]}
    by_octave = {"octave": cells["octave"]}
    student = xr.Dataset(
        {
            name: variable(("world", "run", "octave"), **by_octave)
            for name in ("eigenvalue", "frequency", "squared_deviation")
        }
        | {name: variable(("world", "run", *cells), **cells) for name in ("energy", "learning_time", "squared_time")}
    )
    group = measured(spectra, {}, student)
    assert group["energy"].dims == (*cells, "world", "run") and group["frequency"].dims == ("octave", "world", "run")
    assert group["frequency"].attrs["units"] == "rad"
    here = {"soft_ratio": 0.0, "octave": 4, "stopping_epoch": 4}
    for name in ("energy", "learning_time", "squared_time"):
        np.testing.assert_array_equal(group[name].sel(here), student[name].sel(here))
