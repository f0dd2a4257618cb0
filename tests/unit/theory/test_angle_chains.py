import numpy as np
import pytest
from scipy.stats import ks_2samp

from kdtheory.theory.angle_chains import conditional_error, next_squared_cotangent
from kdtheory.theory.angles import MarginAngles, PolynomialAngles, signed_angle
from kdtheory.theory.projection import project_onto_span
from kdtheory.theory.risk import angle_risk


def _students(rng, law, sets, n_train, dim):
    """Distilled students of explicit points, one at a time: the obviously right twin."""
    angles = np.empty(sets)
    for index in range(sets):
        boundary = law.sample_boundary_angles(rng.random(n_train))
        across = rng.standard_normal((n_train, dim - 1))
        across /= np.linalg.norm(across, axis=1, keepdims=True)
        inputs = np.column_stack([np.sin(boundary), np.cos(boundary)[:, None] * across])
        angles[index] = signed_angle(project_onto_span(inputs, np.eye(dim)[0]), np.eye(dim)[0])
    return angles


@pytest.mark.slow
@pytest.mark.parametrize("law", [PolynomialAngles(0.5), MarginAngles(1.4)], ids=repr)
@pytest.mark.parametrize("n_train", [1, 2, 5, 7])
def test_the_chain_has_the_law_of_the_angles_of_explicit_students(law, n_train):
    rng, dim = np.random.default_rng(1), 8
    state = np.zeros(20_000)
    for seen in range(n_train):
        state = next_squared_cotangent(
            rng, state, law.sample_boundary_angles(rng.random(20_000)), n_train=seen, dim=dim
        )
    explicit = _students(rng, law, 2000, n_train, dim)
    # Eight comparisons: a false alarm once in 1,250 seeds.
    assert ks_2samp(np.arctan2(1, np.sqrt(state)), explicit).pvalue > 1e-4


def test_one_more_point_never_brings_the_chain_back():
    rng = np.random.default_rng(2)
    before = rng.exponential(size=1000)
    for seen in (1, 3, 18):
        assert (next_squared_cotangent(rng, before, rng.uniform(0, 1.5, 1000), n_train=seen, dim=20) >= before).all()


def test_the_conditional_error_is_that_of_explicit_points_on_either_side_of_the_boundary():
    rng, dim, angle, point = np.random.default_rng(3), 6, 1.1, 1.2
    student = np.cos(angle) * np.eye(dim)[0] + np.sin(angle) * np.eye(dim)[1]
    across = rng.standard_normal((200_000, dim - 1))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    exact = conditional_error(angle, point, dim)
    for side in (1, -1):  # eq. 32 and eq. 33
        points = np.column_stack([np.full(200_000, side * np.cos(point)), np.sin(point) * across])
        # Four standard errors, twice: once in 16,000 seeds.
        assert abs(np.mean(side * points @ student < 0) - exact) < 4 * np.sqrt(exact / 200_000)


def test_the_conditional_error_averages_to_the_risk():
    law, dim = PolynomialAngles(1.0), 9
    angles = np.pi / 2 - law.sample_boundary_angles((np.arange(200_000) + 0.5) / 200_000)
    assert np.mean(conditional_error(0.7, angles, dim)) == pytest.approx(angle_risk(0.7, dim, law), rel=1e-6)


def test_a_point_within_the_triangle_inequality_is_never_wrong():
    assert conditional_error(0.5, np.pi / 2 - 0.5001, 5) == 0
    assert conditional_error(0.5, np.pi / 2 - 0.4999, 5) > 0
    assert conditional_error(0.5, np.pi / 2, 5) == pytest.approx(0.5)
    assert conditional_error(0.0, np.pi / 2 - 1e-9, 5) == 0


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda rng: next_squared_cotangent(rng, 1.0, 0.5, n_train=4, dim=5), "n_train"),
        (lambda rng: next_squared_cotangent(rng, 1.0, 0.5, n_train=-1, dim=5), "n_train"),
        (lambda rng: conditional_error(1.6, 0.5, 5), "angle"),
        (lambda rng: conditional_error(0.5, -0.1, 5), "point_angle"),
        (lambda rng: conditional_error(0.5, 0.5, 2), "dim"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=name):
        call(np.random.default_rng(0))
