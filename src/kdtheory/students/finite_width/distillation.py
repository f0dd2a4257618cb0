"""The distillation loss of one logit (JZ20 Eq. 2), as JAX differentiates it, and the steps that are stable on it."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from kdtheory.kernels.devices import configure_jax

configure_jax()


class Lesson(NamedTuple):
    """What a student is taught; every field broadcasts against its logits.

    Attributes
    ----------
    teacher_logits : array
        z_t.
    labels : array
        Hard labels y_g, 0 or 1.
    soft_ratio : float or array
        ρ ∈ [0, 1].
    temperature : float
        T > 0.
    """

    teacher_logits: jax.Array
    labels: jax.Array
    soft_ratio: jax.Array
    temperature: float


def distillation_loss(logits, lesson):
    """Return ℓ = ρ·CE(σ(z_t/T), σ(z/T)) + (1 − ρ)·CE(y_g, σ(z)) of each logit (JZ20 Eq. 2), without a factor T².

    Parameters
    ----------
    logits : array
        The student's logits z.
    lesson : Lesson

    Returns
    -------
    loss : jax array, broadcast shape
    """
    teacher_logits, labels, soft_ratio, temperature = lesson
    soft = _cross_entropy(jax.nn.sigmoid(teacher_logits / temperature), logits / temperature)
    return soft_ratio * soft + (1 - soft_ratio) * _cross_entropy(labels, logits)


# ∂ℓ/∂z of each logit: the sum's gradient, for a sample's loss depends on no logit but its own.
distillation_slope = jax.grad(lambda logits, lesson: jnp.sum(distillation_loss(logits, lesson)))


def largest_stable_rate(largest_eigenvalue, soft_ratio, temperature):
    """Return 8/(λ·(ρ/T² + 1 − ρ)), beyond which gradient descent on a mean loss may diverge.

    Parameters
    ----------
    largest_eigenvalue : float or array
        λ ≥ that of Θ/n, Θ the tangent kernel of the n points of the mean.
    soft_ratio, temperature : float or array
        ρ and T; ℓ″ ≤ (ρ/T² + 1 − ρ)/4.
    """
    return 8 / (largest_eigenvalue * (soft_ratio / temperature**2 + 1 - soft_ratio))


def _cross_entropy(probabilities, logits):
    return jax.nn.softplus(logits) - probabilities * logits
