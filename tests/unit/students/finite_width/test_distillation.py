import numpy as np
import pytest
from scipy.special import expit, xlogy

from kdtheory.students.finite_width.distillation import (
    Lesson,
    distillation_loss,
    distillation_slope,
    largest_stable_rate,
)
from kdtheory.theory.stationarity import effective_logits

rng = np.random.default_rng(0)
LOGITS, TEACHER = 3 * rng.standard_normal((2, 40))
LABELS = rng.integers(2, size=40)


def lesson(soft_ratio, temperature):
    return Lesson(TEACHER, LABELS.astype(float), soft_ratio, temperature)


def cross_entropy(p, q):
    return -xlogy(p, q) - xlogy(1 - p, 1 - q)


@pytest.mark.slow
@pytest.mark.parametrize(("soft_ratio", "temperature"), [(1.0, 5.0), (0.5, 5.0), (0.3, 0.7), (0.0, 1.0)])
def test_loss_and_slope_are_those_of_the_paper(soft_ratio, temperature):
    taught = lesson(soft_ratio, temperature)

    def loss(z):
        soft = cross_entropy(expit(TEACHER / temperature), expit(z / temperature))
        return soft_ratio * soft + (1 - soft_ratio) * cross_entropy(LABELS, expit(z))

    np.testing.assert_allclose(distillation_loss(LOGITS, taught), loss(LOGITS), rtol=1e-10)
    slope = distillation_slope(LOGITS, taught)
    soft = (expit(LOGITS / temperature) - expit(TEACHER / temperature)) / temperature
    np.testing.assert_allclose(slope, soft_ratio * soft + (1 - soft_ratio) * (expit(LOGITS) - LABELS), atol=1e-14)
    step = 1e-5
    np.testing.assert_allclose(slope, (loss(LOGITS + step) - loss(LOGITS - step)) / (2 * step), atol=1e-9)


def test_the_slope_vanishes_at_the_effective_logits():
    at_rest = effective_logits(TEACHER, LABELS, 0.5, 5.0)
    assert np.max(np.abs(distillation_slope(at_rest, lesson(0.5, 5.0)))) < 1e-15


@pytest.mark.slow
@pytest.mark.parametrize(("soft_ratio", "temperature"), [(1.0, 5.0), (0.5, 5.0), (0.2, 0.5)])
def test_the_stable_rate_belongs_to_the_largest_curvature_which_is_that_at_zero(soft_ratio, temperature):
    taught = Lesson(1.0, 1.0, soft_ratio, temperature)
    grid, step = np.linspace(-8, 8, 161), 1e-4
    curvature = (distillation_slope(grid + step, taught) - distillation_slope(grid - step, taught)) / (2 * step)
    # A step η of a quadratic of curvature κλ is stable up to η κ λ = 2.
    stable = largest_stable_rate(3.0, soft_ratio, temperature) * 3.0 * curvature
    assert np.argmax(stable) == 80
    assert float(stable[80]) == pytest.approx(2, rel=1e-6)
