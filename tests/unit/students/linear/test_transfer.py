from functools import partial

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from kdtheory.jobs.seeds import generator
from kdtheory.students.deep_linear import paths as deep_linear
from kdtheory.students.linear import path as linear_path
from kdtheory.students.linear import transfer as linear
from kdtheory.students.linear.gram import gram_angles
from kdtheory.students.linear.transfer_sets import transfer_sets
from kdtheory.tasks import gaussian, polynomial_angle
from kdtheory.teachers.linear import Settings as TeacherSettings
from kdtheory.teachers.linear import export
from kdtheory.theory.angles import acute_angle
from kdtheory.theory.projection import project_onto_span

draw = partial(generator, 5, "cell")


@pytest.fixture(scope="module")
def task():
    settings = polynomial_angle.Settings(
        dim=30, kappas=[0.5, 1.0], scale=1.0, n_points=7, worlds=6, coordinates="ambient"
    )
    dataset = polynomial_angle.build(settings, partial(generator, 1, "task"))
    return dataset, export(TeacherSettings(norms=[2.0]), draw, dataset)


@pytest.fixture(scope="module")
def pool():
    rng = np.random.default_rng(0)
    dataset = xr.Dataset(
        {
            "inputs": (("sample", "axis"), rng.standard_normal((50, 12))),
            "is_test": ("sample", (np.arange(50) >= 40).astype(np.int8)),
        }
    )
    logits = rng.standard_normal((1, 2, 50))
    seen = np.zeros((2, 50), dtype=np.int8)
    seen[0, :20], seen[1, 20:40] = 1, 1
    return dataset, xr.Dataset(
        {"logits": (("stopping_epoch", "split", "sample"), logits), "seen": (("split", "sample"), seen)}
    )


def test_distilled_students_are_the_projected_teacher(task):
    dataset, logits = task
    fitted = linear.fit(linear.Settings(learners=["distillation"], n_train=[2, 7]), draw, dataset, logits)
    weights = fitted["weights"].sel(learner="distillation")
    for kappa in range(2):
        for world in range(6):
            for n_train in (2, 7):
                inputs = dataset["inputs"].values[kappa, world, :n_train]
                expected = project_onto_span(inputs, 2 * dataset["teacher_direction"].values)
                found = weights.sel(n_train=n_train).isel(kappa=kappa, world=world).values
                np.testing.assert_allclose(found, expected, atol=1e-12)


def test_every_learner_gets_the_right_labels_on_its_training_points(task):
    dataset, logits = task
    settings = linear.Settings(
        learners=["distillation", "hard_target_descent", "hard_target_margin", "reduced_bias"], n_train=[5],
        deltas=[0.5, 2], hard_target_steps=20_000, hard_target_rate=1.0,
    )  # fmt: skip
    weights = linear.fit(settings, draw, dataset, logits)["weights"].isel(n_train=0)
    student = xr.dot(weights, dataset["inputs"].isel(sample=slice(5)), dim="axis")
    labels = dataset["label"].isel(sample=slice(5))
    assert list(weights["learner"].values) == [
        "distillation", "hard_target_descent", "hard_target_margin", "delta_0.5", "delta_2.0",
    ]  # fmt: skip
    wrong = ((student > 0) != labels).mean(["world", "sample", "kappa"])
    assert (wrong.drop_sel(learner="hard_target_descent") == 0).all()
    assert wrong.sel(learner="hard_target_descent") < 0.1


def test_reduced_bias_keeps_the_training_logits_and_the_same_direction_variant_its_direction(task):
    dataset, logits = task
    settings = linear.Settings(learners=["distillation", "reduced_bias"], n_train=[4, 5], deltas=[1.0])
    fitted = linear.fit(settings, draw, dataset, logits)
    for n_train in (4, 5):
        inputs = dataset["inputs"].isel(sample=slice(n_train))
        target = logits["logits"].isel(stopping_epoch=0, teacher_norm=0, sample=slice(n_train))
        found = xr.dot(fitted["weights"].sel(learner="delta_1.0", n_train=n_train), inputs, dim="axis")
        np.testing.assert_allclose(found.transpose(*target.dims), target, atol=1e-12)
    fresh, same = (
        fitted[name].isel({learner: -1}) - fitted["weights"].sel(learner="distillation")
        for name, learner in (("weights", "learner"), ("weights_same_q", "learner_same_q"))
    )
    cosine = lambda q: (  # noqa: E731
        xr.dot(q.sel(n_train=4), q.sel(n_train=5), dim="axis")
        / np.sqrt((q.sel(n_train=4) ** 2).sum("axis") * (q.sel(n_train=5) ** 2).sum("axis"))
    )
    assert (np.abs(cosine(same)) > 0.8).all()
    assert (np.abs(cosine(fresh)) < 0.8).all()


def test_sets_from_a_pool_avoid_test_images_and_what_the_teacher_saw(pool):
    dataset, logits = pool
    sets = transfer_sets(dataset, logits, 2, 15, draw)
    row_of = {tuple(row): index for index, row in enumerate(dataset["inputs"].values)}
    for world in range(2):
        chosen = [row_of[tuple(row)] for row in sets["inputs"].isel(world=world).values]
        assert len(set(chosen)) == 15
        assert set(chosen) <= set(range(20, 40) if world == 0 else range(20))
        np.testing.assert_array_equal(sets["logits"].isel(world=world), logits["logits"].values[0, world, chosen])


def test_a_pool_that_is_the_population_gives_images_that_may_repeat(pool):
    dataset, logits = pool
    sets = transfer_sets(dataset, logits, 2, 20, draw, replacement=True)
    row_of = {tuple(row): index for index, row in enumerate(dataset["inputs"].values)}
    for world in range(2):
        chosen = [row_of[tuple(row)] for row in sets["inputs"].isel(world=world).values]
        assert set(chosen) < set(range(20, 40) if world == 0 else range(20))
        np.testing.assert_array_equal(sets["logits"].isel(world=world), logits["logits"].values[0, world, chosen])


def test_an_own_teacher_of_one_split_serves_all_worlds(pool):
    dataset, logits = pool
    sets = transfer_sets(dataset, logits.isel(split=[1]), 3, 15, draw)
    row_of = {tuple(row): index for index, row in enumerate(dataset["inputs"].values)}
    chosen = [[row_of[tuple(row)] for row in world] for world in sets["inputs"].values]
    assert all(set(world) <= set(range(20)) for world in chosen) and len({tuple(world) for world in chosen}) == 3


def test_too_small_a_pool_is_an_error(pool):
    with pytest.raises(ValueError, match="pool of world 0 has 20 samples, 21 are asked for"):
        transfer_sets(*pool, 1, 21, draw)


@pytest.mark.slow
def test_gram_angles_have_the_law_of_explicit_students(task):
    # Two-sample Kolmogorov–Smirnov tests of four cells, each at 1e-4: one false alarm in 2,500 seeds.
    settings = polynomial_angle.Settings(
        dim=30, kappas=[0.5, 1.0], scale=1.0, n_points=7, worlds=1500, coordinates="ambient"
    )
    dataset = polynomial_angle.build(settings, partial(generator, 2, "task"))
    logits = export(TeacherSettings(norms=[1.0]), draw, dataset)
    settings = linear.Settings(learners=["distillation"], n_train=[2, 7], gram_sets=3000)
    fitted = linear.fit(settings, draw, dataset, logits)
    explicit = acute_angle(fitted["weights"].sel(learner="distillation").values, dataset["teacher_direction"].values)
    explicit = fitted["weights"].sel(learner="distillation").isel(axis=0).copy(data=explicit)
    for kappa in range(2):
        for n_train in (2, 7):
            one = explicit.sel(n_train=n_train).isel(kappa=kappa).values
            other = fitted["gram_angle"].sel(n_train=n_train).isel(kappa=kappa).values
            assert stats.ks_2samp(one, other).pvalue > 1e-4


def test_gram_sampling_does_not_depend_on_how_many_sets_follow(task):
    few, many = (gram_angles(task[0], [3], sets, draw) for sets in (5000, 7000))
    np.testing.assert_array_equal(few, many.isel(gram_set=slice(5000)))


@pytest.fixture(scope="module")
def gaussian_task():
    dataset = gaussian.build(gaussian.Settings(dim=50, n_points=20, worlds=1), partial(generator, 1, "task"))
    return dataset, export(TeacherSettings(norms=[0.5, 1.0]), draw, dataset)


def test_descent_paths_end_at_their_limit(gaussian_task):
    dataset, logits = gaussian_task
    settings = linear_path.Settings(
        precisions=["float64", "float32"], max_steps=3000, recorded_steps=10, flow_time=1e10
    )
    path = linear_path.fit(settings, draw, dataset, logits)
    teacher = dataset["teacher_direction"].values[0]
    for norm in (0.5, 1.0):
        limit = path["limit"].sel(teacher_norm=norm).isel(world=0).values
        np.testing.assert_allclose(limit, project_onto_span(dataset["inputs"].values[0], norm * teacher), atol=1e-12)
        end = path["weights"].sel(teacher_norm=norm).isel(world=0, step=-1)
        scale = np.linalg.norm(limit)
        assert np.linalg.norm(path["flow"].sel(teacher_norm=norm).isel(world=0) - limit) < 1e-8 * scale
        assert np.linalg.norm(end.sel(precision="float64") - limit) < 1e-6 * scale
        assert 1e-9 * scale < np.linalg.norm(end.sel(precision="float32") - limit) < 1e-5 * scale
    assert path["step"].values[0] == 0 and path["step"].values[-1] == 3000


@pytest.mark.slow
def test_deep_students_start_as_asked_and_reach_the_span(gaussian_task):
    dataset, logits = gaussian_task
    settings = deep_linear.Settings(
        depths=[2], init_ratios=[0.1, 0.01], starts=["balanced", "wrong_sign", "opposite", "gaussian"],
        hidden_width=6, learning_rate=0.1, tolerance=1e-3, max_steps=20_000, recorded_steps=8, unit_inputs=False,
    )  # fmt: skip
    trained = deep_linear.fit(settings, draw, dataset, logits.isel(teacher_norm=[1]))
    trained = trained.isel(world=0)
    start = trained["weights"].isel(step=0, depth=0)
    scale = np.linalg.norm(trained["limit"])
    np.testing.assert_allclose(np.sqrt((start**2).sum("axis")), np.broadcast_to([0.1 * scale, 0.01 * scale], (4, 2)))
    np.testing.assert_allclose(start.sel(start="balanced"), -start.sel(start="wrong_sign"))
    assert (trained["steps_used"].sel(start=["balanced", "gaussian"]) > 0).all()
    # The velocity is the derivative of the path: one step of gradient descent moves by it, to first order.
    moved = (trained["weights"].sel(step=1) - trained["weights"].sel(step=0)) / 0.1
    velocity = trained["velocity"].isel(step=0)
    error = np.sqrt(((moved - velocity) ** 2).sum("axis") / (velocity**2).sum("axis"))
    assert (error < 0.1).all()


def test_deep_students_of_unit_inputs_see_the_same_angles_and_another_length(task):
    dataset, logits = task
    settings = {
        "depths": [2], "init_ratios": [0.01], "starts": ["balanced"], "hidden_width": 6, "learning_rate": 2.0,
        "tolerance": 1e-3, "max_steps": 20_000, "recorded_steps": 8,
    }  # fmt: skip
    one_law = dataset.isel(kappa=[1], world=[0, 1]), logits.isel(kappa=[1], world=[0, 1])
    trained = deep_linear.fit(deep_linear.Settings(**settings, unit_inputs=True), draw, *one_law)
    for world in range(2):
        expected = project_onto_span(dataset["inputs"].values[1, world], 2 * dataset["teacher_direction"].values)
        np.testing.assert_allclose(trained["limit"].isel(world=world), expected, atol=1e-12)
    assert (trained["steps_used"] > 0).all()
    raw = deep_linear.fit(deep_linear.Settings(**settings, unit_inputs=False), draw, *one_law)
    assert not np.allclose(raw["velocity"].isel(step=0), trained["velocity"].isel(step=0))
