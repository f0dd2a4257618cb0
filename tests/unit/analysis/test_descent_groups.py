"""Groups of descent and flow of linear students: paths to the limit, and steps to an angle."""

import numpy as np
import pytest
from scipy.special import expit

from kdtheory.analysis import convergence, optimization
from kdtheory.analysis.measurement import _check_labels
from kdtheory.theory.projection import project_onto_span


def test_convergence_measures_the_path_and_its_gradients(study):
    datasets = {"below": {"kind": "gaussian", "dim": 8, "n_points": 4, "worlds": 1}}
    cell = {
        "dataset": "below",
        "teacher": "unit",
        "precisions": ["float64", "float32"],
        "max_steps": 4000,
        "recorded_steps": 12,
        "flow_time": 1e10,
    }
    experiment = study("convergence", {"cells": {"below": cell}}, datasets, norms=(0.5, 1.0))
    group = convergence.measure(experiment)
    _check_labels(group)
    one = group.sel(setting="d = 8, n = 4, norm = 1", precision="float64").isel(world=0)
    inputs = experiment.dataset_of("below")["inputs"].values[0]
    teacher = experiment.dataset_of("below")["teacher_direction"].values[0]
    limit = project_onto_span(inputs, teacher)
    weights = experiment.student("below")["weights"].sel(precision="float64", teacher_norm=1.0).isel(world=0).values
    np.testing.assert_allclose(
        one["relative_distance"], np.linalg.norm(weights - limit, axis=1) / np.linalg.norm(limit), atol=1e-14
    )
    target, found = expit(inputs @ teacher), expit(weights[1] @ inputs.T)
    divergence = np.mean(target * np.log(target / found) + (1 - target) * np.log((1 - target) / (1 - found)))
    assert float(one["loss"].isel(step=1)) == pytest.approx(divergence, rel=1e-9)
    gradient = (found - target) @ inputs / 4
    assert float(one["gradient_norm"].isel(step=1)) == pytest.approx(np.linalg.norm(gradient), rel=1e-9)
    assert float(one["teacher_distance"]) == pytest.approx(np.linalg.norm(limit - teacher), rel=1e-9)
    assert (one["polyak_ratio"] >= one["strong_convexity"]).where(one["loss"] > 1e-20, True).all()
    assert (group["gradient_error"] < 1e-12).all()
    assert (group["flow_distance"] < 1e-7).all()
    points = np.vstack([weights, limit])

    def value(w):
        u = expit(inputs @ w)
        return np.mean(target * np.log(target / u) + (1 - target) * np.log((1 - target) / (1 - u)))

    def curvature(w, v):
        slope = (expit(inputs @ w) - target) @ inputs / 4
        return 2 * (value(v) - value(w) - slope @ (v - w)) / np.sum((v - w) ** 2)

    others = [v for index, v in enumerate(points) if index != 2]
    smallest = min(min(curvature(points[2], v), curvature(v, points[2])) for v in others)
    assert float(one["curvature"].isel(step=2)) == pytest.approx(smallest, rel=1e-6)
    assert (group["curvature"] >= group["strong_convexity"]).all()


def test_optimization_counts_steps_and_arrivals(study):
    datasets = {
        "few": {"kind": "gaussian", "dim": 10, "n_points": 4, "worlds": 3},
        "many": {"kind": "gaussian", "dim": 4, "n_points": 20, "worlds": 3},
    }
    cell = {"teacher": "unit", "step_sizes": [0.1, 1.0], "max_steps": 50}
    block = {
        "cells": {
            "few": {**cell, "dataset": "few", "angles_degrees": [70, 1]},
            "many": {**cell, "dataset": "many", "angles_degrees": [20]},
        }
    }
    experiment = study("optimization", block, datasets, norms=(1.0, 5.0))
    group = optimization.measure(experiment)
    _check_labels(group)
    few, many = group.isel(setting=0), group.isel(setting=1)
    assert list(group["setting"].values) == ["d = 10, n = 4", "d = 4, n = 20"]
    # Angles of the other setting were not asked for, and four points do not show the teacher to one degree.
    assert few["steps_soft"].sel(angle=20).isnull().all() and many["steps_hard"].sel(angle=[70, 1]).isnull().all()
    assert (few["reached_soft"].sel(angle=1) == 0).all() and (few["steps_hard"].sel(angle=1) == 50).all()
    steps = experiment.student("many")["steps_soft"]
    found = many["steps_soft"].sel(angle=20).transpose("teacher_norm", "step_size", "world")
    raw = steps.sel(angle=20).transpose("teacher_norm", "step_size", "world")
    np.testing.assert_array_equal(found, np.where(raw > 0, raw, 50))
    np.testing.assert_array_equal(many["reached_soft"].sel(angle=20).transpose(*raw.dims), raw > 0)
