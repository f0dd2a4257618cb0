import mpmath
import numpy as np
import pytest
from scipy.special import expit

from kdtheory.theory.correction import (
    correction_cosine,
    correction_inner_product,
    cosine_derivative,
    hard_label_correction,
)
from kdtheory.theory.stationarity import effective_logits


def test_correction_is_the_derivative_of_the_effective_logits():
    z_t, labels, t = np.meshgrid(np.linspace(-15, 15, 31), [0, 1], [0.7, 1.0, 5.0], indexing="ij")
    correction = hard_label_correction(z_t, labels, t)
    rho = 1 - 1e-6 / (1 + np.abs(correction))
    slope = (effective_logits(z_t, labels, rho, t) - z_t) / (1 - rho)
    near = np.abs(correction) < 1e5  # beyond, the step 1 − ρ is itself lost in the rounding of ρ
    assert near.mean() > 0.7
    assert np.allclose(correction[near], slope[near], rtol=3e-5, atol=1e-7)


def test_correction_has_exact_tails():
    with mpmath.workdps(600):  # 1 − σ(300/0.5) is 1e-260
        for z_t in (-300.0, -40.0, -0.5, 0.0, 2.0, 38.0, 290.0):
            for label in (0, 1):
                for t in (0.5, 1.0, 7.0):
                    z, temperature = mpmath.mpf(z_t), mpmath.mpf(t)
                    soft = 1 / (1 + mpmath.exp(-z / temperature))
                    exact = temperature**2 * (label - 1 / (1 + mpmath.exp(-z))) / (soft * (1 - soft))
                    assert hard_label_correction(z_t, label, t) == pytest.approx(float(exact), rel=1e-12)


def test_correction_overflows_to_infinity_only_where_the_teacher_is_wrong():
    assert np.array_equal(hard_label_correction([-1e4, 1e4], [1, 0], 1.0), [np.inf, -np.inf])
    assert np.allclose(hard_label_correction([1e4, -1e4], [1, 0], 1.0), [1.0, -1.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((np.inf, 1, 1.0), "teacher_logits"), ((0.0, 2, 1.0), "labels"), ((0.0, 1, 0.0), "temperature")],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        hard_label_correction(*arguments)


class _Student:
    """Random features φ, initial logits, a smooth truth and an imperfect teacher on n points."""

    temperature = 2.0

    def __init__(self, seed, n_train=6, width=15):
        rng = np.random.default_rng(seed)
        self.features = rng.standard_normal((width, n_train))
        self.truth = rng.standard_normal(width)
        self.z0 = 0.3 * rng.standard_normal(n_train)
        z_g = self.z0 + self.truth @ self.features
        self.labels = (z_g > 0).astype(int)
        self.z_t = z_g + 2 * rng.standard_normal(n_train)
        self.h = hard_label_correction(self.z_t, self.labels, self.temperature)
        self.g, self.t = z_g - self.z0, self.z_t - self.z0

    def weights(self, logits):
        return self.features @ np.linalg.solve(self.features.T @ self.features, logits)

    def product(self, a, b):
        return a @ np.linalg.solve(self.features.T @ self.features, b)

    def products(self, *pairs):
        return [self.product(getattr(self, a), getattr(self, b)) for a, b in pairs]

    def cosine_to_truth(self, soft_ratio):
        z = effective_logits(self.z_t, self.labels, soft_ratio, self.temperature)
        weights = self.weights(z - self.z0)
        return weights @ self.truth / np.linalg.norm(weights) / np.linalg.norm(self.truth)


@pytest.mark.parametrize("seed", range(5))
def test_inner_product_and_cosine_are_those_of_the_weights(seed):
    student = _Student(seed)
    gh, gt, tt, th, gg, hh = student.products("gh", "gt", "tt", "th", "gg", "hh")
    pull, truth, teacher = (student.weights(v) for v in (student.h, student.g, student.t))
    across = truth - teacher * (teacher @ truth) / (teacher @ teacher)
    assert correction_inner_product(gh, gt, tt, th) == pytest.approx(pull @ across, rel=1e-10)
    cosine = pull @ across / np.linalg.norm(pull) / np.linalg.norm(across)
    assert correction_cosine(gh, gt, tt, th, gg, hh) == pytest.approx(cosine, rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_equation_12_is_the_derivative_of_the_cosine(seed):
    student = _Student(seed)
    derivative = cosine_derivative(*student.products("gh", "gt", "tt", "th"), np.linalg.norm(student.truth))
    step = 1e-6
    slope = (student.cosine_to_truth(1 - step) - student.cosine_to_truth(1.0)) / step
    assert derivative == pytest.approx(slope, rel=1e-3)


def test_arrays_broadcast():
    students = [_Student(seed) for seed in range(4)]
    columns = np.array([student.products("gh", "gt", "tt", "th", "gg", "hh") for student in students]).T
    together = correction_cosine(*columns)
    assert together.shape == (4,)
    assert np.allclose(together, [correction_cosine(*column) for column in columns.T])
    assert np.allclose(
        cosine_derivative(*columns[:4], 2.0), correction_inner_product(*columns[:4]) / (2 * np.sqrt(columns[2]))
    )


def test_a_single_point_has_no_angle():
    student = _Student(0, n_train=1)
    gh, gt, tt, th, gg, hh = student.products("gh", "gt", "tt", "th", "gg", "hh")
    assert np.isnan(correction_cosine(gh, gt, tt, th, gg, hh))
    assert correction_inner_product(gh, gt, tt, th) == pytest.approx(0.0, abs=1e-12 * abs(gh))


def test_a_teacher_without_weights_is_refused():
    with pytest.raises(ValueError, match="tt is 0"):
        correction_inner_product(1.0, 1.0, 0.0, 1.0)
    with pytest.raises(ValueError, match="truth_norm"):
        cosine_derivative(1.0, 1.0, 1.0, 1.0, 0.0)


def test_the_correction_pulls_to_the_label():
    z_t = np.linspace(-20, 20, 9)
    assert (hard_label_correction(z_t, 1, 3.0) > 0).all()
    assert (hard_label_correction(z_t, 0, 3.0) < 0).all()
    assert hard_label_correction(0.0, 1, 3.0) == pytest.approx(9 * (1 - expit(0.0)) / 0.25)
