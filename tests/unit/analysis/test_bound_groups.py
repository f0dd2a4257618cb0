from functools import partial

import numpy as np
import pytest
import xarray as xr

from kdtheory.analysis import alignment, digit_bound, monotonicity, monotonicity_settings, rates
from kdtheory.analysis.measurement import Experiment, _check_labels
from kdtheory.jobs.seeds import generator
from kdtheory.theory.angles import MarginAngles, PolynomialAngles, angle_from_gram, bartlett_factor
from kdtheory.theory.empirical_bounds import confidence_band, empirical_risk_bound
from kdtheory.theory.hard_label_bounds import vc_risk_bound
from kdtheory.theory.risk import angle_risk

POLYNOMIAL = {"kind": "polynomial_angle", "dim": 20, "scale": 1.0, "coordinates": "ambient"}
LEARNERS = ["distillation", "hard_target_descent", "hard_target_margin", "reduced_bias"]


def explicit_risks(law, dim, sizes, sets=20_000, seed=0):
    """Risks of students of whole sets, by the factor of their Gram matrix: the twin of the chain, (sets, sizes)."""
    rng, most = np.random.default_rng(seed), max(sizes)
    boundary = law.sample_boundary_angles(rng.random((sets, most)))
    angles = angle_from_gram(boundary, bartlett_factor(rng, sets, most, dim))[:, np.array(sizes) - 1]
    return angle_risk(angles, dim, law)


@pytest.fixture
def drawn():
    block = {
        "margin": {"dims": [6], "limit_degrees": 80.0, "sets": 1000},
        "polynomial": {"dim": 12, "kappas": [0.5, 2.0], "n_train": [1, 4, 11, 12], "easy_degrees": [60.0], "sets": 400},
        "scaled": {"dim": 8, "kappa": 1.0, "scale": 1.25, "n_train": [2, 5], "sets": 300},
        "worlds": 20,
    }
    return rates.measure(Experiment(block, partial(generator, 1, "rates"), {}, {}, {}))


def assert_equal_means(drawn, explicit):
    """Fail unless means over worlds are those of explicit sets, to 4.5 standard errors: once in 10,000 seeds a cell."""
    error = np.hypot(
        drawn.std(axis=-1, ddof=1) / np.sqrt(drawn.shape[-1]), explicit.std(axis=0) / np.sqrt(len(explicit))
    )
    assert (np.abs(drawn.mean(axis=-1) - explicit.mean(axis=0)) < 4.5 * error).all()


@pytest.mark.slow
def test_drawn_risks_are_those_of_explicit_sets_on_every_law(drawn):
    _check_labels(drawn)
    margin = drawn["margin_risk"].transpose("dim", "margin_n_train", "world").values[0]
    assert_equal_means(margin, explicit_risks(MarginAngles(np.deg2rad(80)), 6, [1, 2, 3, 4, 5]))
    scaled = drawn["scaled_risk"].dropna("scaled_n_train", how="all").transpose("scaled_n_train", "world").values
    assert_equal_means(scaled, explicit_risks(PolynomialAngles(1.0, 1.25), 8, [2, 5]))
    for kappa in (0.5, 2.0):
        risk = drawn["risk"].sel(kappa=kappa).transpose("n_train", "world").values
        assert_equal_means(risk[:3], explicit_risks(PolynomialAngles(kappa), 12, [1, 4, 11]))
        assert (risk[3] == 0).all()  # n = d, eq. 18


@pytest.mark.slow
def test_drawn_risks_and_errors_on_easy_points_are_below_their_bounds(drawn):
    assert (drawn["margin_risk"].mean("world") < drawn["margin_bound_theorem"]).all()
    assert (drawn["margin_bound_theorem"] <= drawn["margin_bound"] * (1 + 1e-12)).all()
    assert (drawn["conditional_error"].mean("world") < drawn["conditional_bound"]).all()
    np.testing.assert_allclose(
        drawn["conditional_bound"].sel(kappa=2.0)[0], (2 / 3) ** (2.0 * np.array([1, 4, 11, 12]))
    )


@pytest.mark.slow
def test_the_copied_sets_estimate_a_risk_that_no_plain_sample_would_see():
    law, dim = MarginAngles(np.deg2rad(85)), 40
    few, many = (
        np.array([
            rates.expected_margin_risks(np.random.default_rng(seed), law, dim, sets, lambda a: angle_risk(a, dim, law))
            for seed in range(8)
        ])[:, -1]
        for sets in (60, 240)
    )  # fmt: skip
    assert 0 < many.mean() < 1e-12
    # Unbiased at either number of sets: 4.5 standard errors.
    assert abs(few.mean() - many.mean()) < 4.5 * np.hypot(few.std(ddof=1), many.std(ddof=1)) / np.sqrt(8)


@pytest.mark.slow
def test_hard_label_bounds_are_those_of_the_stored_sets(study):
    cell = {"teacher": "unit", "learners": ["distillation"], "dataset": "growth"}
    hard = {"learners": ["hard_target_descent", "hard_target_margin"], "hard_target_steps": 10, "hard_target_rate": 1.0}
    block = {
        "cells": {
            "sweep": {
                **cell,
                "n_train": [5],
                "gram_sets": 10,
                "descent_steps": 10,
                "learners": ["distillation", "distillation_descent"],
            },
            "growth": {**cell, "n_train": [1, 5, 30]},
            "growth_hard": {**cell, **hard, "n_train": [1, 5]},
            "scaled": {**cell, "dataset": "scaled", "n_train": [6]},
        },
        "sampled_points": 10,
        "perturbations": [0.1],
    }
    growth = {**POLYNOMIAL, "kappas": [1.0], "n_points": 30, "worlds": 3}
    experiment = study("alignment", block, {"growth": growth, "scaled": {**growth, "scale": 1.5}})
    group = alignment.measure(experiment)
    np.testing.assert_allclose(group["hard_bound_vc"], vc_risk_bound([1, 5, 30], 20))
    inputs = experiment.dataset_of("growth_hard")["inputs"].isel(kappa=0, sample=slice(5)).values
    weights = experiment.student("growth_hard")["weights"].isel(kappa=0).sel(learner="hard_target_margin", n_train=5)
    weights = weights.transpose("world", "axis").values
    for world in range(3):
        margins = np.abs(inputs[world] @ weights[world])
        lengths = (inputs[world] ** 2).sum(axis=1).max() * (weights[world] ** 2).sum()
        expected = min(np.sum(margins < 1 + 1e-6), lengths) / 5
        assert float(group["hard_bound_margin"].sel(hard_n_train=5).isel(growth_world=world)) == pytest.approx(expected)
    assert (group["hard_bound_margin"].sel(hard_n_train=1) == 1).all()


def test_digit_bounds_use_each_worlds_own_pool_and_the_test_images():
    rng = np.random.default_rng(0)
    pixels, teachers = rng.integers(0, 256, (60, 6)), rng.standard_normal((2, 6))
    dataset = xr.Dataset(
        {
            "pixels": (("sample", "axis"), pixels, {"scale": 1 / 255}),
            "is_test": ("sample", (np.arange(60) >= 40).astype(np.int8)),
            "label": ("sample", rng.integers(0, 2, 60)),
        }
    )
    inputs, seen = pixels / 255, np.zeros((2, 60), dtype=np.int8)
    seen[0, :20], seen[1, 20:40] = 1, 1
    logits = xr.Dataset(
        {
            "logits": (("stopping_epoch", "split", "sample"), (teachers @ inputs.T)[None]),
            "seen": (("split", "sample"), seen),
            "weight_norm": ("split", np.linalg.norm(teachers, axis=1)),
        }
    )
    weights = rng.standard_normal((1, 2, 2, 6))
    student = xr.Dataset(
        {"weights": (("learner", "n_train", "world", "axis"), weights)},
        coords={"learner": ["distillation"], "n_train": [2, 4], "world": [0, 1]},
    )

    class Files(Experiment):
        cells = ("population", "held_out")
        student = dataset_of = logits_of = None

    files = Files({}, None, {}, {}, {})
    files.student, files.dataset_of, files.logits_of = (
        lambda cell, made=made: made for made in (student, dataset, logits)
    )
    group = digit_bound.measure(files)
    _check_labels(group)
    cosine = np.abs(teachers @ inputs.T) / np.linalg.norm(teachers, axis=1)[:, None] / np.linalg.norm(inputs, axis=1)
    boundary = np.arcsin(cosine)
    for world, pool in enumerate((slice(20, 40), slice(20))):
        wrong = (inputs @ weights[0, 1, world] > 0) != (inputs @ teachers[world] > 0)
        found = group.isel(world=world).sel(n_train=4)
        assert float(found["population_risk"]) == np.mean(wrong[pool])
        assert float(found["held_out_risk"]) == np.mean(wrong[40:])
        assert float(found["population_bound"]) == empirical_risk_bound(boundary[world, pool], 4)
        band = confidence_band(20)
        assert float(found["held_out_bound"]) == empirical_risk_bound(boundary[world, 40:], 4, band=band)
        assert float(found["nearest_angle"]) == pytest.approx(np.arccos(cosine[world, pool].max()))


def test_settings_of_fig_5_are_measured_as_the_figure_is(study):
    datasets = {"sets": {**POLYNOMIAL, "kappas": [0.5, 1.0], "n_points": 4, "worlds": 40}}
    cell = {
        "dataset": "sets", "teacher": "unit", "n_train": [3, 4], "deltas": [0.5], "learners": LEARNERS,
        "hard_target_steps": 50, "hard_target_rate": 1.0,
    }  # fmt: skip
    group = monotonicity_settings.measure(study("monotonicity_settings", {"cells": {"chains": cell}}, datasets))
    _check_labels(group)
    names = [f"κ = {kappa:g}, d = 20, n = 3, 50 steps" for kappa in (0.5, 1)]
    assert list(group["variant"].values) == names
    assert (group["risk"].sel(variant=names[0]).mean("world") > group["risk"].sel(variant=names[1]).mean("world")).all()
    assert (group["improved"].sel(learner="distillation") == 1).mean() > 0.95
    datasets["sets"]["kappas"] = [0.5]
    trained = {**cell, "learners": [*LEARNERS, "distillation_descent"], "descent_steps": 10}
    same = study("monotonicity", {"cells": {"chains": trained}}, datasets)
    reference = monotonicity.measure(same)
    np.testing.assert_array_equal(
        group["risk"].sel(variant=names[0], learner="distillation"), reference["risk"].sel(learner="distillation")
    )
    np.testing.assert_array_equal(
        group["improved"].sel(variant=names[0], learner="hard_target_margin"),
        reference["improved"].sel(learner="hard_target_margin"),
    )
