"""Groups of imperfect teachers from explicit weights."""

import numpy as np
import pytest
import xarray as xr
from unit.analysis.feature_students import RUNS, WIDTH, basis, interpolate, measured

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
    features = rng.standard_normal((RUNS, n_train, WIDTH))
    truth = features[..., 0]
    initial = features[..., 1]
    teachers = 4 * truth[None, None] + 3 * rng.standard_normal((2, 2, RUNS, n_train))
    labels = (truth > 0).astype(int)
    perturbed = stationarity.effective_logits(teachers, labels, 1 - epsilon, temperature)
    change = hard_label_correction(teachers, labels, temperature)

    def coordinates(logits):
        return np.stack([basis(run).T @ interpolate(run, z) for run, z in zip(features, logits, strict=True)])

    def by_teacher(logits):
        return np.stack([[coordinates(z) for z in epochs] for epochs in logits])

    dims = ("teacher", "stopping_epoch", "repeat", "n")
    student = xr.Dataset(
        {
            "truth_coefficients": (
                ("truth", "repeat", "n"),
                np.stack([coordinates(scale(truth) - initial) for scale in truths.values()]),
            ),
            "teacher_coefficients": (dims, by_teacher(teachers - initial)),
            "correction_coefficients": (dims, by_teacher(change)),
            "perturbed_coefficients": (dims, by_teacher(perturbed - initial)),
        },
        coords={"truth": list(truths), "teacher": [0, 1], "stopping_epoch": epochs, "n_train": [2, 10, 20]},
        attrs={"epsilon": epsilon},
    )
    error = xr.Dataset({"teacher_error": (("teacher", "stopping_epoch"), rng.random((2, 3)))})
    logits = error.assign_coords(teacher=[0, 1], stopping_epoch=[1, 4, 8])
    group = measured(correction, {}, student, logits=logits)
    assert group["correction"].dims == ("truth", "teacher", "stopping_epoch", "n_train", "repeat")
    np.testing.assert_allclose(group["derivative_fd"], group["derivative"], rtol=1e-4, atol=1e-7)
    np.testing.assert_array_equal(group["teacher_error"], error["teacher_error"][:, [0, 2]])
    run, size = features[1], 10
    goal = interpolate(run[:size], 10 * np.sign(truth[1, :size]) - initial[1, :size])
    taught = interpolate(run[:size], teachers[0, 1, 1, :size] - initial[1, :size])
    added = interpolate(run[:size], change[0, 1, 1, :size])
    correct = goal - taught * (taught @ goal) / (taught @ taught)
    here = group.sel(truth="sign", teacher=0, stopping_epoch=8, n_train=size).isel(repeat=1)
    assert float(here["correction"]) == pytest.approx(added @ correct)
    cosine = added @ correct / np.linalg.norm(added) / np.linalg.norm(correct)
    assert float(here["correction_cosine"]) == pytest.approx(cosine)
    oracle = interpolate(run, 10 * np.sign(truth[1]) - initial[1])
    assert float(here["truth_norm"]) == pytest.approx(np.linalg.norm(oracle))
    assert float(here["cosine"]) == pytest.approx(taught @ oracle / np.linalg.norm(taught) / np.linalg.norm(oracle))


def test_imperfect_students_come_with_the_errors_of_their_own_teachers():
    dims = ("soft_ratio", "stopping_epoch", "teacher", "n_train", "repeat")
    rng = np.random.default_rng(4)
    names = ("disagreement_truth", "disagreement_teacher", "norm")
    student = xr.Dataset(
        {name: (dims, rng.random((2, 1, 2, 3, RUNS))) for name in names},
        coords={"soft_ratio": [0.9, 1.0], "stopping_epoch": [4], "teacher": [1, 5], "n_train": [8, 16, 32]},
    )
    logits = xr.Dataset(
        {"teacher_error": (("teacher", "stopping_epoch"), np.arange(12.0).reshape(6, 2))},
        coords={"teacher": np.arange(6), "stopping_epoch": [1, 4]},
    )
    dataset = xr.Dataset({"part": ("sample", [0, 0, 1, 1, 1, 2])})
    group = measured(imperfect, {}, student, dataset, logits)
    assert group["test_error"].dims == ("teacher", "stopping_epoch", "soft_ratio", "n_train", "repeat")
    cell = {"teacher": 5, "stopping_epoch": 4, "soft_ratio": 0.9, "n_train": 16}
    xr.testing.assert_equal(
        group["test_error"].sel(cell).drop_attrs(), student["disagreement_truth"].sel(cell).rename("test_error")
    )
    assert (group["teacher_error"].sel(stopping_epoch=4) == [3.0, 11.0]).all()
    assert int(group["test_points"]) == 3
