from functools import partial

import numpy as np
import pytest
from scipy import stats

from kdtheory.jobs.seeds import generator
from kdtheory.tasks import gaussian, margin, polynomial_angle
from kdtheory.tasks.angular import unit_directions
from kdtheory.theory.angles import acute_angle
from kdtheory.theory.projection import minimum_norm_weights

draw = partial(generator, 7, "task")


def polynomial(**changes):
    settings = {"dim": 12, "kappas": [0.5, 2.0], "scale": 1.0, "n_points": 30, "worlds": 40, "coordinates": "ambient"}
    return polynomial_angle.build(polynomial_angle.Settings(**{**settings, **changes}), draw)


@pytest.mark.parametrize("coordinates", ["ambient", "triangular"])
def test_angles_of_the_points_follow_the_polynomial_law(coordinates):
    # A Kolmogorov–Smirnov test of each of four samples at 1e-4: one false alarm in 2,500 seeds.
    dataset = polynomial(coordinates=coordinates)
    for kappa in dataset["kappa"].values:
        angles = acute_angle(dataset["inputs"].sel(kappa=kappa).values, dataset["teacher_direction"].values).ravel()
        law = lambda theta, kappa=kappa: 1 - (1 - 2 * theta / np.pi) ** kappa  # noqa: E731
        assert stats.kstest(angles, law).pvalue > 1e-4


def test_all_kappas_share_directions_lengths_and_the_order_of_angles():
    dataset = polynomial()
    one, two = (dataset["inputs"].isel(kappa=index).values for index in (0, 1))
    np.testing.assert_allclose(np.linalg.norm(one, axis=-1), np.linalg.norm(two, axis=-1), rtol=1e-12)
    across_one, across_two = (x[..., 1:] / np.linalg.norm(x[..., 1:], axis=-1, keepdims=True) for x in (one, two))
    np.testing.assert_allclose(across_one, across_two, atol=1e-12)
    assert np.all(np.abs(one[..., 0]) <= np.abs(two[..., 0]))


def test_labels_are_the_side_of_the_boundary_and_sample_ids_are_unique():
    dataset = polynomial()
    np.testing.assert_array_equal(dataset["label"], dataset["inputs"].isel(axis=0) > 0)
    assert len(np.unique(dataset["sample_id"])) == dataset["sample_id"].size


def test_a_world_does_not_depend_on_how_many_there_are():
    few, many = polynomial(worlds=3), polynomial(worlds=5)
    np.testing.assert_array_equal(few["inputs"], many["inputs"].isel(world=slice(3)))


@pytest.mark.slow
def test_triangular_coordinates_have_the_law_of_ambient_ones():
    # Two-sample Kolmogorov–Smirnov tests on the student's angle at five sizes, each at 1e-4: one false alarm in 2,000.
    angles = {}
    for coordinates in ("ambient", "triangular"):
        dataset = polynomial(coordinates=coordinates, worlds=1500, n_points=14, kappas=[1.0])
        inputs, teacher = dataset["inputs"].isel(kappa=0).values, dataset["teacher_direction"].values
        for size in (1, 3, 6, 10, 11):
            student = minimum_norm_weights(inputs[:, :size], inputs[:, :size] @ teacher)
            angles[coordinates, size] = acute_angle(student, teacher)
    for size in (1, 3, 6, 10, 11):
        assert stats.ks_2samp(angles["ambient", size], angles["triangular", size]).pvalue > 1e-4


def test_triangular_coordinates_are_few_and_still_span_everything_once_n_reaches_d():
    directions = unit_directions(np.random.default_rng(0), 20, 12, "triangular")
    assert directions.shape == (20, 11)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    assert np.all(np.triu(directions[:11], 1) == 0)
    assert np.linalg.matrix_rank(directions) == 11
    assert unit_directions(np.random.default_rng(0), 5, 1000, "triangular").shape == (5, 5)


def test_no_point_of_a_margin_task_lies_within_the_margin():
    settings = margin.Settings(dim=5, limit_degrees=70.0, n_points=200, worlds=3)
    dataset = margin.build(settings, draw)
    angles = acute_angle(dataset["inputs"].values, dataset["teacher_direction"].values)
    assert angles.max() <= np.deg2rad(70) + 1e-12
    # Uniform on [0, 70°]: a Kolmogorov–Smirnov test at 1e-4.
    assert stats.kstest(angles.ravel(), stats.uniform(0, np.deg2rad(70)).cdf).pvalue > 1e-4


def test_gaussian_inputs_are_standard_and_teacher_directions_unit():
    dataset = gaussian.build(gaussian.Settings(dim=10, n_points=50, worlds=20), draw)
    np.testing.assert_allclose(np.linalg.norm(dataset["teacher_direction"], axis=-1), 1)
    # A Kolmogorov–Smirnov test at 1e-4.
    assert stats.kstest(dataset["inputs"].values.ravel(), stats.norm.cdf).pvalue > 1e-4
    logits = np.einsum("rnd,rd->rn", dataset["inputs"], dataset["teacher_direction"])
    np.testing.assert_array_equal(dataset["label"], logits > 0)
