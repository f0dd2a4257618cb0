"""Effective logits as a JAX function (JZ20 Eq. 3): it can be jitted, mapped and differentiated, on a CPU or a GPU.

The equation is that of `kdtheory.theory.stationarity`: F(s) = 0 with s = log(z − a). Derivatives are those of the
implicit function, in a form without cancellation: with d = e^s/T and h = d/(e^d − 1),

    ds = (∂F/∂a·da + ∂F/∂ρ·dρ + ∂F/∂T·dT)/D,   D = −∂F/∂s = e^s·σ(z) + d·σ(−z/T) + h.
"""

import jax
import jax.numpy as jnp

from kdtheory.kernels.devices import configure_jax
from kdtheory.theory.mismatch import HIGHEST, LAST_MISMATCH, LAST_STEP, LOWEST, mismatch, start, tail

configure_jax()

# Four to eight steps are usual; a bisected bracket takes no more than this.
_MOST_STEPS = 200


def effective_logits_jax(
    teacher_logits: jax.Array, labels: jax.Array, soft_ratio: jax.Array, temperature: jax.Array
) -> jax.Array:
    """Return the student logits at which the distillation loss is stationary, as a differentiable JAX function.

    Parameters
    ----------
    teacher_logits : array, float64
        z_t; all arguments broadcast. Importing this module turns JAX's 64 bits on.
    labels : array
        Hard labels y_g, 0 or 1; no derivative is taken in them.
    soft_ratio : array
        ρ ∈ [0, 1].
    temperature : array
        T > 0.

    Returns
    -------
    array, broadcast shape
        As `kdtheory.theory.effective_logits`, to 1e-14·max(|z_eff|, |z_t|): z_t at ρ = 1, ±inf at ρ = 0. NaN where an
        argument is out of range, since a traced value cannot raise an error.
    """
    arguments = [jnp.asarray(values, dtype=jnp.float64) for values in (teacher_logits, soft_ratio, temperature)]
    labels = jnp.asarray(labels)
    z_t, ratio, t, labels = jnp.broadcast_arrays(*arguments, labels)
    sign = jnp.where(labels == 1, 1.0, -1.0)
    # Outside (0, 1) a harmless value keeps NaN out of the derivatives of what is selected below.
    inside = (ratio > 0) & (ratio < 1)
    anchor, mixed = sign * z_t, jnp.where(inside, ratio, 0.5)
    root = sign * (anchor + jnp.exp(_log_excess(anchor, mixed, t)))
    root = jnp.where(ratio == 0, sign * jnp.inf, jnp.where(ratio == 1, z_t, root))
    valid = ((labels == 0) | (labels == 1)) & (ratio >= 0) & (ratio <= 1) & (t > 0) & jnp.isfinite(t)
    return jnp.where(valid & jnp.isfinite(z_t), root, jnp.nan)


@jax.custom_jvp
def _log_excess(anchor, soft_ratio, temperature):
    """The root s, of arguments of one shape."""
    log_ratio = jnp.log1p(-soft_ratio) + jnp.log(temperature) - jnp.log(soft_ratio)
    lift = jnp.maximum(anchor, 0) * (1 - temperature) / temperature
    weight = log_ratio + tail(jnp, anchor / temperature)
    first = start(jnp, anchor, weight, lift, temperature)
    terms = anchor, weight + lift, temperature

    def advance(state):
        here, low, high, _, step = state
        value, slope, bend = mismatch(jnp, here, *terms)
        newton = value / slope
        there = here + newton / (1 + newton * bend / (2 * slope))
        low, high = jnp.where(value > 0, here, low), jnp.where(value > 0, high, here)
        moving = ~(jnp.abs(value) <= LAST_MISMATCH + LAST_STEP * slope)
        there = jnp.where(moving & ~((there >= low) & (there <= high)), (low + high) / 2, there)
        settled = here <= LOWEST
        return jnp.where(settled, here, there), low, high, jnp.any(moving & ~settled), step + 1

    state = first, jnp.full_like(first, LOWEST), jnp.full_like(first, HIGHEST), True, 0
    return jax.lax.while_loop(lambda state: state[3] & (state[4] < _MOST_STEPS), advance, state)[0]


@_log_excess.defjvp
def _log_excess_derivative(primals, tangents):
    anchor, soft_ratio, temperature = primals
    d_anchor, d_ratio, d_temperature = tangents
    log_excess = _log_excess(anchor, soft_ratio, temperature)
    excess = jnp.exp(log_excess)
    z, scaled = anchor + excess, excess / temperature
    # h = d/(e^d − 1), which is 1 at d = 0 and 0 where e^d overflows.
    small = scaled < 1e-8
    gap = jnp.where(small, 1.0, scaled) * jnp.exp(-scaled) / -jnp.expm1(-jnp.where(small, 1.0, scaled))
    gap = jnp.where(small, 1 - scaled / 2, gap)
    soft, anchored = jax.nn.sigmoid(-z / temperature), jax.nn.sigmoid(anchor / temperature)
    by_anchor = anchored / temperature - jax.nn.sigmoid(z) - soft / temperature
    by_ratio = -1 / (soft_ratio * (1 - soft_ratio))
    by_temperature = (1 - anchored * anchor / temperature + soft * z / temperature + gap) / temperature
    slope = excess * jax.nn.sigmoid(z) + scaled * soft + gap
    return log_excess, (by_anchor * d_anchor + by_ratio * d_ratio + by_temperature * d_temperature) / slope
