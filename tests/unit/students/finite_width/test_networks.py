from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs.seeds import generator
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.students.finite_width.networks import Settings, fit
from kdtheory.students.finite_width.start import drawn_network, task_of
from kdtheory.tasks import boundary
from kdtheory.teachers import linear
from kdtheory.theory.stationarity import effective_logits

draw = partial(generator, 5, "student")
SETTINGS = Settings(
    widths=[48], depth=2, labels="teacher", soft_ratios=[0.5, 1.0], temperature=5.0, stopping_epochs=[0],
    n_train=[3, 8], test_points=7, trained_worlds=2, doublings=2, step_share=0.5, sgd_steps=50,
    batch_size=4,
)  # fmt: skip


@pytest.fixture(scope="module")
def dataset():
    return worlds(3)


def worlds(count, first_world=0):
    settings = boundary.Settings(
        2, 6, 0.6, 0.15, n_points=30, n_test=40, n_oracle=5, worlds=count, runs=2, first_world=first_world
    )
    return boundary.build(settings, partial(generator, 5, "data"))


@pytest.fixture(scope="module")
def logits(dataset):
    return logits_on(dataset)


def logits_on(dataset):
    return linear.export(linear.Settings(norms=[5.0]), draw, dataset).isel(teacher_norm=0, drop=True)


@pytest.fixture(scope="module")
def students(dataset, logits):
    return fit(SETTINGS, draw, dataset, logits)


@pytest.mark.slow
def test_kernel_students_start_from_the_logits_of_the_network_itself(dataset, logits, students):
    for world in range(3):
        inputs = dataset["inputs"].values[world, 0]
        teacher = logits["logits"].isel(stopping_epoch=0, world=world, run=0).values
        train, test = inputs[:8], inputs[30:37]
        task = task_of(SETTINGS, dataset.isel(world=world, run=0), teacher)
        network = drawn_network(task, 48, 2, draw(world, 0, 48, "initialisation"))
        targets = effective_logits(teacher[:8], (teacher[:8] > 0).astype(int), 0.5, 5.0)
        kernels = {
            "kernel": (relu_kernels(train, depth=2)[0], relu_kernels(train, test, depth=2)[0]),
            "linearized": (network.gram, network.cross),
        }
        for name, (gram, cross) in kernels.items():
            for size in (3, 8):
                change = np.linalg.solve(gram[:size, :size], (targets - network.initial)[:size])
                found = students[name].sel(width=48, n_train=size, soft_ratio=0.5, world=world)
                np.testing.assert_allclose(found, network.initial_test + cross[:size].T @ change, rtol=1e-7)
        distance = np.linalg.norm(kernels["linearized"][0] - kernels["kernel"][0]) / np.linalg.norm(
            kernels["kernel"][0]
        )
        assert float(students["kernel_distance"].sel(width=48, world=world)) == pytest.approx(distance, rel=1e-12)
        np.testing.assert_array_equal(students["teacher"].sel(world=world), teacher[30:37])
        np.testing.assert_array_equal(students["target"].sel(soft_ratio=0.5, world=world), targets)


@pytest.mark.slow
def test_the_trained_network_and_its_linearization_start_alike_and_part_slowly(students):
    trained = students.isel(world=slice(2)).sel(n_train=8)
    assert trained["step"].values.tolist() == [0, 1, 2, 4]
    np.testing.assert_allclose(trained["network"].sel(step=0), trained["linearized_path"].sel(step=0), rtol=1e-5)
    moved = np.abs(trained["network"] - trained["network"].sel(step=0)).sel(step=1)
    apart = np.abs(trained["network"] - trained["linearized_path"]).sel(step=1)
    assert 0 < float(apart.mean()) < 0.2 * float(moved.mean())
    assert np.all(np.abs(trained["kernel_drift"].sel(step=0)) < 1e-6)


@pytest.mark.slow
def test_what_was_not_measured_is_nan_and_nothing_else(students):
    for name in ("network", "linearized_path", "kernel_drift", "network_train"):
        assert students[name].sel(n_train=3).isnull().all()
        here = students[name].sel(n_train=8)
        np.testing.assert_array_equal(
            here.isnull().any([dim for dim in here.dims if dim != "world"]), [False, False, True]
        )
    assert not students[["kernel", "linearized", "sgd"]].to_array().isnull().any()


@pytest.mark.slow
def test_a_world_depends_neither_on_the_other_worlds_nor_on_the_other_sizes(dataset, logits, students):
    fewer = fit(replace(SETTINGS, n_train=[8]), draw, dataset.isel(world=[0]), logits.isel(world=[0]))
    expected = students.sel(n_train=[8]).isel(world=[0])
    for name in ("kernel", "linearized", "sgd", "network", "linearized_path", "kernel_drift"):
        xr.testing.assert_allclose(fewer[name], expected[name].transpose(*fewer[name].dims), rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_a_world_depends_on_the_size_of_its_batch_alone():
    settings = replace(SETTINGS, n_train=[8], trained_worlds=4)
    one, other = (fit(settings, draw, batch, logits_on(batch)) for batch in (worlds(2), worlds(2, first_world=1)))
    xr.testing.assert_identical(one.sel(world=[1]), other.sel(world=[1]))


@pytest.mark.slow
def test_a_batch_of_which_no_world_is_trained_joins_the_others(students):
    batch = worlds(2, first_world=3)
    untrained = fit(SETTINGS, draw, batch, logits_on(batch))
    descent = ("network", "network_train", "kernel_drift", "linearized_path")
    for name, variable in untrained.data_vars.items():
        assert variable.dims == students[name].dims
        assert variable.dtype == students[name].dtype
        assert bool(variable.isnull().all()) == bool(variable.isnull().any()) == (name in descent)
    joined = xr.concat([students, untrained], dim="world", join="exact")
    assert joined["world"].values.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(joined["step"], students["step"])


@pytest.mark.slow
def test_a_network_too_narrow_for_its_points_has_no_linearized_student(dataset, logits):
    teacher = logits["logits"].isel(stopping_epoch=0, world=0, run=0).values
    # Two neurons have 15 weights, which cannot be fitted to 30 points.
    task = task_of(replace(SETTINGS, n_train=[1, 30]), dataset.isel(world=0, run=0), teacher)
    infinite, linearized = drawn_network(task, 2, 2, draw(2)).converged([1, 30])
    assert np.all(np.isfinite(infinite))
    np.testing.assert_array_equal(np.isnan(linearized).all(axis=(1, 2)), [False, True])


def test_what_cannot_be_run_is_refused(dataset, logits):
    with pytest.raises(ValueError, match="not those of the dataset's samples"):
        fit(SETTINGS, draw, dataset, logits.assign(sample_id=logits["sample_id"] + 1))
    with pytest.raises(ValueError, match="has 30 transfer points; the cell needs 31"):
        fit(replace(SETTINGS, n_train=[31]), draw, dataset, logits)
    with pytest.raises(ValueError, match="stopping_epoch 16 is not in the teacher's logits"):
        fit(replace(SETTINGS, stopping_epochs=[16]), draw, dataset, logits)
