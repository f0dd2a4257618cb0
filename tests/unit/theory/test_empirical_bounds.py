import numpy as np
import pytest

from kdtheory.theory.angles import PolynomialAngles
from kdtheory.theory.bounds import risk_bound
from kdtheory.theory.empirical_bounds import confidence_band, empirical_risk_bound


@pytest.mark.parametrize("band", [0.0, 0.05])
@pytest.mark.parametrize("seed", range(3))
def test_the_minimum_is_that_of_a_search_over_every_angle(band, seed):
    rng = np.random.default_rng(seed)
    boundary = rng.choice(np.linspace(0.05, np.pi / 2, 12), 15)  # ties
    betas = np.linspace(0, np.pi / 2, 20_001)
    angles = np.pi / 2 - boundary
    missed = np.minimum(np.mean(angles[:, None] >= betas, axis=0) + band, 1)
    unseen = np.minimum(np.mean(angles[:, None] >= np.pi / 2 - betas, axis=0) + band, 1)
    for size in (1, 3, 40):
        found = empirical_risk_bound(boundary, [size], band=band)
        assert found.shape == (1,)
        assert found[0] == pytest.approx(np.min(missed + unseen**size), abs=1e-12)


def test_many_points_of_a_law_have_the_bound_of_the_law():
    law = PolynomialAngles(2.0)
    points = law.sample_boundary_angles((np.arange(200_000) + 0.5) / 200_000)
    sizes = np.array([2, 20, 100])
    np.testing.assert_allclose(empirical_risk_bound(points, sizes), risk_bound(law, sizes), atol=1e-5)


def test_the_bound_says_nothing_where_no_point_is_closer_than_45_degrees_to_the_teacher():
    rng = np.random.default_rng(4)
    assert (empirical_risk_bound(rng.uniform(0, np.pi / 4, 500), [1, 10, 10_000]) == 1).all()
    assert empirical_risk_bound(rng.uniform(0, np.pi / 2, 500), [100])[0] < 0.2


def test_the_band_holds_everywhere_as_often_as_it_says():
    rng, points = np.random.default_rng(5), 200
    uniforms = np.sort(rng.random((4000, points)), axis=1)
    # p̂ of a uniform law just below each point: the largest p − p̂ is there.
    missed = np.max(uniforms - np.arange(points) / points, axis=1) > confidence_band(points, 0.1)
    # Massart's constant is tight: 10 % of 4,000, and at most 4 standard errors more.
    assert 0.07 < np.mean(missed) < 0.1 + 4 * np.sqrt(0.1 * 0.9 / 4000)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: empirical_risk_bound([], [1]), "boundary_angles"),
        (lambda: empirical_risk_bound([1.6], [1]), "boundary_angles"),
        (lambda: empirical_risk_bound([0.5], [0]), "n_train"),
        (lambda: empirical_risk_bound([0.5], [1], band=-0.1), "band"),
        (lambda: confidence_band(0), "points"),
        (lambda: confidence_band(10, 0.6), "error_rate"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()
