"""Groups of weight norms and data inefficiency from explicit weights."""

import numpy as np
import pytest
import xarray as xr
from unit.analysis.feature_students import RUNS, measured

from kdtheory.analysis import (
    flips,
    mixing,
    modes,
    plateaus,
    references,
    stopping,
)


def random_norms(*columns, n=16, seed=0):
    return np.random.default_rng(seed).standard_normal((*columns, RUNS, n))


def test_weight_norms_and_inefficiency_are_those_of_the_definition():
    y = random_norms(2)
    student = xr.Dataset(
        {"coefficients": (("soft_ratio", "stopping_epoch", "teacher", "repeat", "n"), y[:, None, None])},
        coords={"soft_ratio": [0.5, 1.0], "stopping_epoch": [8], "teacher": [2], "n": np.arange(1, 17)},
    )
    group = measured(mixing, {}, student)
    assert group["weight_norm"].dims == ("soft_ratio", "teacher", "n_train", "repeat")
    assert int(group["stopping_epoch"]) == 8
    group = group.sel(teacher=2)
    norm = np.linalg.norm(y[1, 2, :5])
    assert float(group["weight_norm"].sel(soft_ratio=1.0, n_train=5).isel(repeat=2)) == pytest.approx(norm)
    assert list(group["window_start"].values) == [1, 2, 4, 8] and list(group["window_end"].values) == [2, 4, 8, 16]
    mean = group["weight_norm"].mean("repeat").sel(soft_ratio=0.5)
    definition = {n: n * float(np.log(mean.sel(n_train=n + 1) / mean.sel(n_train=n))) for n in range(4, 8)}
    weights = {n: 1 / n for n in definition}
    average = sum(definition[n] * weights[n] for n in definition) / sum(weights.values())
    assert float(group["inefficiency"].sel(soft_ratio=0.5).isel(window=2)) == pytest.approx(average)
    assert (group["inefficiency_se"] > 0).all()


def test_stopping_keeps_epochs_and_teachers_apart():
    student = xr.Dataset(
        {"coefficients": (("soft_ratio", "stopping_epoch", "teacher", "repeat", "n"), random_norms(1, 3, 2))},
        coords={"soft_ratio": [1.0], "stopping_epoch": [1, 2, 4], "teacher": [0, 1]},
    )
    group = measured(stopping, {}, student)
    assert group["inefficiency"].dims == ("stopping_epoch", "teacher", "window")
    y = student["coefficients"].sel(stopping_epoch=4, teacher=1).isel(repeat=0).values[0]
    norm = group["weight_norm"].sel(stopping_epoch=4, teacher=1, n_train=16).isel(repeat=0)
    assert float(norm) == pytest.approx(np.linalg.norm(y))


@pytest.mark.parametrize(
    ("module", "column"), [(modes, "modes"), (flips, "flip_probability"), (references, "reference")]
)
def test_candidates_give_the_literal_definition_where_there_are_some(module, column):
    y, steps = random_norms(2), np.random.default_rng(1).random((2, 2, RUNS, 50))
    student = xr.Dataset(
        {
            "coefficients": ((column, "repeat", "n"), y),
            "squared_step": ((column, "n_train", "repeat", "candidate"), steps),
        },
        coords={column: [1, 4], "n_train": [3, 10], "n": np.arange(1, 17)},
    )
    group = measured(module, {}, student)
    assert group["inefficiency_candidate"].dims == (column, "n_train")
    assert list(group.dropna("n_train", subset=["inefficiency_candidate"])["n_train"].values) == [3, 10]
    squares = np.sum(y[1, :, :10] ** 2, axis=1)
    grown = np.mean(np.sqrt(squares[:, None] + steps[1, 1]))
    literal = 10 * np.log(grown / np.mean(np.sqrt(squares)))
    assert float(group["inefficiency_candidate"].sel({column: 4, "n_train": 10})) == pytest.approx(literal)
    assert (group["inefficiency_candidate_se"].dropna("n_train") > 0).all()


def test_plateaus_join_depths_that_saw_different_dimensions():
    targets = ["random_labels", "jump", "smooth", "kinked", "nngp"]

    def cell(dims, depth):
        y = random_norms(len(dims), len(targets), seed=depth)
        return xr.Dataset(
            {"coefficients": (("dim", "target", "repeat", "n"), y)},
            coords={"dim": dims, "target": targets, "n": np.arange(1, 17)},
            attrs={"depth": depth},
        )

    cells = {"depth_5": cell([2], 5), "depth_3": cell([2, 4, 10], 3)}
    group = measured(plateaus, {"cells": dict.fromkeys(cells)}, cells)
    assert group["inefficiency"].dims == ("target", "dim", "depth", "window")
    assert list(group["depth"].values) == [3, 5] and list(group["n_train"].values) == [1, 2, 4, 8, 16]
    assert group["weight_norm"].sel(depth=5, dim=[4, 10]).isnull().all()
    assert group["weight_norm"].sel(depth=3).notnull().all()
    y = cells["depth_3"]["coefficients"].sel(dim=4, target="jump").isel(repeat=1).values
    found = group["weight_norm"].sel(depth=3, dim=4, target="jump", n_train=8).isel(repeat=1)
    assert float(found) == pytest.approx(np.linalg.norm(y[:8]))
    assert float(group["predicted"].sel(target="random_labels", dim=4)) == 5 / 8
    assert float(group["predicted"].sel(target="nngp", dim=10)) == 0.4
