"""The numbers of a world do not depend, to the bit, on how many worlds there are: from datasets to groups."""

from functools import partial
from importlib import import_module

import numpy as np
import pytest
import xarray as xr

from kdtheory.analysis import bias
from kdtheory.analysis.measurement import Experiment
from kdtheory.jobs.seeds import generator
from kdtheory.students.linear import transfer
from kdtheory.teachers import logistic_regression

POLYNOMIAL = {"kind": "polynomial_angle", "dim": 12, "scale": 1.0, "coordinates": "triangular", "kappas": [0.5, 1.0]}
DISTILLATION = {"teacher": "unit", "learners": ["distillation"]}
DESCENT = {"learners": ["distillation", "distillation_descent"], "descent_steps": 20}
HARD = {"learners": ["hard_target_descent", "hard_target_margin"], "hard_target_steps": 20, "hard_target_rate": 1.0}
PATH = {"teacher": "unit", "precisions": ["float64", "float32"], "max_steps": 40, "recorded_steps": 5, "flow_time": 1e5}
DEEP = {
    "teacher": "unit", "depths": [1, 2], "init_ratios": [1e-1, 1e-2], "starts": ["balanced", "gaussian"],
    "hidden_width": 3, "learning_rate": 0.1, "tolerance": 1e-3, "max_steps": 500, "recorded_steps": 5,
    "unit_inputs": False,
}  # fmt: skip
EXPERIMENTS = {
    "alignment": (
        {
            "cells": {
                "sweep": {**DISTILLATION, **DESCENT, "dataset": "small", "n_train": [5], "gram_sets": 20},
                "growth": {**DISTILLATION, "dataset": "growth", "n_train": [1, 5]},
                "growth_hard": {**DISTILLATION, **HARD, "dataset": "growth", "n_train": [1, 5]},
                "scaled": {**DISTILLATION, "dataset": "scaled", "n_train": [5]},
            },
            "sampled_points": 50,
            "perturbations": [0.01],
        },
        {"small": {**POLYNOMIAL, "n_points": 5}, "growth": {**POLYNOMIAL, "kappas": [1.0], "n_points": 5},
         "scaled": {**POLYNOMIAL, "kappas": [4.0], "scale": 3.0, "n_points": 5}},
    ),
    "angle_law": (
        {"datasets": ["wedge"], "angles": 11},
        {"wedge": {"kind": "margin", "dim": 2, "limit_degrees": 60.0, "n_points": 30}},
    ),
    "convergence": (
        {"cells": {"below": {**PATH, "dataset": "below"}}},
        {"below": {"kind": "gaussian", "dim": 8, "n_points": 4}},
    ),
    "deep": (
        {
            "cells": {
                **{name: {**DEEP, "dataset": name} for name in ("below", "above")},
                "opposite": {**DEEP, "dataset": "below", "starts": ["opposite"]},
                "risk": {**DEEP, "dataset": "risk", "starts": ["balanced"], "unit_inputs": True},
            }
        },
        {
            "risk": {**POLYNOMIAL, "coordinates": "ambient", "kappas": [1.0], "dim": 8, "n_points": 4},
            "below": {"kind": "gaussian", "dim": 8, "n_points": 4},
            "above": {"kind": "gaussian", "dim": 4, "n_points": 9},
        },
    ),
    "margin": (
        {"cells": {"small": {**DISTILLATION, "dataset": "small", "n_train": [1, 2, 6]}}},
        {"small": {"kind": "margin", "dim": 6, "limit_degrees": 80.0, "n_points": 6}},
    ),
    "monotonicity": (
        {
            "cells": {
                "chains": {
                    **HARD, "dataset": "chains", "teacher": "unit", "n_train": [3, 4], "deltas": [0.25, 1.0],
                    "descent_steps": 20,
                    "learners": [*DESCENT["learners"], *HARD["learners"], "reduced_bias"],
                }
            }
        },
        {"chains": {**POLYNOMIAL, "coordinates": "ambient", "kappas": [1.0], "n_points": 4}},
    ),
}  # fmt: skip
WORLDS = ("world", "growth_world", "scaled_world")


def first_two(group):
    """The variables that have worlds, of the first two of them."""
    names = [name for name, variable in group.data_vars.items() if set(WORLDS) & set(variable.dims)]
    return group[names].isel({dim: slice(2) for dim in WORLDS}, missing_dims="ignore")


def measured(study, name, **worlds):
    """The group of an experiment whose datasets have so many worlds, and perhaps so many in a job."""
    block, datasets = EXPERIMENTS[name]
    norms = (0.5, 1.0) if name == "convergence" else (1.0,)
    measure = import_module(f"kdtheory.analysis.{name}").measure
    return measure(study(name, block, {key: {**made, **worlds} for key, made in datasets.items()}, norms))


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_more_worlds_keep_the_first_ones(name, study):
    few, many = measured(study, name, worlds=2), measured(study, name, worlds=5)
    xr.testing.assert_identical(first_two(few), first_two(many))


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_batches_of_worlds_give_the_group_of_one_job(name, study):
    one, many = measured(study, name, worlds=6), measured(study, name, worlds=6, worlds_per_job=2)
    xr.testing.assert_identical(one, many)


def test_more_splits_of_the_digits_keep_the_first_ones():
    few, many = (_bias_of(worlds) for worlds in (2, 5))
    xr.testing.assert_identical(first_two(few), first_two(many))


def _bias_of(worlds):
    """The group of a made-up set of images, from teachers to measurement."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (300, 20))
    pixels[:, 0] = np.where(np.arange(300) % 2, 255, 0)
    dataset = xr.Dataset(
        {
            "pixels": (("sample", "axis"), pixels, {"scale": 1 / 255}),
            "label": ("sample", (np.arange(300) % 2).astype(np.int8)),
            "is_test": ("sample", (np.arange(300) >= 200).astype(np.int8)),
            "sample_id": ("sample", np.arange(300)),
        }
    )
    settings = logistic_regression.Settings(inverse_regularisation=1.0, worlds=worlds)
    trained = logistic_regression.train(settings, partial(generator, 1, "teacher"), dataset)
    logits = logistic_regression.export(settings, None, dataset, trained)
    cells = {
        "deltas": transfer.Settings(
            learners=[*DESCENT["learners"], "reduced_bias"],
            n_train=[8],
            worlds=worlds,
            deltas=[0, 3, 30],
            descent_steps=20,
        ),
        "chains": transfer.Settings(learners=["distillation"], n_train=[2, 8], worlds=worlds),
    }
    students = {name: transfer.fit(cell, partial(generator, 1, name), dataset, logits) for name, cell in cells.items()}

    class Files(Experiment):
        def student(self, cell):
            return students[cell]

        def dataset_of(self, cell):
            return dataset

        def logits_of(self, cell):
            return logits

    return bias.measure(Files({"cells": {"deltas": {"deltas": [0, 3, 30], "descent_steps": 20}}}, None, {}, {}, {}))
