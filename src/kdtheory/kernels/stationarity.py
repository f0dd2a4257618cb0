"""Effective logits as a JAX function (JZ20 Eq. 3): it can be jitted, mapped and differentiated, on a CPU or a GPU.

The equation is that of `kdtheory.theory.stationarity`: F(s) = 0 with s = log δ, δ = z − a. It is solved in single
precision as far as that reaches, and one step in double precision adds the other digits. Derivatives are those of the
implicit function, in a form in which nothing cancels: with d = δ/T, h = d/(e^d − 1) and
D = −F′(s) = δσ(z) + dσ(−z/T) + h

    ∂z/∂a = (h + d)·σ(a/T)/σ(z/T)/D,   ∂z/∂ρ = −δ/(ρ(1 − ρ)D),   ∂z/∂T = δ·(∂F/∂T)/D.

They are written with the correction w = δ/(1 − ρ), which is smooth at ρ = 1, where δ is 0. Its value there is the
hard-label correction δz_h of JZ20 Theorem 2, so that derivatives of every order hold at ρ = 1 too.
"""

import jax
import jax.numpy as jnp

from kdtheory.kernels.devices import configure_jax
from kdtheory.theory.mismatch import HIGHEST, LOWEST, log_start, mismatch

configure_jax()

# Two steps in single precision reach its rounding from most starts. A step raises the mismatch to its fourth power, so
# that from here a step in double precision leaves less than rounding does.
_SINGLE_STEPS = 2
_LAST_MISMATCH = 6e-5
# Rounding of s, and of the constant in F, which show beyond |z| = 1e8.
_LAST_STEP, _LAST_SHARE = 1e-14, 4e-16
# Single precision holds e^s up to here.
_LARGEST_SINGLE = 80.0
# A bisected bracket takes no more than this.
_MOST_STEPS = 200
# Below this d, h is its series.
_SMALL_GAP = 0.01


def effective_logits_jax(
    teacher_logits: jax.Array, labels: jax.Array, soft_ratio: jax.Array, temperature: jax.Array
) -> jax.Array:
    """Return the student logits at which the distillation loss is stationary, as a differentiable JAX function.

    Parameters
    ----------
    teacher_logits : array
        z_t; all arguments broadcast and become float64. Importing this module turns JAX's 64 bits on.
    labels : array
        Hard labels y_g, 0 or 1; no derivative is taken in them.
    soft_ratio : array
        ρ ∈ [0, 1].
    temperature : array
        T > 0.

    Returns
    -------
    array, float64, broadcast shape
        As `kdtheory.theory.effective_logits`, to 1e-14·max(|z_eff|, |z_t|): z_t at ρ = 1, ±inf at ρ = 0. NaN where an
        argument is out of range, since a traced value cannot raise an error, and where no root was found, which has
        been seen only for |z_t| > 1e10. Derivatives of every order in z_t, ρ and T, in forward and reverse mode, are
        those of the implicit function; at ρ = 0 and where an argument is out of range they are 0.
    """
    z_t, ratio, t = (jnp.asarray(values, dtype=jnp.float64) for values in (teacher_logits, soft_ratio, temperature))
    labels = jnp.asarray(labels)
    label_valid, logit_valid, t_valid = (labels == 0) | (labels == 1), jnp.isfinite(z_t), (t > 0) & jnp.isfinite(t)
    sign = jnp.where(labels == 1, 1.0, -1.0)
    # Harmless values keep NaN out of the loop, and out of the derivatives of what is selected below.
    anchor, t = sign * jnp.where(logit_valid, z_t, 0.0), jnp.where(t_valid, t, 1.0)
    root, _ = _root(anchor, jnp.where((ratio > 0) & (ratio <= 1), ratio, 0.5), t)
    root = jnp.where(ratio == 0, sign * jnp.inf, sign * root)
    return jnp.where(label_valid & logit_valid & t_valid & (ratio >= 0) & (ratio <= 1), root, jnp.nan)


# Jitted, so that calls outside of a jitted program compile their loop once.
@jax.custom_jvp
@jax.jit
def _root(anchor, soft_ratio, temperature):
    """Return z and log w, broadcast, for ρ ∈ (0, 1]."""
    lift, weight = _terms(anchor, temperature)
    mixed = jnp.where(soft_ratio < 1, soft_ratio, 0.5)
    log_hard = jnp.log(1 - mixed)
    log_excess = _log_excess(anchor, log_hard + jnp.log(temperature) - jnp.log(mixed) + weight, lift, temperature)
    z = jnp.where(soft_ratio < 1, anchor + jnp.exp(log_excess), anchor)
    at_one = 2 * jnp.log(temperature) + lift + jnp.maximum(-anchor / temperature, 0) + 2 * weight - tail(anchor)
    return z, jnp.where(soft_ratio < 1, log_excess - log_hard, jnp.clip(at_one, LOWEST, HIGHEST))


@_root.defjvp
@jax.jit
def _root_derivative(primals, tangents):
    anchor, soft_ratio, t = primals
    d_anchor, d_ratio, d_t = tangents
    z, log_correction = _root(*primals)
    correction = jnp.exp(log_correction)
    excess = (1 - soft_ratio) * correction
    scaled = excess / t
    gap, gap_slope = _gap(scaled)
    hard, soft, anchored = jax.nn.sigmoid(z), jax.nn.sigmoid(-z / t), jax.nn.sigmoid(anchor / t)
    slope = excess * hard + scaled * soft + gap
    # σ(a/T)/σ(z/T) is e^(−d)·σ(−a/T)/σ(−z/T): one of them has a denominator of at least a half.
    above = (gap + scaled) * anchored / jax.nn.sigmoid(jnp.maximum(z, 0) / t)
    below = gap * jax.nn.sigmoid(-anchor / t) / jax.nn.sigmoid(-jnp.minimum(z, 0) / t)
    by_anchor = (anchored - soft) / t - hard
    by_temperature = (1 + gap - anchored * anchor / t + soft * z / t) / t
    by_ratio = correction * (hard + (soft + gap_slope) / t) - 1 / soft_ratio
    d_root = jnp.where(z > 0, above, below) * d_anchor - correction / soft_ratio * d_ratio
    d_root = d_root + excess * by_temperature * d_t
    d_correction = by_anchor * d_anchor + by_ratio * d_ratio + by_temperature * d_t
    return (z, log_correction), (d_root / slope, d_correction / slope)


def _gap(scaled):
    """Return h = d/(e^d − 1) and (h − 1)/d."""
    small = scaled < _SMALL_GAP
    near, far = jnp.where(small, scaled, 0.0), jnp.clip(scaled, _SMALL_GAP, -LOWEST)
    quotient = near * (1 / 12 - near**2 / 720) - 0.5
    gap = jnp.where(small, 1 + near * quotient, far * jnp.exp(-far) / -jnp.expm1(-far))
    return gap, jnp.where(small, quotient, (gap - 1) / jnp.maximum(scaled, _SMALL_GAP))


def _terms(anchor, temperature):
    """Return `lift`, what remains of max(a/T, 0) beside log σ(−z), and log(1 + e^(−|a|/T))."""
    return jnp.maximum(anchor, 0) * (1 - temperature) / temperature, tail(anchor / temperature)


def tail(x: jax.Array) -> jax.Array:
    """Return log(1 + e^(−|x|)), without XLA's log1p, whose error is up to 1.4e-14."""
    return jnp.log(1 + jnp.exp(-jnp.abs(x)))


def _log_excess(anchor, weight, lift, temperature):
    """Solve F(s) = 0, broadcast; a bracket keeps those in bounds that the first steps do not bring to the root."""
    first = _single_precision(anchor, weight, lift, temperature)
    terms = anchor, weight + lift, temperature
    last_mismatch = _LAST_MISMATCH + _LAST_SHARE * jnp.abs(weight + lift)

    def advance(state):
        here, low, high, _, step = state
        there, value, slope = _step(here, *terms)
        low, high = jnp.where(value > 0, here, low), jnp.where(value > 0, high, here)
        moving = ~(jnp.abs(value) <= last_mismatch + _LAST_STEP * slope) & (here > LOWEST)
        there = jnp.where(moving & ~((there >= low) & (there <= high)), (low + high) / 2, there)
        return jnp.where(here > LOWEST, there, here), low, high, moving, step + 1

    state = advance((first, jnp.full_like(first, LOWEST), jnp.full_like(first, HIGHEST), None, 0))
    state = jax.lax.while_loop(lambda state: jnp.any(state[3]) & (state[4] < _MOST_STEPS), advance, state)
    return jnp.where(state[3], jnp.nan, state[0])


def _single_precision(*terms):
    anchor, weight, lift, temperature = (values.astype(jnp.float32) for values in terms)
    here = log_start(jnp, anchor, weight, lift, temperature)
    for _ in range(_SINGLE_STEPS):
        there, *_ = _step(here, anchor, weight + lift, temperature)
        here = jnp.where(jnp.abs(there) < _LARGEST_SINGLE, there, here)
    return jnp.clip(jnp.nan_to_num(here.astype(jnp.float64)), LOWEST, HIGHEST)


def _step(here, *terms):
    """Return the next s by Householder's method of third order, and F and −F′ at this one."""
    value, slope, bend, twist = mismatch(jnp, here, *terms, orders=3)
    newton, bend, twist = value / slope, bend / slope, twist / slope
    return here + newton * (6 + 3 * newton * bend) / (6 + newton * (6 * bend + newton * twist)), value, slope
