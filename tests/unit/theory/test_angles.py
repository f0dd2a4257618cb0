import mpmath
import numpy as np
import pytest
from scipy.special import ndtri

from kdtheory.theory.angles import (
    IsotropicAngles,
    MarginAngles,
    PolynomialAngles,
    acute_angle,
    angle_from_gram,
    bartlett_factor,
    signed_angle,
)

LAWS = [
    PolynomialAngles(1.0),
    PolynomialAngles(2.0**-5),
    PolynomialAngles(20.0, scale=20.0),
    MarginAngles(np.deg2rad(85)),
    MarginAngles(np.pi / 2),
    IsotropicAngles(2),
    IsotropicAngles(1000),
]
each_law = pytest.mark.parametrize("law", LAWS, ids=repr)


@each_law
def test_survival_is_a_reverse_distribution_function(law):
    survival = law.survival(np.linspace(0, np.pi / 2, 1001))
    assert survival[0] == 1
    assert survival[-1] < 1e-12
    assert np.all(np.diff(survival) <= 0)


@each_law
def test_sampling_inverts_the_distribution_function(law):
    uniforms = np.linspace(0.001, 0.999, 999)
    assert np.allclose(law.boundary_cdf(law.sample_boundary_angles(uniforms)), uniforms, rtol=1e-12, atol=0)


@each_law
def test_kinks_lie_inside_and_are_kinks(law):
    for kink in law.kinks:
        assert 0 < kink < np.pi / 2
        left, right = np.diff(law.boundary_cdf(kink + 1e-6 * np.array([-1, 0, 1])))
        assert abs(left - right) > 0.5 * max(left, right)


def test_survival_has_the_closed_forms_of_the_tasks():
    angle = np.array([0.0, 0.3, 1.2, 1.5])
    assert np.allclose(PolynomialAngles(0.7).survival(angle), (1 - 2 * angle / np.pi) ** 0.7, rtol=1e-14)
    scaled = np.minimum(1, (3 * (1 - 2 * angle / np.pi)) ** 0.7)
    assert np.allclose(PolynomialAngles(0.7, scale=3.0).survival(angle), scaled, rtol=1e-14)
    assert np.allclose(MarginAngles(1.4).survival(angle), np.maximum(0, 1 - angle / 1.4), rtol=1e-14)


def test_tiny_boundary_angles_keep_all_digits():
    tiny = np.array([1e-300, 1e-170, 1e-20, 1e-9])
    assert np.allclose(PolynomialAngles(0.5).boundary_cdf(tiny), np.sqrt(2 * tiny / np.pi), rtol=1e-14, atol=0)
    assert np.allclose(MarginAngles(np.pi / 2).boundary_cdf(tiny), 2 * tiny / np.pi, rtol=1e-14, atol=0)
    for dim in (2, 3, 50):
        density = 2 / mpmath.beta(0.5, mpmath.mpf(dim - 1) / 2)
        exact = [float(density * b) for b in tiny]
        assert np.allclose(IsotropicAngles(dim).boundary_cdf(tiny), exact, rtol=1e-13, atol=0)


def test_isotropic_law_agrees_with_fifty_digits():
    for dim in (2, 3, 7, 200):
        angles = np.array([1e-12, 1e-3, 0.1, 0.7, 0.8, 1.3, 1.57, np.pi / 2 - 1e-9])
        with mpmath.workdps(50):
            squares = [mpmath.sin(mpmath.mpf(b)) ** 2 for b in angles]
            half = mpmath.mpf(dim - 1) / 2
            exact = [float(mpmath.betainc(0.5, half, 0, square, regularized=True)) for square in squares]
        assert np.allclose(IsotropicAngles(dim).boundary_cdf(angles), exact, rtol=1e-13, atol=0)


def test_isotropic_law_agrees_with_gaussian_vectors():
    # Binomial check at 5 angles, two-sided 4 standard errors: false alarm 5 × 6e-5.
    rng = np.random.default_rng(1)
    points = rng.standard_normal((40000, 6))
    boundary = np.arcsin(np.abs(points[:, 0]) / np.linalg.norm(points, axis=1))
    for angle in (0.05, 0.2, 0.4, 0.7, 1.0):
        probability = IsotropicAngles(6).boundary_cdf(angle)
        error = np.sqrt(probability * (1 - probability) / 40000)
        assert abs(np.mean(boundary < angle) - probability) < 4 * error


@pytest.mark.parametrize("angle", [1e-12, 1e-8, 1e-3, 1.0, np.pi / 2 - 1e-9, 2.0, np.pi - 1e-8])
def test_angles_of_constructed_vectors_are_exact(angle):
    rng = np.random.default_rng(2)
    basis = np.linalg.qr(rng.standard_normal((30, 2)))[0].T
    weights = 7 * (np.cos(angle) * basis[0] + np.sin(angle) * basis[1])
    direction = 0.1 * basis[0]
    assert abs(signed_angle(weights, direction) - angle) < 1e-15 * 10
    assert abs(acute_angle(weights, direction) - min(angle, np.pi - angle)) < 1e-15 * 10


def test_angles_broadcast_over_leading_axes():
    rng = np.random.default_rng(3)
    weights, direction = rng.standard_normal((4, 3, 5)), rng.standard_normal((3, 5))
    angles = signed_angle(weights, direction)
    assert angles.shape == (4, 3)
    cosine = weights[2, 1] @ direction[1] / np.linalg.norm(weights[2, 1]) / np.linalg.norm(direction[1])
    assert np.isclose(np.cos(angles[2, 1]), cosine, rtol=1e-14)


def test_perpendicular_weights_are_at_a_right_angle():
    assert signed_angle([0.0, 2.0], [1.0, 0.0]) == np.pi / 2


def _explicit_angle(boundary, directions):
    """Angle of the projection of e_0 onto the span of sin b·e_0 + cos b·u, from the vectors themselves."""
    points = np.column_stack([np.sin(boundary), np.cos(boundary)[:, None] * directions])
    teacher = np.eye(points.shape[1])[0]
    solution = points.T @ np.linalg.lstsq(points.T, teacher, rcond=None)[0]
    return acute_angle(solution, teacher)


def test_angle_from_gram_equals_the_projection_of_vectors_for_every_prefix():
    rng = np.random.default_rng(4)
    directions = rng.standard_normal((3, 8, 11))
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    factor = np.linalg.cholesky(directions @ np.swapaxes(directions, -1, -2))
    laws = PolynomialAngles(1.0), PolynomialAngles(0.25)
    uniforms = rng.uniform(size=(3, 8))
    boundary = np.stack([law.sample_boundary_angles(uniforms) for law in laws])
    angles = angle_from_gram(boundary, factor)
    assert angles.shape == (2, 3, 8)
    for index in np.ndindex(angles.shape):
        law, one, last = index
        explicit = _explicit_angle(boundary[law, one, : last + 1], directions[one, : last + 1])
        assert np.isclose(np.cos(angles[index]), np.cos(explicit), rtol=0, atol=1e-12)
    assert np.all(np.diff(angles, axis=-1) <= 0)


def test_points_on_the_boundary_teach_nothing_and_aligned_points_everything():
    assert np.array_equal(angle_from_gram([0.0, 0.0], np.eye(2)), [np.pi / 2, np.pi / 2])
    assert angle_from_gram([0.0, np.pi / 2], np.eye(2))[-1] < 1e-15


def test_bartlett_factors_have_the_law_of_real_directions():
    # Moments of the squared sine of the angle to the teacher against explicit vectors, n = 4, d = 7.
    # Two-sample 4.5 standard errors at 4 prefixes × 2 moments: false alarm 5e-5.
    rng = np.random.default_rng(5)
    sets, n_train, dim = 4000, 4, 7
    boundary = PolynomialAngles(1.0).sample_boundary_angles(rng.uniform(size=(2, sets, n_train)))
    directions = rng.standard_normal((sets, n_train, dim - 1))
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    explicit = np.linalg.cholesky(directions @ np.swapaxes(directions, -1, -2))
    sampled = bartlett_factor(rng, sets, n_train, dim)
    assert np.allclose(np.sum(sampled**2, axis=-1), 1, rtol=1e-14)
    ours = np.sin(angle_from_gram(boundary[0], sampled)) ** 2
    theirs = np.sin(angle_from_gram(boundary[1], explicit)) ** 2
    assert -ndtri(5e-5 / 16) < 4.6
    for power in (1, 2):
        a, b = ours**power, theirs**power
        error = np.sqrt((a.var(axis=0) + b.var(axis=0)) / sets)
        assert np.all(np.abs(a.mean(axis=0) - b.mean(axis=0)) < 4.6 * error)


def test_bartlett_factors_have_the_exact_moments_of_their_beta_laws():
    # L_ii² ~ Beta((d−1−i)/2, i/2) and L_ij² ~ Beta(1/2, (d−2)/2) in the first column. 2 × 4 means at 4.6 standard
    # errors: false alarm 8 × 4e-6.
    sets, dim = 20000, 6
    squares = bartlett_factor(np.random.default_rng(7), sets, 5, dim) ** 2
    for row in range(1, 5):
        for column, mean in ((row, (dim - 1 - row) / (dim - 1)), (0, 1 / (dim - 1))):
            sample = squares[:, row, column]
            assert abs(sample.mean() - mean) < 4.6 * sample.std() / np.sqrt(sets)


def test_bartlett_factor_allows_one_point_less_than_the_dimension():
    factor = bartlett_factor(np.random.default_rng(6), 100, 4, 5)
    assert factor.shape == (100, 4, 4)
    assert np.all(np.diagonal(factor, axis1=1, axis2=2) > 0)
    assert np.all(np.triu(factor, 1) == 0)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: PolynomialAngles(0.0), "kappa"),
        (lambda: PolynomialAngles(1.0, scale=0.5), "scale"),
        (lambda: MarginAngles(2.0), "limit"),
        (lambda: IsotropicAngles(1), "dim"),
        (lambda: signed_angle([0.0, 0.0], [1.0, 0.0]), "weights"),
        (lambda: signed_angle([1.0, 0.0], [0.0, 0.0]), "direction"),
        (lambda: signed_angle([1.0, np.nan], [1.0, 0.0]), "weights"),
        (lambda: acute_angle([1.0, 0.0, 0.0], [1.0, 0.0]), "weights"),
        (lambda: angle_from_gram([0.1, 0.2], np.eye(3)), "correlation_factor"),
        (lambda: bartlett_factor(np.random.default_rng(0), 1, 5, 5), "n_train"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()
