"""Groups of the wide study from small student files, whose weights are explicit vectors of random features."""

from itertools import product

import numpy as np
import pytest
import xarray as xr

from kdtheory.analysis import (
    correction,
    effective_logits,
    example,
    flips,
    imperfect,
    mixing,
    modes,
    oracle_angles,
    plateaus,
    references,
    stopping,
    transfer,
)
from kdtheory.analysis.stage import Experiment, _check_labels
from kdtheory.theory import stationarity
from kdtheory.theory.angles import signed_angle
from kdtheory.theory.correction import hard_label_correction

WIDTH = 60  # number of features, more than there are points
RUNS = 3


class Files(Experiment):
    """An experiment whose files are in memory, the same for every cell unless they come by cell."""

    def __init__(self, settings, student=None, dataset=None, logits=None):
        super().__init__({"cells": {"main": {}}, **settings}, None, {}, {}, {})
        self._student, self._dataset, self._teacher = student, dataset, logits

    def student(self, cell):
        return self._student[cell] if isinstance(self._student, dict) else self._student

    def dataset_of(self, cell):
        return self._dataset

    def logits_of(self, cell):
        return self._teacher


def interpolate(features, logits):
    """Least weights with these logits: Δŵ of JZ20 Eq. 4."""
    return np.linalg.lstsq(features, logits, rcond=None)[0]


def basis(features):
    """Orthonormal basis (width, n) in which `NestedRegression.coefficients` are the coordinates."""
    q, r = np.linalg.qr(features.T)
    return q * np.sign(np.diagonal(r))


def measured(module, *args, **kwargs):
    group = module.measure(Files(*args, **kwargs))
    _check_labels(group)
    return group


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
            "test_logit": (("n_train", "test"), logits),
            "test_target": ("test", target),
            "test_kernel": ("test", np.sum(test**2, axis=1)),
            "disagreement_teacher": ("n_train", np.mean(logits * target < 0, axis=1)),
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
    shared = ("zero_coefficients", "zero_projection", "zero_norm", "test_kernel")
    return xr.merge([file[list(shared)], file.drop_vars(shared).expand_dims(columns)])


@pytest.fixture
def transfer_files():
    runs = [transfer_run(seed) for seed in range(RUNS)]
    file = xr.concat([run[2] for run in runs], dim="repeat")
    cells = {
        "network": of_columns(file, soft_ratio=[1.0], stopping_epoch=[64], teacher=[0]),
        "linear": of_columns(file, soft_ratio=[1.0], stopping_epoch=[0], teacher_norm=[5.0]),
    }
    cells = {name: cell.assign_attrs(n_transfer=N_TRANSFER) for name, cell in cells.items()}
    part = np.repeat([0, 1, 2], [N_TRANSFER, N_TEST, N_ORACLE])
    files = Files({"cells": dict.fromkeys(cells), "angles": 50}, cells, xr.Dataset({"part": ("sample", part)}))
    return runs, files


ORACLES = pytest.mark.parametrize(("suffix", "kind"), [("", "independent"), ("_nested", "nested")])


@ORACLES
def test_transfer_angles_and_norms_are_those_of_explicit_weights(transfer_files, suffix, kind):
    runs, files = transfer_files
    group = transfer.measure(files)
    _check_labels(group)
    assert group["risk"].dims == ("teacher_kind", "soft_ratio", "n_train", "repeat")
    assert int(group["test_points"]) == N_TEST
    for repeat, size, n in product(range(RUNS), ORACLE_SIZES, SIZES):
        weights = runs[repeat][1]
        oracle, zero, student = (
            weights["oracle", kind, size],
            weights["zero", kind, size],
            weights["oracle", "student", n],
        )
        here = group.sel(teacher_kind="linear", soft_ratio=1.0, oracle_size=size, n_train=n).isel(repeat=repeat)
        expected = {
            f"oracle_norm{suffix}": np.linalg.norm(oracle),
            f"oracle_zero_norm{suffix}": np.linalg.norm(zero),
            f"angle{suffix}": signed_angle(student - zero, oracle - zero),
            f"oracle_angle{suffix}": signed_angle(student, oracle),
            "weight_norm": np.linalg.norm(student),
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
    for repeat, size in product(range(RUNS), ORACLE_SIZES[1:]):
        test, weights, _ = runs[repeat]
        zero = weights["zero", kind, size]
        goal = weights["oracle", kind, size] - zero
        cosines = np.abs(test @ goal) / np.linalg.norm(goal) / np.linalg.norm(test, axis=1)
        here = group.sel(teacher_kind="linear", soft_ratio=1.0, oracle_size=size).isel(repeat=repeat)
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


def test_example_compares_effective_logits_with_label_smoothing_and_counts_boundaries():
    x = np.linspace(-1, 1, 401)
    truth = np.sin(2 * np.pi * x + 0.3)
    dataset = xr.Dataset(
        {"inputs": (("repeat", "sample", "axis"), x[None, :, None]), "truth": (("repeat", "sample"), truth[None])},
        attrs={"truth_std": 0.5},
    )
    early, late = 0.5 * x, 8 * truth
    logits = xr.Dataset(
        {
            "logits": (
                ("stopping_epoch", "teacher", "repeat", "sample"),
                np.stack([[early, early], [late, 2 * late]])[:, :, None],
            )
        },
        coords={"stopping_epoch": [1, 64], "teacher": [0, 1]},
    )
    settings = {"soft_ratios": [0.01, 1.0], "temperature": 5.0}
    group = measured(example, settings, dataset=dataset, logits=logits)
    assert group["teacher_logit"].dims == ("stopping_epoch", "x")
    np.testing.assert_array_equal(group["effective_logit"].sel(soft_ratio=1.0), late)
    np.testing.assert_array_equal(group["boundary"], truth > 0)
    np.testing.assert_array_equal(group["truth"], 2 * truth)
    jump = np.abs(group["effective_logit"].sel(soft_ratio=0.01).diff("x")).max()
    assert float(jump) > 1.9 * float(group["threshold"].sel(soft_ratio=0.01)) > 3
    np.testing.assert_allclose(np.abs(group["label_smoothing"].sel(soft_ratio=0.01)), np.log(199))
    assert int(group["true_sign_changes"]) == 4
    np.testing.assert_array_equal(group["sign_changes"], [[1, 1], [4, 4]])
    np.testing.assert_allclose(group["logit_scale"].sel(stopping_epoch=1), np.sqrt(np.mean(early**2)))
    # A line's slope over its root mean square, and a sine's: 4·8 over two units of x, four times.
    np.testing.assert_allclose(group["logit_slope"].sel(stopping_epoch=1), np.sqrt(3), rtol=0.01)
    np.testing.assert_allclose(group["logit_slope"].sel(stopping_epoch=64), 4 * np.sqrt(2), rtol=0.01)
    assert (group["boundary_error"].sel(stopping_epoch=64) == 0).all()
    assert float(group["boundary_error"].sel(stopping_epoch=1, teacher=0)) == np.mean((early > 0) != (truth > 0))


def test_effective_logits_cover_the_whole_grid_with_roots_and_stopped_descent():
    settings = {
        "soft_ratios": [0.05, 0.5, 1.0], "temperatures": [0.5, 1.0, 5.0], "largest_logit": 10.0, "logits": 21,
        "descent_steps": 20_000, "descent_rate": 1.0,
    }  # fmt: skip
    group = measured(effective_logits, settings)
    assert group["effective_logit"].dims == ("label", "soft_ratio", "temperature", "teacher_logit")
    assert group["threshold"].dims == group["wrong_teacher_limit"].dims == ("soft_ratio", "temperature")
    residual = stationarity.stationarity_residual(
        group["effective_logit"].sel(label=1, soft_ratio=0.5, temperature=5.0).values,
        np.linspace(-10, 10, 21),
        1,
        0.5,
        5.0,
    )
    np.testing.assert_allclose(residual, 0, atol=1e-14)
    # Descent reaches the root where the loss has curvature, and stays behind in the tails of cold teachers.
    warm = group.sel(temperature=1.0, soft_ratio=0.5).sel(teacher_logit=slice(-3, 3))
    np.testing.assert_allclose(warm["descent_logit"], warm["effective_logit"], atol=1e-6)
    cold = group.sel(temperature=0.5, soft_ratio=0.05, label=1).isel(teacher_logit=-1)
    assert float(cold["descent_logit"]) < float(cold["effective_logit"]) - 1
    # Hard labels fix every wrong teacher iff ρ ≤ T/(1 + T): 0.5 at T = 1, and exactly there the limit is 0.
    limit = group["wrong_teacher_limit"]
    assert float(limit.sel(soft_ratio=0.5, temperature=5.0)) > 0 > float(limit.sel(soft_ratio=0.5, temperature=0.5))
    assert float(limit.sel(soft_ratio=0.5, temperature=1.0)) == pytest.approx(0, abs=1e-12)
    assert (limit.sel(soft_ratio=1.0) == -np.inf).all()
    np.testing.assert_allclose(group["label_smoothing"], np.log(2 / np.array([0.05, 0.5, 1.0]) - 1))
    np.testing.assert_allclose(
        group["label_smoothing"].sel(soft_ratio=0.05), group["threshold"].sel(soft_ratio=0.05, temperature=1.0)
    )
