"""Risks on many points, against dense solves with one joint covariance of all points."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs.seeds import generator
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.students.kernel import risk as kernel_risk
from kdtheory.students.kernel.points import fit
from kdtheory.students.kernel.run import fitted_run
from kdtheory.students.kernel.targets import Soft
from kdtheory.tasks import boundary
from kdtheory.teachers import linear

draw = partial(generator, 5, "student")
SETTINGS = Soft(
    targets="soft", kept=["norm", "risk"], depth=2, n_train=[3, 10, 30], soft_ratios=[0.0, 0.7, 1.0], temperature=5.0,
    labels="teacher", hard_logit=5.0,
)  # fmt: skip
TASK = boundary.Settings(2, 6, 0.6, 0.15, n_points=30, n_test=1, n_oracle=0, n_risk=50, worlds=2, runs=2)


@pytest.fixture(scope="module")
def dataset():
    return boundary.build(TASK, partial(generator, 5, "data"))


@pytest.fixture(scope="module")
def logits(dataset):
    return linear.export(linear.Settings(norms=[5.0]), draw, dataset)


@pytest.fixture(scope="module")
def students(dataset, logits):
    return fit(SETTINGS, draw, dataset, logits)


def run_of(dataset, logits, world, run):
    here = {"world": world, "run": run}
    points, values = dataset.isel(here, drop=True), logits["logits"].isel(here, drop=True)
    decision = logits["risk_decision"].isel(world=world, drop=True)
    return fitted_run(SETTINGS, points, values, partial(draw, world, run), decision)


def conditional(run, inputs):
    """Mean and standard deviation of z₀ at points given the transfer points, by the joint covariance."""
    _, covariance = relu_kernels(np.concatenate([run.inputs, inputs]), depth=2)
    n = len(run.inputs)
    known = covariance[:n, :n] + 1e-10 * np.mean(np.diag(covariance[:n, :n])) * np.eye(n)
    solved = np.linalg.solve(known, covariance[:n, n:])
    variance = np.diag(covariance[n:, n:]) - np.einsum("ij,ij->j", covariance[:n, n:], solved)
    return solved.T @ run.initial, np.sqrt(variance)


@pytest.mark.parametrize("where", [(0, 1), (1, 0)])
def test_risks_are_those_of_dense_solves_with_the_joint_covariance(dataset, logits, students, where):
    run = run_of(dataset, logits, *where)
    here = students.isel(world=where[0], run=where[1], stopping_epoch=0, teacher_norm=0)
    inputs, truth = (dataset[f"risk_{name}"].values[where[0]] for name in ("inputs", "truth"))
    mean, spread = conditional(run, inputs)
    start = mean + spread * draw(*where, "risk").standard_normal(50)
    kernel, _ = relu_kernels(run.inputs, inputs, depth=2)
    for column in range(3):
        for index, size in enumerate(SETTINGS.n_train):
            change = np.linalg.solve(run.kernel[:size, :size], run.stacked[:size, column])
            student = start + kernel[:size].T @ change > 0
            one = here.isel(soft_ratio=column, n_train=index)
            assert float(one["disagreement_teacher"]) == np.mean(student != (inputs[:, 0] > 0))
            assert float(one["disagreement_truth"]) == np.mean(student != (truth > 0))


def test_the_size_of_a_block_changes_nothing(dataset, logits, students, monkeypatch):
    monkeypatch.setattr(kernel_risk, "BLOCK", 7)
    xr.testing.assert_identical(fit(SETTINGS, draw, dataset, logits), students)


def test_draws_at_a_risk_point_have_the_joint_law_with_the_transfer_points(dataset, logits):
    run = run_of(dataset, logits, 0, 0)
    inputs = dataset["risk_inputs"].values[0, :4]
    start = kernel_risk._start(run)
    _, cross = relu_kernels(run.inputs, inputs, depth=2)
    variance = kernel_risk.variances(inputs, 2)
    np.testing.assert_allclose(variance, np.diag(relu_kernels(inputs, depth=2)[1]), rtol=1e-12)
    mean, spread = conditional(run, inputs)
    for sign in (-1.0, 0.0, 2.0):
        found = kernel_risk._continued(start, cross, variance, np.full(4, sign))
        np.testing.assert_allclose(found, mean + sign * spread, rtol=1e-5, atol=1e-5)


def test_runs_share_the_points_of_their_world_and_differ_in_their_students(students):
    risk = students["disagreement_teacher"]
    assert not np.array_equal(risk.isel(run=0), risk.isel(run=1))
    assert students.attrs["n_risk"] == 50 and students.attrs["n_test"] == 0


def test_a_world_depends_neither_on_the_number_of_worlds_nor_on_its_batch(students):
    batch = boundary.build(replace(TASK, first_world=1), partial(generator, 5, "data"))
    found = fit(SETTINGS, draw, batch, linear.export(linear.Settings(norms=[5.0]), draw, batch))
    xr.testing.assert_identical(found.sel(world=[1]), students.sel(world=[1]))


def test_a_risk_needs_risk_points(dataset, logits):
    bare = boundary.build(replace(TASK, n_risk=0), partial(generator, 5, "data"))
    with pytest.raises(ValueError, match="have no risk points"):
        fit(SETTINGS, draw, bare, logits)
    with pytest.raises(ValueError, match="have no risk points"):
        fit(SETTINGS, draw, dataset, logits.drop_vars("risk_decision"))
