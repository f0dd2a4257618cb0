"""The equation F(s) = 0 behind effective logits and a start for its root, for NumPy and for JAX.

`kdtheory.theory.stationarity` defines F. Each function takes the array module that it computes with, ``xp``.
"""

from types import ModuleType
from typing import Any

# An array of the module xp.
Array = Any

# Halley's method cubes the mismatch, so a step from here leaves less than rounding does. Beyond |z| = 1e7 the
# mismatch is all rounding, and a step of the size of s's own rounding is the last.
LAST_MISMATCH, LAST_STEP = 3e-6, 4e-13
# e^s spans the doubles; a root closer than e^-690 to its anchor is the anchor.
LOWEST, HIGHEST = -690.0, 709.0


def start(xp: ModuleType, anchor: Array, weight: Array, lift: Array, temperature: Array) -> Array:
    """Start values exact in every tail and off by about one between them.

    log σ(−z) − log σ(z/T) is taken as a line, so that F = G − kδ − log(1 − e^(−δ/T)). This has the root
    δ = log(1 + e^G)/k if kT = 1; log(1 + kT·e^G)/k is right for small and for large G whatever kT. k is the slope
    of the chord from a to the point where the asymptotes of the line's two softpluses meet the weight.
    """
    right = anchor > 0
    scaled = anchor / temperature
    rise = weight + xp.where(right, lift, -scaled)
    gain = rise - tail(xp, anchor) + tail(xp, scaled)
    far = weight + xp.where(right, scaled, 0.0)
    reach = xp.where(far > 0, far, temperature * far) - anchor
    near = xp.abs(reach) < 1e-3
    chord = xp.where(near, 1.0, rise / xp.where(near, 1.0, reach))
    shifted = gain + xp.log(chord * temperature)
    return xp.log(xp.maximum((xp.maximum(shifted, 0) + tail(xp, shifted)) / chord, 1e-300))


def log_start(xp: ModuleType, anchor: Array, weight: Array, lift: Array, temperature: Array) -> Array:
    """As `start`, but without the number δ itself, which single precision cannot hold where s does not matter."""
    right = anchor > 0
    scaled = anchor / temperature
    rise = weight + xp.where(right, lift, -scaled)
    far = weight + xp.where(right, scaled, 0.0)
    reach = xp.where(far > 0, far, temperature * far) - anchor
    near = xp.abs(reach) < 1e-3
    log_chord = xp.log(xp.where(near, 1.0, rise / xp.where(near, 1.0, reach)))
    shifted = rise - _rough_tail(xp, anchor) + _rough_tail(xp, scaled) + log_chord + xp.log(temperature)
    softplus = xp.maximum(shifted, 0) + _rough_tail(xp, shifted)
    return xp.where(shifted < -15, shifted, xp.log(softplus)) - log_chord


def mismatch(
    xp: ModuleType, log_excess: Array, anchor: Array, weight: Array, temperature: Array, *, orders: int = 2
) -> tuple[Array, ...]:
    """F, −F′, −F″ and, for three ``orders``, −F‴ at s; five transcendental functions are most of the cost."""
    excess = xp.exp(log_excess)
    scaled = excess / temperature
    below = xp.minimum(anchor, 0) + excess
    z = xp.maximum(anchor, 0) + below
    size = xp.abs(z)
    hard_tail, soft_tail = xp.exp(-size), xp.exp(-size / temperature)
    gap = -xp.expm1(-scaled)
    positive = z > 0
    value = weight - xp.where(positive, below, below / temperature) + xp.log((1 + soft_tail) / ((1 + hard_tail) * gap))
    hard_share = xp.where(positive, 1.0, hard_tail) / (1 + hard_tail)  # σ(z)
    soft_share = xp.where(positive, soft_tail, 1.0) / (1 + soft_tail)  # σ(−z/T)
    gap_term = scaled * (1 - gap) / gap
    hard_term, soft_term = excess * hard_share, scaled * soft_share
    slope = gap_term + hard_term + soft_term
    # The derivative of each term is the term times its rate.
    gap_rate = 1 - scaled / gap
    hard_rest, soft_rest = excess * (1 - hard_share), scaled * (1 - soft_share)
    hard_rate, soft_rate = 1 + hard_rest, 1 - soft_rest
    bend = gap_term * gap_rate + hard_term * hard_rate + soft_term * soft_rate
    if orders == 2:
        return value, slope, bend
    twist = (
        gap_term * (gap_rate**2 - (1 - gap_rate) * (1 - gap_term))
        + hard_term * (hard_rate**2 + hard_rest * (1 - hard_term))
        + soft_term * (soft_rate**2 - soft_rest * (1 + soft_term))
    )
    return value, slope, bend, twist


def tail(xp: ModuleType, x: Array) -> Array:
    """log(1 + e^(−|x|)), the part of a softplus beside its asymptotes."""
    return xp.log1p(xp.exp(-xp.abs(x)))


def _rough_tail(xp, x):
    return xp.log(1 + xp.exp(-xp.abs(x)))
