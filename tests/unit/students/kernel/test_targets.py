import json
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs.command import parse_settings
from kdtheory.students.kernel.targets import (
    Correction,
    Difficulty,
    Flips,
    Function,
    Losses,
    Plateaus,
    Points,
    References,
    Settings,
    Soft,
)
from kdtheory.theory.correcting_losses import correcting_logits
from kdtheory.theory.stationarity import effective_logits

COMMON = {"kept": ["coefficients"], "depth": 1, "n_train": [4]}
SOFT = Soft(
    targets="soft", **COMMON, soft_ratios=[0, 0.5, 1], temperature=5.0, labels="teacher", hard_logit=3.0
)  # fmt: skip
FLIPS = Flips(targets="flips", **COMMON, flip_probabilities=[0, 0.2, 0.5, 1])


def points(**changes):
    rng = np.random.default_rng(2)
    logits = xr.DataArray(
        3 * rng.standard_normal((2, 3, 2000)),
        dims=("stopping_epoch", "teacher_norm", "sample"),
        coords={"stopping_epoch": [1, 8], "teacher_norm": [0.5, 1.0, 2.0]},
    )
    given = {
        "teacher_logits": logits,
        "truth": xr.DataArray(rng.standard_normal(2000), dims="sample"),
        "initial": xr.DataArray(rng.standard_normal(2000), dims="sample"),
        "noise": np.random.default_rng(3),
    }
    return Points(**{**given, **changes})


def one_function(**changes):
    logits = points().teacher_logits.isel(teacher_norm=0, drop=True).isel(stopping_epoch=[0])
    return points(teacher_logits=logits, **changes)


def test_a_perfect_teacher_s_students_fit_its_logits_pulled_towards_its_own_decision():
    here = points()
    targets = SOFT.changes(here)["coefficients"] + here.initial
    z = here.teacher_logits
    np.testing.assert_allclose(targets.sel(soft_ratio=1), z, atol=1e-12)
    np.testing.assert_allclose(targets.sel(soft_ratio=0), 3 * np.sign(z), atol=1e-12)
    expected = effective_logits(z.values, (z.values > 0).astype(int), 0.5, 5.0)
    np.testing.assert_allclose(targets.sel(soft_ratio=0.5), expected, atol=1e-12)
    assert targets.dims == ("soft_ratio", "stopping_epoch", "teacher_norm", "sample")


def test_an_imperfect_teacher_s_students_are_pulled_towards_the_true_label():
    here = points()
    targets = replace(SOFT, labels="truth").changes(here)["coefficients"] + here.initial
    truth = np.sign(here.truth)
    np.testing.assert_allclose(targets.sel(soft_ratio=0), truth.broadcast_like(targets.sel(soft_ratio=0)) * 3)
    moved = targets.sel(soft_ratio=0.5) - here.teacher_logits
    assert np.all(moved * truth > 0)


def test_epochs_are_chosen_by_their_numbers():
    chosen = replace(SOFT, stopping_epochs=[8], soft_ratios=[1.0])
    here = points()
    targets = chosen.changes(here)["coefficients"] + here.initial
    expected = here.teacher_logits.sel(stopping_epoch=[8])
    np.testing.assert_allclose(targets.isel(soft_ratio=0), expected, atol=1e-12)
    with pytest.raises(ValueError, match="stopping_epoch 9 is not in the teacher's logits"):
        replace(chosen, stopping_epochs=[9]).changes(here)


def test_flips_change_the_sign_of_as_many_points_as_they_should_and_more_noise_flips_more():
    here = one_function()
    ratio = (FLIPS.changes(here)["coefficients"] + here.initial) / here.teacher_logits.isel(stopping_epoch=0)
    np.testing.assert_allclose(np.abs(ratio), 1)
    flipped = ratio < 0
    assert not flipped.sel(flip_probability=0).any() and flipped.sel(flip_probability=1).all()
    # Standard errors 0.009 and 0.011 at 2000 points; five of them: one false alarm in a million seeds.
    assert float(flipped.sel(flip_probability=0.2).mean()) == pytest.approx(0.2, abs=0.045)
    assert float(flipped.sel(flip_probability=0.5).mean()) == pytest.approx(0.5, abs=0.056)
    assert np.all(flipped.sel(flip_probability=0.5) >= flipped.sel(flip_probability=0.2))


def test_flips_need_a_single_function():
    with pytest.raises(ValueError, match=r"one function.*'teacher_norm'"):
        FLIPS.changes(points())


def test_references_are_random_labels_zero_signs_and_smoothed_labels():
    here = one_function()
    targets = References(targets="references", **COMMON, hard_logit=3.0, smoothing=0.5).changes(here)["coefficients"]
    signs = np.sign(here.teacher_logits.isel(stopping_epoch=0))
    np.testing.assert_allclose(targets.sel(reference="zero"), -here.initial)
    np.testing.assert_allclose(targets.sel(reference="sign") + here.initial, 3 * signs)
    np.testing.assert_allclose(targets.sel(reference="label_smoothing") + here.initial, np.log(3) * signs)
    labels = targets.sel(reference="random_labels")
    # Five standard errors of mean and variance: one false alarm in a million seeds.
    assert abs(float(labels.mean())) < 5 / np.sqrt(2000)
    assert float(labels.var()) == pytest.approx(1, abs=5 * np.sqrt(2 / 2000))


def test_plateau_targets_are_fitted_without_the_initial_network():
    functions = xr.DataArray(
        np.arange(6000.0).reshape(3, 1, 2000),
        dims=("target", "stopping_epoch", "sample"),
        coords={"target": ["jump", "kinked", "smooth"]},
    )
    here = points(teacher_logits=functions)
    targets = Plateaus(targets="plateaus", **COMMON, dims=[2]).changes(here)["coefficients"]
    np.testing.assert_array_equal(targets.sel(target=["jump", "kinked", "smooth"]), functions.isel(stopping_epoch=0))
    np.testing.assert_array_equal(targets.sel(target="nngp"), here.initial)
    assert targets["target"].values.tolist() == ["jump", "kinked", "smooth", "random_labels", "nngp"]


def test_the_correction_is_the_derivative_of_the_perturbed_targets():
    here = points()
    targets = Correction(
        targets="correction", **COMMON, labels="truth", temperature=5.0, stopping_epochs=[1, 8],
        truth_logit=10.0, epsilon=1e-7,
    ).changes(here)  # fmt: skip
    difference = (targets["perturbed_coefficients"] - targets["teacher_coefficients"]) / 1e-7
    np.testing.assert_allclose(difference, targets["correction_coefficients"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(targets["teacher_coefficients"] + here.initial, here.teacher_logits, atol=1e-12)
    truths = targets["truth_coefficients"] + here.initial
    np.testing.assert_allclose(truths.sel(truth="smooth"), 10 * here.truth)
    np.testing.assert_allclose(truths.sel(truth="sign"), 10 * np.sign(here.truth))


def test_losses_are_fitted_for_labels_of_the_teacher_and_of_the_truth():
    here = points()
    settings = Losses(
        targets="losses", **COMMON, losses=["mixed", "hinge"], soft_ratios=[0.5, 1], temperature=5.0,
        stopping_epochs=[8],
    )  # fmt: skip
    targets = settings.changes(here)["coefficients"] + here.initial
    assert set(targets.dims) == {"loss", "labels", "stopping_epoch", "soft_ratio", "teacher_norm", "sample"}
    logits = here.teacher_logits.sel(stopping_epoch=8)
    labels = {"teacher": (logits > 0).astype(int), "truth": here.labels.broadcast_like(logits)}
    for loss, whose in (("mixed", "teacher"), ("hinge", "truth")):
        found = targets.sel(loss=loss, labels=whose, stopping_epoch=8, soft_ratio=0.5).transpose(*logits.dims)
        expected = correcting_logits(loss, logits.values, labels[whose].transpose(*logits.dims).values, 0.5, 5.0)
        np.testing.assert_allclose(found, expected, atol=1e-12)


def test_difficulty_scales_all_functions_and_flips_the_signs_of_one():
    rng = np.random.default_rng(4)
    functions = xr.DataArray(
        rng.standard_normal((2, 3, 1, 2000)),
        dims=("width_law", "modes", "stopping_epoch", "sample"),
        coords={"width_law": ["fixed", "own"], "modes": [1, 4, 16]},
    )
    here = points(teacher_logits=functions)
    settings = Difficulty(
        targets="difficulty", **COMMON, dims=[1, 2], amplitudes=[0.5, 3], flip_probabilities=[0, 0.5],
        flipped={"modes": 4, "width_law": "own"},
    )  # fmt: skip
    targets = {name: change + here.initial for name, change in settings.changes(here).items()}
    scaled = targets["mode_coefficients"].sel(amplitude=3, modes=16, width_law="fixed")
    np.testing.assert_allclose(scaled, 3 * functions.sel(modes=16, width_law="fixed").squeeze(), atol=1e-12)
    flips, one = targets["flip_coefficients"], functions.sel(modes=4, width_law="own").squeeze()
    np.testing.assert_allclose(flips.sel(amplitude=0.5, flip_probability=0), 0.5 * one, atol=1e-12)
    np.testing.assert_allclose(np.abs(flips.sel(amplitude=3, flip_probability=0.5)), 3 * np.abs(one), atol=1e-12)
    assert flips.dims[-1] == "sample" and set(flips.dims) == {"amplitude", "flip_probability", "sample"}


@pytest.mark.parametrize("kind", [Soft, Function, Flips, References, Plateaus, Correction, Losses, Difficulty])
def test_the_value_of_targets_names_the_class_of_the_settings(kind):
    assert Settings.variant({"targets": kind.__name__.lower()}) is kind


def test_unknown_targets_and_settings_of_other_targets_are_refused():
    with pytest.raises(ValueError, match="targets is 'hard'; allowed are soft, function"):
        parse_settings(Settings, json.dumps({"targets": "hard", **COMMON}))
    with pytest.raises(ValueError, match=r"unknown settings \['temperature'\]"):
        parse_settings(Settings, json.dumps({"targets": "function", **COMMON, "temperature": 5.0}))
    found = parse_settings(Settings, json.dumps({"targets": "flips", **COMMON, "flip_probabilities": [0, 0.2, 0.5, 1]}))
    assert found == FLIPS
