"""Groups of weight norms and data inefficiency from explicit weights."""

import numpy as np
import pytest
import xarray as xr
from unit.analysis.feature_students import RUNS, WORLDS, measured

from kdtheory.analysis import (
    flips,
    mixing,
    modes,
    plateaus,
    references,
    stopping,
)


def random_norms(*columns, n=16, seed=0):
    return np.random.default_rng(seed).standard_normal((*columns, WORLDS, RUNS, n))


def test_weight_norms_and_inefficiency_are_those_of_the_definition():
    y = random_norms(2)
    student = xr.Dataset(
        {"coefficients": (("soft_ratio", "stopping_epoch", "world", "run", "n"), y[:, None])},
        coords={"soft_ratio": [0.5, 1.0], "stopping_epoch": [8], "n": np.arange(1, 17)},
    )
    group = measured(mixing, {}, student)
    assert group["weight_norm"].dims == ("soft_ratio", "n_train", "world", "run")
    assert int(group["stopping_epoch"]) == 8
    norm = np.linalg.norm(y[1, 2, 1, :5])
    assert float(group["weight_norm"].sel(soft_ratio=1.0, n_train=5).isel(world=2, run=1)) == pytest.approx(norm)
    assert list(group["window_start"].values) == [1, 2, 4, 8] and list(group["window_end"].values) == [2, 4, 8, 16]
    norms = group["weight_norm"].sel(soft_ratio=0.5)
    logarithms = np.log(norms.mean("run")) + norms.var("run", ddof=1) / (2 * RUNS * norms.mean("run") ** 2)
    grown = {n: n * (logarithms.sel(n_train=n + 1) - logarithms.sel(n_train=n)) for n in range(4, 8)}
    by_world = sum(grown[n] / n for n in grown) / sum(1 / n for n in grown)
    found = group[["inefficiency", "inefficiency_se"]].sel(soft_ratio=0.5).isel(window=2)
    assert float(found["inefficiency"]) == pytest.approx(float(by_world.mean()))
    assert float(found["inefficiency_se"]) == pytest.approx(float(by_world.std(ddof=1)) / np.sqrt(WORLDS))


def test_with_one_run_of_each_world_the_expectation_is_over_worlds():
    y = random_norms(1)[:, None, :, :1]
    student = xr.Dataset(
        {"coefficients": (("soft_ratio", "stopping_epoch", "world", "run", "n"), y)},
        coords={"soft_ratio": [0.5], "stopping_epoch": [8]},
    )
    group = measured(mixing, {}, student)
    norms = np.sqrt(np.cumsum(y[0, 0, :, 0] ** 2, axis=1)).mean(axis=0)
    expected = np.log(norms[15] / norms[7]) / sum(1 / n for n in range(8, 16))
    assert float(group["inefficiency"].isel(soft_ratio=0, window=3)) == pytest.approx(expected)
    assert (group["inefficiency_se"] > 0).all()


def test_stopping_keeps_epochs_apart():
    student = xr.Dataset(
        {"coefficients": (("soft_ratio", "stopping_epoch", "world", "run", "n"), random_norms(1, 3))},
        coords={"soft_ratio": [1.0], "stopping_epoch": [1, 2, 4]},
    )
    group = measured(stopping, {}, student)
    assert group["inefficiency"].dims == ("stopping_epoch", "window")
    assert group["inefficiency"]["stopping_epoch"].values.tolist() == [1, 2, 4]
    y = student["coefficients"].sel(stopping_epoch=4).isel(world=1, run=0).values[0]
    norm = group["weight_norm"].sel(stopping_epoch=4, n_train=16).isel(world=1, run=0)
    assert float(norm) == pytest.approx(np.linalg.norm(y))


@pytest.mark.parametrize(
    ("module", "column"), [(modes, "modes"), (flips, "flip_probability"), (references, "reference")]
)
def test_candidates_give_the_literal_definition_where_there_are_some(module, column):
    y, steps = random_norms(2), np.random.default_rng(1).random((2, 2, WORLDS, RUNS, 50))
    student = xr.Dataset(
        {
            "coefficients": ((column, "world", "run", "n"), y),
            "squared_step": ((column, "n_train", "world", "run", "candidate"), steps),
        },
        coords={column: [1, 4], "n_train": [3, 10], "n": np.arange(1, 17)},
    )
    group = measured(module, {}, student)
    assert group["inefficiency_candidate"].dims == (column, "n_train")
    assert list(group.dropna("n_train", subset=["inefficiency_candidate"])["n_train"].values) == [3, 10]
    squares = np.sum(y[1, ..., :10] ** 2, axis=-1)
    before, after = np.sqrt(squares), np.sqrt(squares[..., None] + steps[1, 1]).mean(axis=-1)
    logarithms = [
        np.log(each.mean(1)) + each.var(1, ddof=1) / (2 * RUNS * each.mean(1) ** 2) for each in (before, after)
    ]
    literal = 10 * (logarithms[1] - logarithms[0])
    found = group.sel({column: 4, "n_train": 10})
    assert float(found["inefficiency_candidate"]) == pytest.approx(literal.mean())
    assert float(found["inefficiency_candidate_se"]) == pytest.approx(literal.std(ddof=1) / np.sqrt(WORLDS))


def test_plateaus_join_depths_that_saw_different_dimensions():
    targets = ["random_labels", "jump", "smooth", "kinked", "nngp"]

    def cell(dims, depth):
        y = random_norms(len(dims), len(targets), seed=depth)
        return xr.Dataset(
            {"coefficients": (("dim", "target", "world", "run", "n"), y)},
            coords={"dim": dims, "target": targets, "n": np.arange(1, 17)},
            attrs={"depth": depth},
        )

    cells = {"depth_5": cell([2], 5), "depth_3": cell([2, 4, 10], 3)}
    group = measured(plateaus, {"cells": dict.fromkeys(cells)}, cells)
    assert group["inefficiency"].dims == ("target", "dim", "depth", "window")
    assert list(group["depth"].values) == [3, 5] and list(group["n_train"].values) == [1, 2, 4, 8, 16]
    assert group["weight_norm"].sel(depth=5, dim=[4, 10]).isnull().all()
    assert group["weight_norm"].sel(depth=3).notnull().all()
    y = cells["depth_3"]["coefficients"].sel(dim=4, target="jump").isel(world=2, run=1).values
    found = group["weight_norm"].sel(depth=3, dim=4, target="jump", n_train=8).isel(world=2, run=1)
    assert float(found) == pytest.approx(np.linalg.norm(y[:8]))
    assert float(group["predicted"].sel(target="random_labels", dim=4)) == 5 / 8
    assert float(group["predicted"].sel(target="nngp", dim=10)) == 0.4
