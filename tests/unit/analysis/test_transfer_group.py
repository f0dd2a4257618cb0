"""The group of transfer risk and Theorem 1 from explicit weights."""

from itertools import product

import numpy as np
import pytest
import xarray as xr
from unit.analysis.feature_students import RUNS, WIDTH, WORLDS, Files, basis, interpolate

from kdtheory.analysis import (
    oracle_angles,
    transfer,
)
from kdtheory.analysis.measurement import _check_labels
from kdtheory.theory.angles import signed_angle

N_TRANSFER, N_TEST, N_ORACLE = 12, 25, 8
SIZES, ORACLE_SIZES = [1, 4, 12], [N_TEST - 5, N_TEST, N_TEST + N_ORACLE]


def transfer_run(seed):
    """One run: features of its points, Δw by (kind, N) or n, and the file's variables."""
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((N_TRANSFER + N_TEST + N_ORACLE, WIDTH))
    initial = features @ rng.standard_normal(WIDTH)
    targets = np.sin(features[:, 0]) + 0.5 * features[:, 1]
    weights = {}
    for name, logits in (("oracle", targets - initial), ("zero", -initial)):
        for n in SIZES:
            weights[name, "student", n] = interpolate(features[:n], logits[:n])
        for size in ORACLE_SIZES:
            nested, apart = slice(N_TRANSFER + size), slice(N_TRANSFER, N_TRANSFER + size)
            weights[name, "nested", size] = interpolate(features[nested], logits[nested])
            weights[name, "independent", size] = interpolate(features[apart], logits[apart])
    test = features[N_TRANSFER : N_TRANSFER + N_TEST]
    students = np.stack([weights["oracle", "student", n] for n in SIZES])
    logits = students @ test.T + initial[N_TRANSFER : N_TRANSFER + N_TEST]
    target = targets[N_TRANSFER : N_TRANSFER + N_TEST]
    directions = basis(features)
    oracle, zero = (
        np.stack([weights[name, "independent", size] for size in ORACLE_SIZES]) for name in ("oracle", "zero")
    )
    file = xr.Dataset(
        {
            "coefficients": ("n", directions.T @ interpolate(features, targets - initial)),
            "zero_coefficients": ("n", directions.T @ interpolate(features, -initial)),
            "oracle_projection": (("oracle_size", "n_transfer"), oracle @ directions[:, :N_TRANSFER]),
            "zero_projection": (("oracle_size", "n_transfer"), zero @ directions[:, :N_TRANSFER]),
            "oracle_norm": ("oracle_size", np.linalg.norm(oracle, axis=1)),
            "zero_norm": ("oracle_size", np.linalg.norm(zero, axis=1)),
            "oracle_zero_inner": ("oracle_size", np.sum(oracle * zero, axis=1)),
            "online_projection": (("oracle_size", "n_transfer"), 0.5 * (oracle + zero) @ directions[:, :N_TRANSFER]),
            "online_norm": ("oracle_size", 0.5 * np.linalg.norm(oracle + zero, axis=1)),
            "test_logit": (("n_train", "test"), logits),
            "test_target": ("test", target),
            "test_kernel": ("test", np.sum(test**2, axis=1)),
            "disagreement_teacher": ("n_train", np.mean(logits * target < 0, axis=1)),
            "fresh_logit": (("oracle_size", "n_transfer"), (oracle - zero) @ features[:N_TRANSFER].T),
            "fresh_kernel": ("n_transfer", np.sum(features[:N_TRANSFER] ** 2, axis=1)),
        },
        coords={
            "n": np.arange(1, len(features) + 1),
            "n_transfer": np.arange(1, N_TRANSFER + 1),
            "n_train": SIZES,
            "oracle_size": ORACLE_SIZES,
        },
    )
    return test, weights, file


def of_columns(file, **columns):
    """Give what depends on the targets its columns, as the student's file has it."""
    shared = ("zero_coefficients", "zero_projection", "zero_norm", "test_kernel", "fresh_kernel")
    return xr.merge([file[list(shared)], file.drop_vars(shared).expand_dims(columns)])


@pytest.fixture
def transfer_files():
    runs = {where: transfer_run(seed) for seed, where in enumerate(np.ndindex(WORLDS, RUNS))}
    worlds = [xr.concat([runs[world, run][2] for run in range(RUNS)], dim="run") for world in range(WORLDS)]
    file = xr.concat(worlds, dim=xr.Variable("world", range(WORLDS)))
    cells = {
        "network": of_columns(file, soft_ratio=[1.0], stopping_epoch=[64]),
        "linear": of_columns(file, soft_ratio=[1.0], stopping_epoch=[0], teacher_norm=[5.0]),
    }
    cells = {name: cell.assign_attrs(n_transfer=N_TRANSFER) for name, cell in cells.items()}
    part = np.repeat([0, 1, 2], [N_TRANSFER, N_TEST, N_ORACLE])
    files = Files({"cells": {name: {} for name in cells}, "angles": 50}, cells, xr.Dataset({"part": ("sample", part)}))
    return runs, files


ORACLES = pytest.mark.parametrize(("suffix", "kind"), [("", "independent"), ("_nested", "nested")])


@pytest.mark.slow
@ORACLES
def test_transfer_angles_and_norms_are_those_of_explicit_weights(transfer_files, suffix, kind):
    runs, files = transfer_files
    group = transfer.measure(files)
    _check_labels(group)
    assert group["risk"].dims == ("teacher_kind", "soft_ratio", "n_train", "world", "run")
    assert group["test_points"].values.tolist() == [N_TEST, N_TEST] and int(group["oracle_test_points"]) == N_TEST
    for (where, (_, weights, _)), size, n in product(runs.items(), ORACLE_SIZES, SIZES):
        oracle, zero, student = (
            weights["oracle", kind, size],
            weights["zero", kind, size],
            weights["oracle", "student", n],
        )
        here = group.sel(teacher_kind="linear", soft_ratio=1.0, oracle_size=size, n_train=n).isel(
            world=where[0], run=where[1]
        )
        expected = {
            f"oracle_norm{suffix}": np.linalg.norm(oracle),
            f"oracle_zero_norm{suffix}": np.linalg.norm(zero),
            f"angle{suffix}": signed_angle(student - zero, oracle - zero),
            f"oracle_angle{suffix}": signed_angle(student, oracle),
            "weight_norm": np.linalg.norm(student),
            "online_angle": signed_angle(
                student, weights["oracle", "independent", size] + weights["zero", "independent", size]
            ),
            "zero_norm": np.linalg.norm(weights["zero", "student", n]),
        }
        for name, value in expected.items():
            assert float(here[name]) == pytest.approx(value, rel=1e-8)


@ORACLES
def test_transfer_bounds_hold_and_are_those_of_explicit_weights(transfer_files, suffix, kind):
    runs, files = transfer_files
    group = transfer.measure(files)
    # The first oracle has not seen all test points.
    assert group[f"risk_bound{suffix}"].isel(oracle_size=0).isnull().all()
    for (where, (test, weights, _)), size in product(runs.items(), ORACLE_SIZES[1:]):
        zero = weights["zero", kind, size]
        goal = weights["oracle", kind, size] - zero
        cosines = np.abs(test @ goal) / np.linalg.norm(goal) / np.linalg.norm(test, axis=1)
        here = group.sel(teacher_kind="linear", soft_ratio=1.0, oracle_size=size).isel(world=where[0], run=where[1])
        assert float(here[f"smallest_angle{suffix}"]) == pytest.approx(np.arccos(cosines.max()))
        survival = [np.mean(np.arccos(cosines) > beta) for beta in here["beta"].values]
        np.testing.assert_allclose(here[f"angle_survival{suffix}"], survival)
        for n in SIZES:
            angle = signed_angle(weights["oracle", "student", n] - zero, goal)
            bound = np.mean(cosines <= np.sin(angle)) if angle <= np.pi / 2 else 1.0
            assert float(here[f"risk_bound{suffix}"].sel(n_train=n)) == pytest.approx(bound)
    seen = group.isel(oracle_size=slice(1, None))
    assert (seen["risk"] <= seen[f"risk_bound{suffix}"]).all()
    assert float(seen["risk"].max()) > 0
    assert (seen[f"outside_region{suffix}"] == 0).all()


def test_what_is_measured_at_fresh_points_is_that_of_explicit_weights(transfer_files):
    runs, files = transfer_files
    group = transfer.measure(files).sel(teacher_kind="network", soft_ratio=1.0)
    for (where, (_, weights, file)), size in product(runs.items(), ORACLE_SIZES):
        here = group.sel(oracle_size=size).isel(world=where[0], run=where[1])
        goal = weights["oracle", "independent", size] - weights["zero", "independent", size]
        cosines = np.abs(file["fresh_logit"].sel(oracle_size=size)) / np.sqrt(file["fresh_kernel"])
        cosines = cosines.values / np.linalg.norm(goal)
        assert float(here["fresh_smallest_angle"]) == pytest.approx(np.arccos(cosines.max()))
        bound = oracle_angles.linear_bound(xr.DataArray(cosines, dims="test"), xr.DataArray(SIZES, dims="n_train"))
        np.testing.assert_allclose(here["fresh_bound_linear"], bound)


def test_classical_bounds_are_those_of_explicit_weights(transfer_files):
    runs, files = transfer_files
    group = transfer.measure(files).sel(teacher_kind="network", soft_ratio=1.0)
    for (where, (test, weights, _)), n in product(runs.items(), SIZES):
        here = group.sel(n_train=n).isel(world=where[0], run=where[1])
        norm = np.linalg.norm(weights["oracle", "student", n])
        assert float(here["norm_bound"]) == pytest.approx(norm / np.sqrt(n))
        feature = np.sqrt(np.mean(np.sum(test**2, axis=1)) / n)
        assert float(here["rademacher_bound"]) == pytest.approx(2 * norm * feature)


def test_a_teacher_may_have_its_oracles_in_a_cell_of_its_own(transfer_files):
    _, files = transfer_files
    both = transfer.measure(files)
    cells = files._student | {"network_oracle": files._student["network"].isel(n_train=slice(2), world=slice(2))}
    group = transfer.measure(Files({"cells": {name: {} for name in cells}, "angles": 50}, cells, files._dataset))
    assert group["teacher_kind"].values.tolist() == ["network", "linear"]
    xr.testing.assert_identical(group["risk"], both["risk"])
    network = group["oracle_risk"].sel(teacher_kind="network")
    assert network.isel(n_train=2).isnull().all() and network.isel(world=2).isnull().all()
    kept = {"n_train": slice(2), "world": slice(2)}
    xr.testing.assert_equal(network.isel(kept), both["oracle_risk"].sel(teacher_kind="network").isel(kept))


def test_transfer_says_when_no_oracle_has_seen_the_test_points(transfer_files):
    _, files = transfer_files
    files._student = {name: cell.isel(oracle_size=[0]) for name, cell in files._student.items()}
    with pytest.raises(ValueError, match=r"oracle_size is \[20\].* 25 test points"):
        transfer.measure(files)


def test_errors_where_the_theorem_allows_none_are_counted():
    cosines = xr.DataArray([0.9, -0.8, 0.1, 0.95], dims="test")
    misclassified = xr.DataArray([[True, True, True, False]] * 2, dims=("n_train", "test"))
    angle = xr.DataArray([0.5, 2.0], dims="n_train")
    np.testing.assert_array_equal(oracle_angles.outside_region(cosines, angle, misclassified), [2, 0])


def test_the_linear_bound_is_the_minimum_over_all_angles():
    cosines = np.random.default_rng(5).uniform(-1, 1, 40)
    angles = np.arccos(np.abs(cosines))
    beta = np.linspace(0, np.pi / 2, 200_001)
    first = np.mean(angles > beta[:, None], axis=1)
    second = np.mean(angles > np.pi / 2 - beta[:, None], axis=1)
    found = oracle_angles.linear_bound(xr.DataArray(cosines, dims="test"), xr.DataArray([1, 7, 30], dims="n_train"))
    np.testing.assert_allclose(found, [np.min(first + second**n) for n in (1, 7, 30)], atol=1e-12)
    # Features that are all but perpendicular to the oracle: JZ20 Sec. 3.2.
    narrow = oracle_angles.linear_bound(xr.DataArray(cosines / 10, dims="test"), xr.DataArray([10**6], dims="n_train"))
    assert float(narrow[0]) == 1.0
