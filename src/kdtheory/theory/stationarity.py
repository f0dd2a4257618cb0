"""Where one student logit comes to rest between its teacher and its label: the effective logit (JZ20 Eq. 3).

The distillation loss of one sample is stationary where

    (ρ/T)·(σ(z/T) − σ(z_t/T)) + (1 − ρ)·(σ(z) − y_g) = 0,

ρ the soft ratio, T the temperature. Mirrored to y_g = 1 with a = ±z_t, the root z lies above a, and the unknown
is s = log(z − a): with C = (1 − ρ)T/ρ and δ = e^s the equation reads F(s) = 0,

    F(s) = log C − log σ(−a/T) + log σ(−z) − log σ(z/T) − log(1 − e^(−δ/T)),

a decreasing function without cancellations, however far the tails.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from kdtheory.theory.arguments import real
from kdtheory.theory.mismatch import HIGHEST, LAST_MISMATCH, LAST_STEP, LOWEST, mismatch, start, tail

# Arrays of this length, about twenty of them, stay in the second-level cache.
_POINTS_AT_ONCE = 4096
_MOST_STEPS = 200


def effective_logits(
    teacher_logits: npt.ArrayLike, labels: npt.ArrayLike, soft_ratio: npt.ArrayLike, temperature: npt.ArrayLike
) -> np.ndarray:
    """Return the student logits at which the distillation loss is stationary, the root of JZ20 Eq. 3.

    Parameters
    ----------
    teacher_logits : array_like
        z_t, finite, any shape; all arguments broadcast.
    labels : array_like
        Hard labels y_g, 0 or 1.
    soft_ratio : array_like
        ρ ∈ [0, 1], the weight of the soft labels in Eq. 2. For a soft term multiplied by T², see
        `soft_ratio_from_tsquared`.
    temperature : array_like
        T > 0, finite.

    Returns
    -------
    ndarray, broadcast shape
        z_eff, exact to rounding: about 1e-15·max(|z_eff|, |z_t|). At ρ = 1 z_t itself; at ρ = 0 the root is at
        infinity and the answer is ±inf with the label's sign.

    Raises
    ------
    ValueError
        A label is neither 0 nor 1, ρ ∉ [0, 1], T is not positive and finite, or a logit is not finite.
    RuntimeError
        A root was not found, which has been seen only for |z_t| > 1e15.
    """
    teacher_logits, labels, soft_ratio, temperature = _checked(teacher_logits, labels, soft_ratio, temperature)
    toward_label = 2 * labels - 1
    mixed = np.where((soft_ratio > 0) & (soft_ratio < 1), soft_ratio, 0.5)
    log_ratio = np.log1p(-mixed) + np.log(temperature) - np.log(mixed)
    root = toward_label * _roots_above(toward_label * teacher_logits, log_ratio, temperature)
    root = np.where(soft_ratio == 0, toward_label * np.inf, root)
    return np.where(soft_ratio == 1, teacher_logits, root)[()]


def descent_logits(
    teacher_logits: npt.ArrayLike,
    labels: npt.ArrayLike,
    soft_ratio: npt.ArrayLike,
    temperature: npt.ArrayLike,
    *,
    steps: int,
    rate: float,
) -> np.ndarray:
    """Return the logits that gradient descent on each sample's loss has reached when it is stopped early.

    JZ20 Fig. 1 was computed so, "solving Eq. 3 with first order gradient method". Far tails of Eq. 3 are flat,
    so the figure's T-independent plateau for T < 1 is a property of the stopping, not of the root.

    Parameters
    ----------
    teacher_logits, labels, soft_ratio, temperature : array_like
        As for `effective_logits`.
    steps : int
        Number of steps from z = 0, at least 0.
    rate : float
        Step size η of z ← z − η·dℓ/dz, positive and below 8/(ρ/T² + 1 − ρ), where descent cannot oscillate away.

    Returns
    -------
    ndarray, broadcast shape

    Raises
    ------
    ValueError
        As for `effective_logits`; ``steps`` is not an integer of at least 0 or ``rate`` is out of range.
    """
    teacher_logits, labels, soft_ratio, temperature = _checked(teacher_logits, labels, soft_ratio, temperature)
    if steps != int(steps) or steps < 0:
        raise ValueError(f"steps is {steps}, must be an integer of at least 0")
    largest = np.min(8 / (soft_ratio / temperature**2 + 1 - soft_ratio), initial=np.inf)
    if not 0 < rate < largest:
        raise ValueError(f"rate is {rate}, must lie in (0, {largest:.6g}), where descent is stable")
    soft_target = expit(teacher_logits / temperature)
    logits = np.zeros(np.broadcast_shapes(soft_target.shape, labels.shape, soft_ratio.shape))
    for _ in range(int(steps)):
        logits -= rate * _slope(logits, soft_target, labels, soft_ratio, temperature)
    return logits[()]


def stationarity_residual(
    logits: npt.ArrayLike,
    teacher_logits: npt.ArrayLike,
    labels: npt.ArrayLike,
    soft_ratio: npt.ArrayLike,
    temperature: npt.ArrayLike,
) -> np.ndarray:
    """Return the left side of JZ20 Eq. 3, dℓ/dz_s, at the student's ``logits``.

    Parameters
    ----------
    logits : array_like
        Student logits z_s; they may be infinite.
    teacher_logits, labels, soft_ratio, temperature : array_like
        As for `effective_logits`; all arguments broadcast.

    Returns
    -------
    ndarray, broadcast shape

    Raises
    ------
    ValueError
        As for `effective_logits`.
    """
    teacher_logits, labels, soft_ratio, temperature = _checked(teacher_logits, labels, soft_ratio, temperature)
    soft_target = expit(teacher_logits / temperature)
    return _slope(np.asarray(logits, dtype=float), soft_target, labels, soft_ratio, temperature)[()]


def soft_ratio_from_tsquared(alpha: npt.ArrayLike, temperature: npt.ArrayLike) -> np.ndarray:
    """Return the ρ of JZ20 Eq. 2 for losses that multiply the soft term by T²: ρ = T²α/(1 − α + T²α).

    Parameters
    ----------
    alpha : array_like
        Weight α ∈ [0, 1] of the soft term in α·T²·H(y_t, σ(z/T)) + (1 − α)·H(y_g, σ(z)), Hinton's convention.
    temperature : array_like
        T > 0, finite; broadcasts with ``alpha``.

    Returns
    -------
    ndarray, broadcast shape
        The ρ with the same minimiser (T = 5, α = 0.5: ρ = 25/26).

    Raises
    ------
    ValueError
        α ∉ [0, 1], or T is not positive and finite.
    """
    alpha, temperature = _checked_fraction("alpha", alpha), checked_temperature(temperature)
    soft = temperature**2 * alpha
    return soft / (1 - alpha + soft)


def label_smoothing_logit(epsilon: npt.ArrayLike) -> np.ndarray:
    """Return a = ln(2/ε − 1), the logit of binary label smoothing with the weight ε ∈ (0, 1] (JZ20 Sec. 4.2).

    Raises ValueError outside (0, 1]. It is the threshold t at T = 1, ε = ρ.
    """
    epsilon = _checked_range("epsilon", epsilon, lambda e: (e > 0) & (e <= 1), "in (0, 1]")
    return np.log((2 - epsilon) / epsilon)


def threshold_logit(soft_ratio: npt.ArrayLike, temperature: npt.ArrayLike) -> np.ndarray:
    """Return t = z_eff(0₊, 1), the least effective logit of a correct teacher (JZ20 Sec. 4.2), broadcast shape.

    Arguments and errors as for `effective_logits`; 0 at ρ = 1, inf at ρ = 0.
    """
    return effective_logits(0.0, 1, soft_ratio, temperature)


def cutoff_approximation(
    teacher_logits: npt.ArrayLike, soft_ratio: npt.ArrayLike, temperature: npt.ArrayLike
) -> np.ndarray:
    """Return sgn(z_t)·max(t, |z_t|), JZ20's approximation (Sec. 4.2) to the effective logits of a correct teacher.

    Parameters
    ----------
    teacher_logits, soft_ratio, temperature : array_like
        As for `effective_logits`; they broadcast. t is `threshold_logit`.

    Returns
    -------
    ndarray, broadcast shape
        0 where z_t = 0; worst at |z_t| ≈ t.

    Raises
    ------
    ValueError
        As for `effective_logits`.
    """
    teacher_logits = checked_logits(teacher_logits)
    threshold = threshold_logit(soft_ratio, temperature)
    return np.where(
        teacher_logits == 0, 0.0, np.copysign(np.maximum(threshold, np.abs(teacher_logits)), teacher_logits)
    )[()]


def _slope(logits, soft_target, labels, soft_ratio, temperature):
    soft = soft_ratio / temperature * (expit(logits / temperature) - soft_target)
    # σ(z) − 1 would lose the tail that a far label leaves.
    hard = np.where(labels == 1, -expit(-logits), expit(logits))
    return soft + (1 - soft_ratio) * hard


def _roots_above(anchor, log_ratio, temperature):
    """Roots z > a for the label 1, broadcast; ``log_ratio`` is log C."""
    chunks = np.nditer(
        [anchor, log_ratio, temperature, None],
        flags=["external_loop", "buffered", "zerosize_ok"],
        op_flags=[["readonly"]] * 3 + [["writeonly", "allocate"]],
        buffersize=_POINTS_AT_ONCE,
    )
    with chunks, np.errstate(over="ignore", under="ignore"):
        for a, log_c, t, root in chunks:
            root[...] = a + np.exp(_log_excess(a, log_c, t))
        return chunks.operands[3]


def _log_excess(anchor, log_ratio, temperature):
    """Solve F(s) = 0 by Halley's method in a bracket, on one-dimensional arrays."""
    # log C − log σ(−a/T) = weight + max(a/T, 0). For a > 0 the last term nearly cancels against log σ(−z), so
    # `lift` holds what remains of both.
    lift = np.maximum(anchor, 0) * (1 - temperature) / temperature
    weight = log_ratio + tail(np, anchor / temperature)
    log_excess = start(np, anchor, weight, lift, temperature)
    index = np.flatnonzero(log_excess > LOWEST)
    here, terms = log_excess[index], (anchor[index], weight[index] + lift[index], temperature[index])
    low, high = np.full(here.shape, LOWEST), np.full(here.shape, HIGHEST)
    for _ in range(_MOST_STEPS):
        if not index.size:
            return log_excess
        value, slope, bend = mismatch(np, here, *terms)
        newton = value / slope
        step = newton / (1 + newton * bend / (2 * slope))
        rising = value > 0
        low, high = np.where(rising, here, low), np.where(rising, high, here)
        here = here + step
        moving = ~(np.abs(value) <= LAST_MISMATCH + LAST_STEP * slope)
        here = np.where(moving & ~((here >= low) & (here <= high)), (low + high) / 2, here)
        if not moving.all():
            log_excess[index] = here
            index, here, low, high = (values[moving] for values in (index, here, low, high))
            terms = tuple(values[moving] for values in terms)
    raise RuntimeError(f"{index.size} effective logits were not found in {_MOST_STEPS} steps")


def checked_logits(teacher_logits: npt.ArrayLike) -> np.ndarray:
    """Return teacher logits as floats; ValueError unless they are finite."""
    teacher_logits = real("teacher_logits", teacher_logits)
    if not np.isfinite(teacher_logits).all():
        raise ValueError("teacher_logits must be finite")
    return teacher_logits


def checked_labels(labels: npt.ArrayLike) -> np.ndarray:
    """Return hard labels as floats; ValueError unless they are 0 or 1."""
    labels = real("labels", labels)
    if not ((labels == 0) | (labels == 1)).all():
        raise ValueError("labels must be 0 or 1")
    return labels


def checked_temperature(temperature: npt.ArrayLike) -> np.ndarray:
    """Return temperatures as floats; ValueError unless they are positive and finite."""
    return _checked_range("temperature", temperature, lambda t: (t > 0) & (t < np.inf), "positive and finite")


def _checked_fraction(name, values):
    return _checked_range(name, values, lambda v: (v >= 0) & (v <= 1), "in [0, 1]")


def _checked_range(name, values, allowed, words):
    values = real(name, values)
    outside = values[~allowed(values)]
    if outside.size:
        raise ValueError(f"{name} is {outside[0]}, must be {words}")
    return values


def _checked(teacher_logits, labels, soft_ratio, temperature):
    return (
        checked_logits(teacher_logits),
        checked_labels(labels),
        _checked_fraction("soft_ratio", soft_ratio),
        checked_temperature(temperature),
    )
