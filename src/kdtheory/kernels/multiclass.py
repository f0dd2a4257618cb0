"""Effective logits of more than two classes as a JAX function, which can be jitted, mapped and differentiated.

The equations are those of `kdtheory.theory.multiclass`, for u with P_y = σ(u) and e_k = log(p_k/q_k) of the other
classes. With r_k = e^(e_k), f_k = 1 − r_k, s_k = r_k/(r_k + T·f_k) and the shares w_k ∝ q_k·f_k, their derivatives are

    du·(σ(u) + λ′·Σ w_k·s_k) = d log C − Σ w_k·(d log q_k + s_k·(dλ_k + e_k·dT)),
    de_k = −f_k·(dλ_k + λ′·du + e_k·dT)/(r_k + T·f_k),

where dλ_k is at fixed u and λ′ = ∂λ_k/∂u > 0. Logarithms of sums of exponentials keep every tail.
"""

import jax
import jax.numpy as jnp
from jax.nn import log_softmax, logsumexp, sigmoid, softmax

from kdtheory.kernels.devices import configure_jax
from kdtheory.kernels.stationarity import effective_logits_jax, tail

configure_jax()

# As in `kdtheory.theory.multiclass`: Newton's method squares what these leave.
_LAST_STEP = 1e-9
_LONGEST_STEP = 50.0
_MOST_STEPS = 200
_LOWEST_LAMBDA, _LARGEST_LOG = -690.0, 700.0
# Far below it 1 − e^e is 1, and Newton's method for e has no slope.
_LONGEST_FALL = 30.0


def effective_logits_multiclass_jax(
    teacher_logits: jax.Array, labels: jax.Array, soft_ratio: jax.Array, temperature: jax.Array
) -> jax.Array:
    """Return the student logits at which the K-class distillation loss is stationary, as a differentiable function.

    Parameters
    ----------
    teacher_logits : array, shape (n, K)
        z_t, K ≥ 2; all arguments but the labels become float64.
    labels : array of int, shape (n,)
        Hard labels in 0 … K − 1; no derivative is taken in them.
    soft_ratio : array, scalar or shape (n,)
        ρ ∈ (0, 1].
    temperature : array, scalar or shape (n,)
        T > 0.

    Returns
    -------
    array, float64, shape (n, K)
        As `kdtheory.theory.effective_logits_multiclass`, to 1e-14 of the row's largest |z_eff| or |z_t|: Σ_k z_k = 0,
        the centred z_t at ρ = 1. A row is NaN where an argument is out of range, since a traced value cannot raise an
        error, and where no root was found. Derivatives in z_t, ρ and T, in forward and reverse mode, are those of the
        implicit function, of every order for ρ < 1. At ρ = 1 the first ones are exact, that in ρ by JZ20's Theorem 2.

    Raises
    ------
    ValueError
        Shapes do not fit.
    TypeError
        Labels are not integers.
    """
    z_t, ratio, t = (jnp.asarray(values, dtype=jnp.float64) for values in (teacher_logits, soft_ratio, temperature))
    labels = jnp.asarray(labels)
    _check(z_t, labels, ratio, t)
    classes = z_t.shape[1]
    ratio, t = (jnp.broadcast_to(values, labels.shape)[:, None] for values in (ratio, t))
    valid = ((labels >= 0) & (labels < classes))[:, None] & jnp.isfinite(z_t).all(axis=1, keepdims=True)
    valid = valid & (ratio > 0) & (ratio <= 1) & (t > 0) & jnp.isfinite(t)
    # Harmless values keep NaN out of the loops, and out of the derivatives of what is selected below.
    labels = jnp.clip(labels, 0, classes - 1)[:, None]
    z_t, t = jnp.where(valid, z_t, 0.0), jnp.where(valid, t, 1.0)
    # The label's class comes last.
    order = (labels + 1 + jnp.arange(classes)) % classes
    teacher = jnp.take_along_axis(z_t, order, axis=1)
    inside = valid & (ratio < 1)
    student = jnp.where(inside, _student(teacher, jnp.where(inside, ratio, 0.5), t), _near_one(teacher, ratio, t))
    student = jnp.take_along_axis(student, (jnp.arange(classes) - labels - 1) % classes, axis=1)
    return jnp.where(valid, student - student.mean(axis=1, keepdims=True), jnp.nan)


def _student(teacher, ratio, t):
    """Student logits up to a constant, for ρ ∈ (0, 1); shapes (n, K), (n, 1) and (n, 1)."""
    log_ratio = jnp.log(1 - ratio) + jnp.log(t) - jnp.log(ratio)
    log_soft = log_softmax(teacher / t, axis=1)
    log_others, log_label = log_soft[:, :-1], log_soft[:, -1:]
    label_odds, change = _solve(log_others, log_label, log_ratio, t)
    log_student_label = _log_sum(log_label, log_ratio + _log_sigmoid(-label_odds))
    return jnp.concatenate([t * (log_others + change), t * log_student_label], axis=1)


def _near_one(teacher, ratio, t):
    """z_t + (1 − ρ)·δz_h, exact at ρ = 1 with its first derivatives."""
    log_correction = log_softmax(teacher, axis=1) - log_softmax(teacher / t, axis=1)
    is_label = jnp.arange(teacher.shape[1]) == teacher.shape[1] - 1
    log_missing = logsumexp(log_softmax(teacher, axis=1)[:, :-1], axis=1, keepdims=True)
    at_label = log_missing - log_softmax(teacher / t, axis=1)
    size = t**2 * jnp.exp(jnp.minimum(jnp.where(is_label, at_label, log_correction), _LARGEST_LOG))
    return teacher + (1 - ratio) * jnp.where(is_label, size, -size)


# Jitted, so that calls outside of a jitted program compile their loops once.
@jax.custom_jvp
@jax.jit
def _solve(log_others, log_label, log_ratio, t):
    """Return u, shape (n, 1), and e_k, shape (n, K − 1), by Newton's method in a bracket."""
    # With the other classes lumped into one it is Eq. 3 itself: exact for K = 2, a few units away for more.
    lumped = t * log_label - logsumexp(t * log_others, axis=1, keepdims=True)
    first = effective_logits_jax(lumped, 1, sigmoid(jnp.log(t) - log_ratio), t)

    def advance(state):
        here, low, high, change, _, step = state
        _, lambdas, lambda_slope = _lambdas(here, log_others, log_label, log_ratio, t)
        change = _log_shrinkage(lambdas, t, change)
        shares, passed = _shares(change, log_others, t)
        log_freed = logsumexp(log_others + jnp.log(-jnp.expm1(change)), axis=1, keepdims=True)
        value = log_ratio + _log_sigmoid(-here) - log_freed
        newton = value / (sigmoid(here) + lambda_slope * jnp.sum(shares * passed, axis=1, keepdims=True))
        newton = jnp.clip(newton, -_LONGEST_STEP, _LONGEST_STEP)
        low, high = jnp.where(value > 0, here, low), jnp.where(value > 0, high, here)
        moving = ~(jnp.abs(newton) <= _LAST_STEP * jnp.maximum(1, jnp.abs(here)))
        there = here + newton
        there = jnp.where(moving & ~((there >= low) & (there <= high)), (low + high) / 2, there)
        return there, low, high, change, moving, step + 1

    endless, moving = jnp.full_like(first, jnp.inf), jnp.full(first.shape, True)
    state = first, -endless, endless, jnp.zeros_like(log_others), moving, 0
    state = jax.lax.while_loop(lambda state: jnp.any(state[4]) & (state[5] < _MOST_STEPS), advance, state)
    label_odds = jnp.where(state[4], jnp.nan, state[0])
    return label_odds, _log_shrinkage(_lambdas(label_odds, log_others, log_label, log_ratio, t)[1], t, state[3])


@_solve.defjvp
@jax.jit
def _solve_derivative(primals, tangents):
    log_others, log_label, log_ratio, t = primals
    d_others, d_label, d_ratio, d_t = tangents
    label_odds, change = _solve(*primals)
    log_student_label, _, lambda_slope = _lambdas(label_odds, *primals)
    kept, freed = jnp.exp(change), -jnp.expm1(change)
    shares, passed = _shares(change, log_others, t)
    drawn = jnp.exp(log_ratio + _log_sigmoid(-label_odds) - log_student_label)
    d_student_label = jnp.exp(log_label - log_student_label) * d_label + drawn * d_ratio
    d_lambdas = d_ratio - t * d_student_label + (t - 1) * d_others + (log_others - log_student_label + change) * d_t
    rise = jnp.sum(shares * (d_others + passed * d_lambdas), axis=1, keepdims=True)
    slope = sigmoid(label_odds) + lambda_slope * jnp.sum(shares * passed, axis=1, keepdims=True)
    d_odds = (d_ratio - rise) / slope
    d_change = -freed * (d_lambdas + lambda_slope * d_odds) / (kept + t * freed)
    return (label_odds, change), (d_odds, d_change)


def _lambdas(label_odds, log_others, log_label, log_ratio, t):
    """Return log p_y, shape (n, 1), λ_k, shape (n, K − 1), and λ′, shape (n, 1)."""
    log_drawn = log_ratio + _log_sigmoid(-label_odds)
    log_student_label = _log_sum(log_label, log_drawn)
    lambdas = log_ratio + _log_sigmoid(label_odds) - t * log_student_label + (t - 1) * log_others
    drawn = jnp.exp(log_drawn - log_student_label)
    return log_student_label, lambdas, sigmoid(-label_odds) + t * drawn * sigmoid(label_odds)


def _shares(change, log_others, t):
    """Return w_k and s_k."""
    kept, freed = jnp.exp(change), -jnp.expm1(change)
    return softmax(log_others + jnp.log(freed), axis=1), kept / (kept + t * freed)


def _log_shrinkage(lambdas, t, change):
    """Solve e^e + e^(T·e + λ) = 1 for e < 0 by Newton's method, from a ``change`` that may be near.

    The logarithm of the left side is increasing and convex in e, and at the larger one of the root's asymptotes it is
    between 0 and log 2: from there, and after any step from below, the method comes down to the root monotonically.
    """
    lambdas = jnp.maximum(lambdas, _LOWEST_LAMBDA)
    highest = jnp.minimum(0.0, -lambdas / t)
    lowest = highest - jnp.minimum(jnp.log(2.0) / jnp.minimum(t, 1), _LONGEST_FALL)

    def advance(state):
        change, _, step = state
        shrunk, hard = jnp.expm1(change), jnp.exp(t * change + lambdas)
        newton = jnp.log1p(shrunk + hard) * (1 + shrunk + hard) / (1 + shrunk + t * hard)
        moving = ~(jnp.abs(newton) <= _LAST_STEP * jnp.abs(change)) & ~jnp.isnan(newton)
        return jnp.minimum(change - newton, highest), jnp.any(moving), step + 1

    state = jnp.clip(change, lowest, highest), True, 0
    return jax.lax.while_loop(lambda state: state[1] & (state[2] < _MOST_STEPS), advance, state)[0]


def _log_sigmoid(x):
    return jnp.minimum(x, 0) - tail(x)


def _log_sum(one, other):
    return jnp.maximum(one, other) + tail(one - other)


def _check(teacher_logits, labels, *scalars):
    if teacher_logits.ndim != 2 or teacher_logits.shape[1] < 2:
        raise ValueError(f"teacher_logits has shape {teacher_logits.shape}, must be (n, K) with K of at least 2")
    if labels.shape != teacher_logits.shape[:1]:
        raise ValueError(f"labels has shape {labels.shape}, must be ({len(teacher_logits)},)")
    if not jnp.issubdtype(labels.dtype, jnp.integer):
        raise TypeError(f"labels has dtype {labels.dtype}, must be an integer")
    for values in scalars:
        if values.shape not in ((), labels.shape):
            raise ValueError(f"soft_ratio or temperature has shape {values.shape}, must be () or {labels.shape}")
