"""Groups of imperfect teachers from explicit weights."""

import numpy as np
import pytest
import xarray as xr
from unit.analysis.feature_students import RUNS, WIDTH, WORLDS, basis, interpolate, measured

from kdtheory.analysis import (
    correction,
    imperfect,
)
from kdtheory.theory import stationarity
from kdtheory.theory.correction import hard_label_correction


def test_correction_is_the_inner_product_of_explicit_weights_and_its_derivative_that_of_the_cosine():
    rng = np.random.default_rng(3)
    n_train, epsilon, temperature = 20, 1e-7, 5.0
    epochs, truths = [1, 8], {"smooth": lambda g: 10 * g, "sign": lambda g: 10 * np.sign(g)}
    features = rng.standard_normal((WORLDS, RUNS, n_train, WIDTH))
    truth = features[..., 0]
    initial = features[..., 1]
    teachers = 4 * truth + 3 * rng.standard_normal((2, WORLDS, RUNS, n_train))
    labels = (truth > 0).astype(int)
    perturbed = stationarity.effective_logits(teachers, labels, 1 - epsilon, temperature)
    change = hard_label_correction(teachers, labels, temperature)

    def coordinates(logits):
        found = np.empty(logits.shape)
        for where in np.ndindex(WORLDS, RUNS):
            found[where] = basis(features[where]).T @ interpolate(features[where], logits[where])
        return found

    def by_epoch(logits):
        return np.stack([coordinates(z) for z in logits])

    dims = ("stopping_epoch", "world", "run", "n")
    student = xr.Dataset(
        {
            "truth_coefficients": (
                ("truth", "world", "run", "n"),
                np.stack([coordinates(scale(truth) - initial) for scale in truths.values()]),
            ),
            "teacher_coefficients": (dims, by_epoch(teachers - initial)),
            "correction_coefficients": (dims, by_epoch(change)),
            "perturbed_coefficients": (dims, by_epoch(perturbed - initial)),
        },
        coords={"truth": list(truths), "world": [0, 1, 2], "stopping_epoch": epochs, "n_train": [2, 10, 20]},
        attrs={"epsilon": epsilon},
    )
    error = xr.Dataset({"teacher_error": (("world", "stopping_epoch"), rng.random((3, 3)))})
    logits = error.assign_coords(world=[0, 1, 2], stopping_epoch=[1, 4, 8])
    group = measured(correction, {}, student, logits=logits)
    assert group["correction"].dims == ("truth", "stopping_epoch", "n_train", "world", "run")
    np.testing.assert_allclose(group["derivative_fd"], group["derivative"], rtol=1e-4, atol=1e-7)
    np.testing.assert_array_equal(group["teacher_error"], error["teacher_error"][:, [0, 2]].T)
    assert group["truth_norm"].dims == ("truth", "world", "run")
    run, size = features[2, 1], 10
    goal = interpolate(run[:size], 10 * np.sign(truth[2, 1, :size]) - initial[2, 1, :size])
    taught = interpolate(run[:size], teachers[1, 2, 1, :size] - initial[2, 1, :size])
    added = interpolate(run[:size], change[1, 2, 1, :size])
    correct = goal - taught * (taught @ goal) / (taught @ taught)
    here = group.sel(truth="sign", stopping_epoch=8, n_train=size).isel(world=2, run=1)
    assert float(here["correction"]) == pytest.approx(added @ correct)
    cosine = added @ correct / np.linalg.norm(added) / np.linalg.norm(correct)
    assert float(here["correction_cosine"]) == pytest.approx(cosine)
    oracle = interpolate(run, 10 * np.sign(truth[2, 1]) - initial[2, 1])
    assert float(here["truth_norm"]) == pytest.approx(np.linalg.norm(oracle))
    assert float(here["cosine"]) == pytest.approx(taught @ oracle / np.linalg.norm(taught) / np.linalg.norm(oracle))


def test_imperfect_students_come_with_the_errors_of_the_teachers_of_their_worlds():
    dims = ("world", "run", "soft_ratio", "stopping_epoch", "n_train")
    rng = np.random.default_rng(4)
    names = ("disagreement_truth", "disagreement_teacher", "norm")
    student = xr.Dataset(
        {name: (dims, rng.random((2, RUNS, 2, 1, 3))) for name in names},
        coords={"soft_ratio": [0.9, 1.0], "stopping_epoch": [4], "world": [1, 5], "n_train": [8, 16, 32]},
    )
    logits = xr.Dataset(
        {"teacher_error": (("world", "stopping_epoch"), np.arange(12.0).reshape(6, 2))},
        coords={"world": np.arange(6), "stopping_epoch": [1, 4]},
    )
    dataset = xr.Dataset({"part": ("sample", [0, 0, 1, 1, 1, 2])})
    group = measured(imperfect, {}, student, dataset, logits)
    assert group["test_error"].dims == ("stopping_epoch", "soft_ratio", "n_train", "world", "run")
    cell = {"world": 5, "stopping_epoch": 4, "soft_ratio": 0.9, "n_train": 16}
    xr.testing.assert_equal(
        group["test_error"].sel(cell).drop_attrs(), student["disagreement_truth"].sel(cell).rename("test_error")
    )
    assert (group["teacher_error"].sel(stopping_epoch=4) == [3.0, 11.0]).all()
    assert int(group["test_points"]) == 3
