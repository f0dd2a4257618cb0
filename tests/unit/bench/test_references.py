import numpy as np
import pytest

from bench import references
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.theory.projection import minimum_norm_weights
from kdtheory.theory.stationarity import effective_logits


@pytest.mark.parametrize(("soft_ratio", "temperature"), [(0.5, 5.0), (0.05, 1.0), (0.999, 20.0)])
def test_exact_roots_are_effective_logits(soft_ratio, temperature):
    logits, labels = np.array([-9.0, -1.0, 0.3, 7.0]), np.array([0, 1, 1, 0])
    exact = [references.effective_logit(z, y, soft_ratio, temperature) for z, y in zip(logits, labels, strict=True)]
    np.testing.assert_allclose(exact, effective_logits(logits, labels, soft_ratio, temperature), rtol=1e-14)


def test_exact_kernels_are_those_of_the_package():
    x = np.random.default_rng(0).normal(size=(3, 4))
    exact = np.array([[references.kernels(one, other) for other in x] for one in x])
    np.testing.assert_allclose(np.moveaxis(exact, -1, 0), relu_kernels(x), rtol=1e-14)


def test_exact_weights_are_the_projection():
    rng = np.random.default_rng(0)
    inputs, logits = rng.normal(size=(4, 9)), rng.normal(size=4)
    np.testing.assert_allclose(
        references.minimum_norm(inputs, logits), minimum_norm_weights(inputs, logits), rtol=1e-12
    )
