from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs import storage
from kdtheory.jobs.seeds import generator
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression
from kdtheory.students.kernel.oracle import independent_oracle, online_oracle
from kdtheory.students.kernel.points import fit
from kdtheory.students.kernel.run import _initial_logits, fitted_run
from kdtheory.students.kernel.targets import Correction, Function, Plateaus, Soft
from kdtheory.tasks import boundary, gaussian_mixture, uniform
from kdtheory.teachers import linear, truth
from kdtheory.theory.feature_angles import cosine_to_features, error_region

draw = partial(generator, 5, "student")
SETTINGS = Soft(
    targets="soft", kept=["coefficients", "norm", "disagreement"], depth=2, n_train=[3, 10, 30],
    soft_ratios=[0.0, 0.7, 1.0], temperature=5.0, labels="teacher", hard_logit=5.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def dataset():
    return worlds(2)


def worlds(count, first_world=0):
    settings = boundary.Settings(
        2, 6, 0.6, 0.15, n_points=30, n_test=40, n_oracle=50, n_risk=25, worlds=count, runs=2, first_world=first_world
    )
    return boundary.build(settings, partial(generator, 5, "data"))


@pytest.fixture(scope="module")
def logits(dataset):
    return logits_on(dataset)


def logits_on(dataset):
    return linear.export(linear.Settings(norms=[5.0]), draw, dataset)


@pytest.fixture(scope="module")
def students(dataset, logits):
    return fit(SETTINGS, draw, dataset, logits)


def run_of(settings, dataset, logits, world=1, run=1):
    here = {"world": world, "run": run}
    points, values = dataset.isel(here, drop=True), logits["logits"].isel(here, drop=True)
    return fitted_run(settings, points, values, partial(draw, world, run))


def direct(kernel, changes, size, at):
    """k_xᵀ Θ_n⁻¹ Δz by a dense solve."""
    return kernel[at, :size] @ np.linalg.solve(kernel[:size, :size], changes[:size])


def test_norms_and_disagreements_are_those_of_direct_solves(dataset, logits, students):
    for where in ({"world": 0, "run": 1}, {"world": 1, "run": 0}):
        run = run_of(SETTINGS, dataset, logits, **where)
        here = students.sel(where).isel(stopping_epoch=0, teacher_norm=0)
        teacher = logits["logits"].isel(where).isel(stopping_epoch=0, teacher_norm=0, sample=slice(30, 70)).values
        label = dataset["label"].isel(where).isel(sample=slice(30, 70)).values == 1
        for column in range(3):
            for index, size in enumerate(SETTINGS.n_train):
                changes = run.stacked[:, column]
                norm = np.sqrt(changes[:size] @ np.linalg.solve(run.kernel[:size, :size], changes[:size]))
                one = here.isel(soft_ratio=column)
                assert float(one["norm"][index]) == pytest.approx(norm, rel=1e-8)
                assert float(np.sqrt((one["coefficients"][:size] ** 2).sum())) == pytest.approx(norm, rel=1e-8)
                student = run.initial[30:70] + direct(run.kernel, changes, size, slice(30, 70))
                assert float(one["disagreement_teacher"][index]) == np.mean((student > 0) != (teacher > 0))
                assert float(one["disagreement_truth"][index]) == np.mean((student > 0) != label)


def test_the_students_interpolate_their_targets(dataset, logits):
    run = run_of(SETTINGS, dataset, logits)
    np.testing.assert_allclose(direct(run.kernel, run.stacked, 30, slice(30)), run.stacked[:30], atol=1e-8)


def test_a_column_does_not_depend_on_the_others(dataset, logits, students):
    fewer = fit(replace(SETTINGS, soft_ratios=[0.7]), draw, dataset, logits)
    expected = students["coefficients"].sel(soft_ratio=[0.7])
    np.testing.assert_allclose(fewer["coefficients"], expected, rtol=1e-9, atol=1e-11)


def test_a_world_depends_neither_on_the_number_of_worlds_nor_on_its_batch(students):
    batch = worlds(3, first_world=1)
    other = fit(SETTINGS, draw, batch, logits_on(batch))
    assert students["world"].values.tolist() == [0, 1] and other["world"].values.tolist() == [1, 2, 3]
    xr.testing.assert_identical(students.sel(world=[1]), other.sel(world=[1]))
    assert not np.allclose(students["coefficients"].sel(world=0), students["coefficients"].sel(world=1))


def test_a_cell_may_use_the_first_runs_alone(dataset, logits, students):
    first = fit(replace(SETTINGS, runs=1), draw, dataset, logits)
    xr.testing.assert_identical(first, students.isel(run=[0]))
    with pytest.raises(ValueError, match="runs is 3; the dataset has 2"):
        fit(replace(SETTINGS, runs=3), draw, dataset, logits)


def test_targets_of_several_names_are_stored_under_their_own(dataset, logits):
    settings = Correction(
        targets="correction", kept=["coefficients"], depth=2, n_train=[3, 10, 30], labels="truth", temperature=5.0,
        stopping_epochs=[0], truth_logit=10.0, epsilon=1e-7,
    )  # fmt: skip
    students, run = fit(settings, draw, dataset, logits), run_of(settings, dataset, logits)
    factor = np.linalg.cholesky(run.kernel)
    assert students.attrs["epsilon"] == 1e-7
    assert [name.split("_")[0] for name in students.data_vars] == ["truth", "teacher", "correction", "perturbed"]
    for name, change in run.changes.items():
        expected = np.linalg.solve(factor, change.isel(sample=slice(30)).values[..., None])[..., 0]
        np.testing.assert_allclose(students[name].sel(world=1, run=1), expected, rtol=1e-7, atol=1e-8)


def test_a_student_file_comes_back_as_it_was_written(students, tmp_path):
    storage.write(students, tmp_path / "cell.nc", {})
    xr.testing.assert_identical(
        storage.read(tmp_path / "cell.nc").drop_attrs(deep=False), students.drop_attrs(deep=False)
    )
    assert students.attrs == {"depth": 2, "n_transfer": 30, "n_test": 40, "n_risk": 0}


def test_logits_of_other_samples_are_refused(dataset, logits):
    with pytest.raises(ValueError, match="not those of the dataset's samples"):
        fit(SETTINGS, draw, dataset, logits.assign(sample_id=logits["sample_id"] + 1))


def test_too_few_points_are_an_error_that_says_how_many_there_are(dataset, logits):
    with pytest.raises(ValueError, match="has 30 transfer points; the cell needs 31"):
        fit(replace(SETTINGS, n_train=[31]), draw, dataset, logits)


def test_initial_logits_have_the_covariance_of_the_infinite_network():
    _, nngp = relu_kernels(np.array([[0.3, -0.4], [0.5, 0.9], [-0.8, 0.1]]), depth=2)
    rng = np.random.default_rng(0)
    draws = np.stack([_initial_logits(nngp.copy(), rng) for _ in range(4000)])
    found = draws.T @ draws / 4000
    error = np.sqrt((np.outer(np.diag(nngp), np.diag(nngp)) + nngp**2) / 4000)
    # Six entries at five standard errors: one false alarm in 200,000 seeds.
    assert np.all(np.abs(found - nngp) < 5 * error)


def test_a_candidate_adds_its_squared_step_to_the_squared_norm():
    mixture = gaussian_mixture.Settings(
        2, [1, 4], 1.0, ["fixed", "shrinking"], n_points=20, n_candidates=6, worlds=2, runs=2
    )
    dataset = gaussian_mixture.build(mixture, draw)
    teacher = truth.export(truth.Settings(scale=1.0), draw, dataset)
    settings = Function(targets="function", kept=["coefficients", "candidates"], depth=1, n_train=[1, 5, 20])
    students = fit(settings, draw, dataset, teacher)
    run = run_of(settings, dataset, teacher)
    columns = students.sel(world=1, run=1).stack(column=("width_law", "modes"))

    def squared_norm(chosen, column):
        changes = run.stacked[chosen, column]
        return changes @ np.linalg.solve(run.kernel[np.ix_(chosen, chosen)], changes)

    for column in range(4):
        for size in settings.n_train:
            for candidate in range(6):
                step = columns["squared_step"].isel(column=column, candidate=candidate).sel(n_train=size)
                before = squared_norm(list(range(size)), column)
                after = squared_norm([*range(size), 20 + candidate], column)
                assert float(step) == pytest.approx(after - before, rel=1e-6, abs=1e-7 * after)


def test_plateau_students_of_dimension_d_see_the_first_d_coordinates():
    dataset = uniform.build(uniform.Settings(dim=4, n_points=12, worlds=2, runs=1), draw)
    teacher = truth.export(truth.Settings(scale=1.0), draw, dataset)
    settings = Plateaus(targets="plateaus", kept=["coefficients"], depth=1, n_train=[12], dims=[2, 4])
    students = fit(settings, draw, dataset, teacher)
    for dim in (2, 4):
        kernel, _ = relu_kernels(dataset["inputs"].values[1, 0, :, :dim], depth=1)
        expected = np.linalg.solve(np.linalg.cholesky(kernel), dataset["function"].sel(target="jump").values[1, 0])
        found = students["coefficients"].sel(dim=dim, target="jump", world=1, run=0)
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)
    assert set(students["target"].values) == {"jump", "kinked", "smooth", "random_labels", "nngp"}
    with pytest.raises(ValueError, match="dims asks for 5 dimensions; the dataset has 4"):
        fit(replace(settings, dims=[2, 5]), draw, dataset, teacher)


def test_names_of_targets_survive_a_file_of_shorter_ones(tmp_path):
    dataset = uniform.build(uniform.Settings(dim=2, n_points=5, worlds=1, runs=1), draw)
    storage.write(truth.export(truth.Settings(scale=1.0), draw, dataset), tmp_path / "logits.nc", {})
    settings = Plateaus(targets="plateaus", kept=["coefficients"], depth=1, n_train=[5], dims=[2])
    storage.write(fit(settings, draw, dataset, storage.read(tmp_path / "logits.nc")), tmp_path / "cell.nc", {})
    assert "random_labels" in storage.read(tmp_path / "cell.nc")["target"].values


@pytest.fixture(scope="module")
def oracle_settings():
    return replace(SETTINGS, kept=["disagreement", "oracle"], n_train=[1, 3, 10, 30], oracle_sizes=[20, 40, 90])


@pytest.fixture(scope="module")
def with_oracle(dataset, logits, oracle_settings):
    return fit(oracle_settings, draw, dataset, logits).isel(stopping_epoch=0, teacher_norm=0)


def test_oracle_inner_products_are_those_of_direct_solves(dataset, logits, oracle_settings, with_oracle):
    run = run_of(oracle_settings, dataset, logits)
    here = with_oracle.sel(world=1, run=1)
    zero = -run.initial
    for size in oracle_settings.oracle_sizes:
        beyond = slice(30, 30 + size)
        for column in range(3):
            one = here.isel(soft_ratio=column).sel(oracle_size=size)
            change = run.stacked[:, column]
            dual = np.linalg.solve(run.kernel[beyond, beyond], change[beyond])
            zero_dual = np.linalg.solve(run.kernel[beyond, beyond], zero[beyond])
            assert float(one["oracle_norm"]) == pytest.approx(np.sqrt(dual @ change[beyond]), rel=1e-8)
            assert float(one["zero_norm"]) == pytest.approx(np.sqrt(zero_dual @ zero[beyond]), rel=1e-8)
            assert float(one["oracle_zero_inner"]) == pytest.approx(dual @ zero[beyond], rel=1e-6, abs=1e-9)
            for n in (1, 10, 30):
                student = np.linalg.solve(run.kernel[:n, :n], change[:n])
                products = [("oracle_projection", dual), ("zero_projection", zero_dual)]
                for name, weights in products:
                    expected = student @ run.kernel[:n, beyond] @ weights
                    found = float((one[name][:n].values * one["coefficients"][:n].values).sum())
                    assert found == pytest.approx(expected, rel=1e-6, abs=1e-8)


def test_the_nested_oracle_is_the_student_of_more_points_and_reproduces_targets_and_zero(with_oracle, dataset, logits):
    run = run_of(replace(SETTINGS, kept=["oracle"], oracle_sizes=[90]), dataset, logits)
    here = with_oracle.sel(world=1, run=1)
    assert here.sizes["n"] == 30 + 90
    factor = np.linalg.cholesky(run.kernel)
    np.testing.assert_allclose(factor @ here["coefficients"].values.T, run.stacked, atol=1e-7)
    np.testing.assert_allclose(factor @ here["zero_coefficients"].values, -run.initial, atol=1e-7)
    np.testing.assert_allclose(here["test_target"].values.T, run.stacked[30:70] + run.initial[30:70, None], atol=1e-12)
    np.testing.assert_allclose(here["test_kernel"], np.diag(run.kernel)[30:70])


def test_the_online_oracle_is_the_one_of_single_steps(with_oracle, dataset, logits, oracle_settings):
    run = run_of(oracle_settings, dataset, logits)
    here = with_oracle.sel(world=1, run=1).isel(soft_ratio=1)
    gram, change = run.kernel[30:, 30:], run.stacked[30:, 1]
    steps = np.zeros(len(change))
    for step in range(len(change)):
        steps[step] = (change[step] - gram[step] @ steps) / gram[step, step]
        if step + 1 not in oracle_settings.oracle_sizes:
            continue
        one = here.sel(oracle_size=step + 1)
        assert float(one["online_norm"]) == pytest.approx(np.sqrt(steps @ gram @ steps), rel=1e-9)
        inner = run.kernel[:30, 30:] @ steps @ np.linalg.solve(run.kernel[:30, :30], run.stacked[:30, 1])
        found = float((one["online_projection"].values * one["coefficients"][:30].values).sum())
        assert found == pytest.approx(inner, rel=1e-6)


def test_the_online_oracle_approaches_the_regression_when_points_come_again():
    rng = np.random.default_rng(2)
    features = rng.standard_normal((12, 40))
    others = rng.standard_normal((5, 40))
    changes = features @ rng.standard_normal((40, 2))
    transfer = NestedRegression(others @ others.T, np.ones((5, 2)))
    norms, _, projections, _ = independent_oracle(transfer, features @ features.T, features @ others.T, changes, [12])
    again = np.tile(features, (200, 1))
    online_norms, online_projections = online_oracle(
        transfer, again @ again.T, again @ others.T, np.tile(changes, (200, 1)), [12, 2400]
    )
    np.testing.assert_allclose(online_norms[-1], norms[0], rtol=1e-8)
    np.testing.assert_allclose(online_projections[-1], projections[0], rtol=1e-6, atol=1e-8)
    assert not np.allclose(online_norms[0], norms[0], rtol=0.01)


@pytest.mark.parametrize("kind", ["nested", "independent"])
def test_every_misclassified_point_lies_in_the_region_of_theorem_1(with_oracle, kind):
    # Exact on the test points once the oracle has them; no tolerance but rounding.
    wrong_points = 0
    for oracle_size in (40, 90):
        here = with_oracle.sel(oracle_size=oracle_size)
        student, zero = here["coefficients"], here["zero_coefficients"]
        for n in here["n_train"].values:
            if kind == "nested":
                total = 30 + oracle_size
                u = (student + (-zero))[..., :total]
                v = xr.where(student["n"] <= n, student, 0.0)[..., :total] - zero[..., :total]
                inner, u_norm, v_norm = (u * v).sum("n"), np.sqrt((u**2).sum("n")), np.sqrt((v**2).sum("n"))
            else:
                first = student.isel(n=slice(int(n))).drop_vars("n").rename(n="n_transfer")
                oracle_student = (
                    here["oracle_projection"].isel(n_transfer=slice(int(n))).drop_vars("n_transfer") * first
                ).sum("n_transfer")
                zero_student = (
                    here["zero_projection"].isel(n_transfer=slice(int(n))).drop_vars("n_transfer") * first
                ).sum("n_transfer")
                zero_zero, oracle_zero = here["zero_norm"] ** 2, here["oracle_zero_inner"]
                inner = oracle_student - oracle_zero - zero_student + zero_zero
                u_norm = np.sqrt(here["oracle_norm"] ** 2 - 2 * oracle_zero + zero_zero)
                v_norm = np.sqrt((first**2).sum("n_transfer") - 2 * zero_student + zero_zero)
            angle = np.arccos(np.clip(inner / (u_norm * v_norm), -1, 1))
            cosine = xr.apply_ufunc(cosine_to_features, here["test_target"], u_norm, here["test_kernel"])
            region = xr.apply_ufunc(error_region, cosine, angle)
            wrong = here["test_logit"].sel(n_train=n) * here["test_target"] < 0
            assert not (wrong & ~region).any()
            wrong_points += int(wrong.sum())
    assert wrong_points > 50
