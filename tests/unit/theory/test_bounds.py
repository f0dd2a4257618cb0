import numpy as np
import pytest

from kdtheory.theory.angles import (
    IsotropicAngles,
    MarginAngles,
    PolynomialAngles,
    angle_from_gram,
    bartlett_factor,
)
from kdtheory.theory.bounds import (
    angle_inflation,
    margin_bound,
    polynomial_bound,
    polynomial_bound_proved,
    risk_bound,
    transfer_risk_bound,
)
from kdtheory.theory.risk import angle_risk

SIZES = np.array([1, 2, 3, 20, 500, 10**5])
KAPPAS = np.array([2.0**-6, 0.1, 0.5, 0.99, 1.0, 1.01, 2.0, 20.0])


def _grid_minimum(n_train, kappa):
    logit = np.concatenate([[-np.inf], np.linspace(-60, 60, 1_000_001), [np.inf]])
    tail = np.exp(-np.abs(logit))
    small, large = tail / (1 + tail), 1 / (1 + tail)
    s, rest = np.where(logit < 0, small, large), np.where(logit < 0, large, small)
    return np.min(rest**kappa + s ** (kappa * n_train))


@pytest.mark.slow
@pytest.mark.parametrize("n_train", SIZES)
@pytest.mark.parametrize("kappa", [2.0**-6, 0.5, 1.0, 2.0, 20.0])
def test_transfer_risk_bound_is_the_minimum_on_a_dense_grid(n_train, kappa):
    bound = transfer_risk_bound(n_train, kappa)
    grid = _grid_minimum(n_train, kappa)
    # Half a cell is 6e-5 in the logit, and the logarithmic slopes of both terms are at most κ(1 + log n).
    assert grid * (1 - 2e-9 * max(1, kappa * (1 + np.log(n_train))) ** 2) <= bound <= grid * (1 + 1e-13)


def test_transfer_risk_bound_agrees_with_the_search_for_general_laws():
    for kappa in KAPPAS:
        general = risk_bound(PolynomialAngles(kappa), SIZES)
        rounding = (1e-14 + 1e-15 * SIZES) * max(1, kappa)  # p, off by an ulp, is raised to the power n
        assert np.all(np.abs(transfer_risk_bound(SIZES, kappa) / general - 1) < rounding)


def test_transfer_risk_bound_broadcasts():
    table = transfer_risk_bound(SIZES[:, None], KAPPAS)
    assert table.shape == (SIZES.size, KAPPAS.size)
    assert table[3, 4] == transfer_risk_bound(20, 1.0)


def test_transfer_risk_bound_is_one_exactly_where_kappa_n_is_at_most_one():
    n_train, kappa = np.meshgrid([1, 2, 4, 64], [2.0**-6, 0.25, 0.5, 1.0, 1.5])
    assert np.array_equal(transfer_risk_bound(n_train, kappa) == 1, n_train * kappa <= 1)
    assert transfer_risk_bound(1, 1 + 1e-9) <= 1
    assert transfer_risk_bound(64, (1 + 1e-12) / 64) == pytest.approx(1, rel=1e-12)


def test_one_point_has_a_closed_form():
    assert transfer_risk_bound(1, 3.0) == pytest.approx(2 * 0.5**3, rel=1e-14)


def test_transfer_risk_bound_is_below_corollary_2():
    assert np.all(transfer_risk_bound(SIZES[:, None], KAPPAS) <= polynomial_bound(SIZES[:, None], KAPPAS) * (1 + 1e-14))


@pytest.mark.slow
@pytest.mark.parametrize(
    "law",
    [PolynomialAngles(0.3), PolynomialAngles(5.0, scale=2.0), MarginAngles(1.4), IsotropicAngles(9)],
    ids=repr,
)
@pytest.mark.parametrize("inflation", [0.0, 0.2, 1.5])
@pytest.mark.parametrize("sharper", [False, True])
def test_risk_bound_is_the_minimum_on_a_dense_grid(law, inflation, sharper):
    width = np.pi / 2 - inflation
    beta = width * np.concatenate([np.geomspace(1e-12, 0.5, 100001), 1 - np.geomspace(1e-12, 0.5, 100001), [0, 1]])
    for n_train in (1, 7, 300):
        missed, unseen = law.survival(beta), law.survival(np.maximum(width - beta, 0)) ** n_train
        grid = np.min(missed + (1 - missed if sharper else 1) * unseen)
        bound = risk_bound(law, n_train, inflation=inflation, sharper=sharper)
        assert bound <= grid * (1 + 1e-11)
        assert bound >= grid * (1 - 1e-4 * n_train)  # one cell of 1e-4 (relative) past a kink


def test_risk_bound_broadcasts_and_is_silent_without_an_admissible_angle():
    bound = risk_bound(MarginAngles(1.4), np.array([[1], [5]]), inflation=np.array([0.0, 0.3, 1.6]))
    assert bound.shape == (2, 3)
    assert np.all(bound[:, 2] == np.inf)
    assert np.all(bound[:, 0] <= bound[:, 1])
    assert bound[1, 1] == risk_bound(MarginAngles(1.4), 5, inflation=0.3)


def test_sharper_bound_is_never_above_the_printed_one():
    for law in (PolynomialAngles(0.5), MarginAngles(1.4), IsotropicAngles(30)):
        sharper = risk_bound(law, SIZES, sharper=True)
        assert np.all(sharper <= risk_bound(law, SIZES))
        assert np.all(sharper <= 1)


@pytest.mark.parametrize("law", [PolynomialAngles(0.25), PolynomialAngles(2.0), MarginAngles(1.4)], ids=repr)
def test_expected_risk_stays_below_every_bound(law):
    # One-sided, 4 standard errors, 3 laws × 3 sizes × 2 bounds: false alarm below 18 × 3e-5 even at equality.
    rng = np.random.default_rng(8)
    sets, dim = 400, 12
    factor = bartlett_factor(rng, sets, 10, dim)
    boundary = law.sample_boundary_angles(rng.uniform(size=(sets, 10)))
    risk = angle_risk(angle_from_gram(boundary, factor), dim, law)
    for n_train in (1, 4, 10):
        mean, error = risk[:, n_train - 1].mean(), risk[:, n_train - 1].std() / np.sqrt(sets)
        assert mean - 4 * error <= risk_bound(law, n_train, sharper=True)
        if law.margin:
            assert mean - 4 * error <= margin_bound(law, n_train)


def test_margin_bound_takes_the_best_angle():
    law = MarginAngles(1.4)
    gamma = law.survival(np.pi / 2 - 1.4)  # β = θ₀ is the smallest β with p(β) = 0
    assert 0 < gamma < 1
    assert np.allclose(margin_bound(law, [1, 3]), [gamma, gamma**3], rtol=1e-14)
    assert margin_bound(law, 3) < law.survival(np.pi / 2 - 1.45) ** 3
    assert margin_bound(MarginAngles(0.7), 1) == 0
    assert np.all(risk_bound(law, SIZES) <= margin_bound(law, SIZES) * (1 + 1e-14))


def test_corollary_2_follows_its_proof_when_the_constant_is_one():
    assert np.allclose(polynomial_bound_proved(SIZES, 0.7), polynomial_bound(SIZES, 0.7), rtol=1e-14)
    assert polynomial_bound(20, 2.0) == pytest.approx((1 + np.log(20) ** 2) / 400, rel=1e-14)


@pytest.mark.parametrize("constant", [1.0, 1.3, 4.0])
def test_proved_corollary_2_bounds_theorem_3_for_every_constant(constant):
    for kappa in (0.5, 1.0, 3.0):
        law = PolynomialAngles(kappa, scale=constant ** (1 / kappa))
        assert np.all(risk_bound(law, SIZES) <= polynomial_bound_proved(SIZES, kappa, constant) * (1 + 1e-12))


def test_printed_corollary_2_is_refuted_for_a_large_constant():
    # p(θ) = min(1, (20(1 − 2θ/π))^20): c = 20^20. The mean risk is 5 standard errors above the printed bound.
    scale, kappa, n_train, dim, sets = 20.0, 20.0, 120, 200, 40
    law = PolynomialAngles(kappa, scale)
    rng = np.random.default_rng(9)
    factor = bartlett_factor(rng, sets, n_train, dim)
    angles = angle_from_gram(law.sample_boundary_angles(rng.uniform(size=(sets, n_train))), factor)[:, -1]
    risk = angle_risk(angles, dim, law)
    assert risk.mean() - 5 * risk.std() / np.sqrt(sets) > polynomial_bound(n_train, kappa, scale**kappa)
    assert risk.mean() < polynomial_bound_proved(n_train, kappa, scale**kappa)


def test_angle_inflation_bounds_the_angle_of_a_perturbed_vector():
    rng = np.random.default_rng(10)
    vectors = rng.standard_normal((2000, 3))
    ratio = rng.uniform(0, 0.5, 2000)
    shift = rng.standard_normal((2000, 3))
    shift *= (ratio * np.linalg.norm(vectors, axis=1) / np.linalg.norm(shift, axis=1))[:, None]
    moved = vectors + shift
    cosine = np.sum(vectors * moved, axis=1) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(moved, axis=1)
    assert np.all(np.arccos(cosine) <= angle_inflation(ratio))
    assert angle_inflation(0.5) == pytest.approx(np.sqrt(np.pi))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: transfer_risk_bound(0, 1.0), "n_train"),
        (lambda: transfer_risk_bound(5, 0.0), "kappa"),
        (lambda: risk_bound(MarginAngles(1.0), 0), "n_train"),
        (lambda: risk_bound(MarginAngles(1.0), 3, inflation=-0.1), "inflation"),
        (lambda: margin_bound(PolynomialAngles(1.0), 3), "margin"),
        (lambda: polynomial_bound(5, 1.0, 0.5), "constant"),
        (lambda: polynomial_bound_proved(5, -1.0), "kappa"),
        (lambda: angle_inflation(0.51), "epsilon_ratio"),
        (lambda: angle_inflation(-0.1), "epsilon_ratio"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()
