import mpmath
import numpy as np
import pytest

from kdtheory.theory import risk
from kdtheory.theory.angles import IsotropicAngles, MarginAngles, PolynomialAngles
from kdtheory.theory.risk import RiskTable, angle_risk, polynomial_angle_risk


def _exact_polynomial_risk(angle, dim, kappa):
    """The defining expectation, 30 digits; scaled, because mpmath's error control is absolute."""
    with mpmath.workdps(30):
        tangent, kappa = mpmath.tan(mpmath.mpf(angle)), mpmath.mpf(kappa)
        width = mpmath.sqrt(max(kappa, 1) / dim)
        scale = min(tangent, 1) * width

        def integrand(s):  # t = sin(e^s)
            psi = mpmath.exp(s)
            probability = (2 / mpmath.pi * mpmath.atan(mpmath.sin(psi) * tangent) / scale) ** kappa
            return probability * mpmath.cos(psi) ** (dim - 3) * psi

        # Cut at the width of the density and at the saturation of the arctangent.
        top = mpmath.log(mpmath.pi / 2)
        cuts = {-70, -30, top, *(mpmath.log(width * x) for x in (0.01, 0.1, 0.5, 1, 2, 3, 5, 8))}
        cuts |= {-mpmath.log(tangent) + x for x in (-2, 0, 2)}
        total = mpmath.quad(integrand, sorted(min(cut, top) for cut in cuts))
        return scale**kappa * total / mpmath.beta(0.5, mpmath.mpf(dim - 2) / 2)


@pytest.mark.slow
@pytest.mark.parametrize("dim", [3, 4, 100, 100000])
@pytest.mark.parametrize(
    ("kappa", "angle"),
    [(2.0**-6, 1e-9), (2.0**-6, np.pi / 2 - 1e-6), (1.0, 0.3), (1.0, 1.5), (20.0, 1e-3), (20.0, 1.2)],
)
def test_quadrature_agrees_with_thirty_digits(dim, kappa, angle):
    exact = _exact_polynomial_risk(angle, dim, kappa)
    assert abs(polynomial_angle_risk(angle, dim, kappa) / exact - 1) < 1e-12


@pytest.mark.parametrize("dim", [3, 50, 1000, 100000])
@pytest.mark.parametrize("kappa", [2.0**-6, 1.0, 20.0])
def test_small_angles_have_the_closed_form_of_the_moments(dim, kappa):
    angle = 1e-8
    moment = mpmath.beta((kappa + 1) / 2, mpmath.mpf(dim - 2) / 2) / mpmath.beta(0.5, mpmath.mpf(dim - 2) / 2)
    exact = (2 * mpmath.tan(angle) / mpmath.pi) ** kappa * moment / 2
    assert abs(polynomial_angle_risk(angle, dim, kappa) / exact - 1) < 1e-12


def _exact_margin_risk(angle, dim, law):
    """The expectation beyond the kink, 30 digits, scaled by the density there."""
    with mpmath.workdps(30):
        tangent, margin = mpmath.tan(mpmath.mpf(angle)), mpmath.mpf(law.margin)
        start = mpmath.asin(mpmath.tan(margin) / tangent)

        def integrand(psi):
            boundary = mpmath.atan(mpmath.sin(psi) * tangent)
            return (boundary - margin) / law.limit * (mpmath.cos(psi) / mpmath.cos(start)) ** (dim - 3)

        decay = 1 / (dim * mpmath.tan(start))
        cuts = {min(start + decay * x, mpmath.pi / 2) for x in (0, 0.2, 1, 2, 4, 8, 16, 32, 64, 1e9)}
        total = mpmath.quad(integrand, sorted(cuts)) * mpmath.cos(start) ** (dim - 3)
        return total / mpmath.beta(0.5, mpmath.mpf(dim - 2) / 2)


@pytest.mark.parametrize(("dim", "limit", "angle"), [(3, 85, 0.1), (10, 85, 1.5), (100, 40, 0.9), (1000, 85, 0.3)])
def test_quadrature_splits_at_a_kink(dim, limit, angle):
    law = MarginAngles(float(np.deg2rad(limit)))
    assert abs(angle_risk(angle, dim, law) / _exact_margin_risk(angle, dim, law) - 1) < 1e-12


def test_scaled_law_is_the_smooth_law_until_it_saturates():
    law = PolynomialAngles(2.0, scale=4.0)
    angle = np.array([1e-5, 0.1, np.pi / 8])  # no boundary angle beyond π/8 is reached
    assert np.allclose(angle_risk(angle, 7, law), 16 * polynomial_angle_risk(angle, 7, 2.0), rtol=1e-13)
    grid = np.sin((np.arange(400000) + 0.5) / 400000 * np.pi / 2)  # midpoint rule in ψ, d = 3: uniform
    midpoint = np.mean(law.boundary_cdf(np.arctan(grid * np.tan(1.2)))) / 2
    assert abs(angle_risk(1.2, 3, law) / midpoint - 1) < 1e-10


@pytest.mark.parametrize("law", [PolynomialAngles(0.25), PolynomialAngles(2.0), MarginAngles(1.3)], ids=repr)
@pytest.mark.parametrize(("dim", "angle"), [(2, 0.6), (3, 1.0), (10, 1.45), (100, 1.5), (10, 2.2)])
def test_exact_risk_agrees_with_simulation(law, dim, angle):
    # 15 binomial checks at 4 standard errors: false alarm 15 × 6e-5 ≈ 1e-3.
    rng = np.random.default_rng([dim, int(1000 * angle)])
    n_points = 20000
    boundary = law.sample_boundary_angles(rng.uniform(size=n_points))
    across = rng.standard_normal((n_points, dim - 1))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    side = rng.choice([-1.0, 1.0], n_points)
    points = side[:, None] * np.column_stack([np.sin(boundary), np.cos(boundary)[:, None] * across])
    student = np.zeros(dim)
    student[:2] = np.cos(angle), np.sin(angle)
    wrong = np.mean((points @ student > 0) != (points[:, 0] > 0))
    exact = angle_risk(angle, dim, law)
    assert abs(wrong - exact) < 4 * np.sqrt(max(exact * (1 - exact), 1e-12) / n_points)


def test_two_dimensions_have_a_closed_form():
    angle = np.linspace(0, np.pi / 2, 50)
    assert np.allclose(polynomial_angle_risk(angle, 2, 0.3), (2 * angle / np.pi) ** 0.3 / 2, rtol=1e-14)


@pytest.mark.parametrize("dim", [2, 3, 4, 30, 5000])
def test_isotropic_data_give_the_angle_itself(dim):
    angle = np.array([0.0, 1e-9, 1e-3, 0.5, 1.5, np.pi / 2, 1.8, 3.0, np.pi])
    assert np.allclose(angle_risk(angle, dim, IsotropicAngles(dim)), angle / np.pi, rtol=1e-12, atol=0)


@pytest.mark.parametrize("dim", [2, 3, 20])
def test_margin_protects_every_student_within_it(dim):
    law = MarginAngles(np.deg2rad(80))
    margin = np.deg2rad(10)
    assert np.all(angle_risk(margin * np.array([0, 0.5, 0.999]), dim, law) == 0)
    beyond = angle_risk(margin * np.array([1.01, 1.1, 2]), dim, law)
    assert np.all(beyond > 0)
    assert np.all(np.diff(beyond) > 0)


def test_obtuse_students_err_where_their_opposites_do_not():
    angle = np.array([0.2, 1.0, 1.5])
    law = PolynomialAngles(0.5)
    assert np.allclose(angle_risk(np.pi - angle, 9, law), 1 - angle_risk(angle, 9, law), rtol=1e-13)
    assert polynomial_angle_risk(np.pi / 2, 9, 0.5) == pytest.approx(0.5, rel=1e-13)


def test_many_angles_in_any_shape_equal_one_by_one():
    angles = np.random.default_rng(0).uniform(0, np.pi, (2, risk._ANGLES_AT_ONCE))
    together = polynomial_angle_risk(angles, 12, 1.0)
    assert together.shape == angles.shape
    picked = (0, 0), (0, -1), (1, 0), (1, -1)
    assert all(together[i] == polynomial_angle_risk(angles[i], 12, 1.0) for i in picked)


@pytest.mark.parametrize(
    ("dim", "law"),
    [
        (1000, PolynomialAngles(2.0**-6)),
        (3, PolynomialAngles(1.0)),
        (100000, PolynomialAngles(20.0)),
        (2, PolynomialAngles(0.3)),
        (10, IsotropicAngles(1000)),
    ],
    ids=repr,
)
def test_table_agrees_with_quadrature(dim, law):
    rng = np.random.default_rng(7)
    angles = np.concatenate(
        [
            10 ** rng.uniform(-12, np.log10(np.pi / 2), 300),
            np.pi / 2 + rng.choice([-1, 1], 300) * 10 ** rng.uniform(-16, 0, 300),
            rng.uniform(0, np.pi, 300),
            [0.0, 1e-10, np.pi / 2, np.pi - 1e-10, np.pi],
        ]
    )
    table = RiskTable(dim, law)
    assert np.allclose(table(angles), angle_risk(angles, dim, law), rtol=1e-10, atol=0)
    assert table(0.0) == 0


@pytest.mark.parametrize("dim", [3, 10, 100])
def test_the_table_serves_a_margin(dim):
    law = MarginAngles(np.deg2rad(85))
    table = RiskTable(dim, law)
    angles = law.margin + np.concatenate([[1e-4, 1e-3], np.linspace(0.01, np.pi / 2 - law.margin, 200)])
    np.testing.assert_allclose(table(angles), angle_risk(angles, dim, law), rtol=1e-8)
    assert table(law.margin / 2) == table(law.margin) == 0
    assert table(np.pi - angles[50]) == pytest.approx(1 - table(angles[50]), rel=1e-12)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: polynomial_angle_risk(-0.1, 3, 1.0), "angle"),
        (lambda: polynomial_angle_risk(3.2, 3, 1.0), "angle"),
        (lambda: polynomial_angle_risk(np.nan, 3, 1.0), "angle"),
        (lambda: polynomial_angle_risk(0.1, 1, 1.0), "dim"),
        (lambda: polynomial_angle_risk(0.1, 2.5, 1.0), "dim"),
        (lambda: polynomial_angle_risk(0.1, 3, -1.0), "kappa"),
        (lambda: RiskTable(3, PolynomialAngles(1.0, scale=2.0)), "law"),
        (lambda: RiskTable(3, PolynomialAngles(1.0))(4.0), "angle"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()
