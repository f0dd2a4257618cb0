"""The recursion behind the kernels of infinitely wide ReLU networks, exact at small angles too.

Everything is a matter of angles. With its bias as one more coordinate, an input is a vector of norm r_i and an
angle θ_ij away from the next one. A ReLU layer (arc-cosine kernel of order 1, Cho & Saul 2009) maps θ to φ,

    hav φ = hav θ − (sin θ − θ cos θ) / 2π,     hav = sin²(·/2),

and the next bias lifts both vectors to latitudes ψ_i, ψ_j, between which the haversine formula holds:

    hav θ′ = hav(ψ_i − ψ_j) + cos ψ_i cos ψ_j hav φ.

The usual recursion takes θ from the arccos of a normalised kernel and so loses half of the digits where points are
close: 2e-9 on the diagonal. Haversines lose none. It is also several times faster.

Functions with the parameter ``xp`` compute with the array library that is passed, numpy or jax.numpy.
"""

from collections.abc import Iterable
from types import ModuleType
from typing import Any

import numpy as np

# Below this haversine the cosine from a matrix product is too close to ±1 to tell the angle to 1e-13.
CLOSE = 1e-5

# An array of the library xp.
Array = Any


class Points:
    """What the recursion needs to know of each point alone.

    Parameters
    ----------
    x : array, shape (n, d)
    depth, weight_std, bias_std
        See :func:`kdtheory.kernels.infinite.relu_kernels`.

    Attributes
    ----------
    directions : array, shape (n, d + 1)
        Unit vectors of the inputs with their bias.
    layers : list of (array, array, array), each of shape (n,)
        For each hidden layer cos ψ, sin ψ/2 and cos ψ/2 of the latitude ψ.
    scale : array, shape (n,)
        Norm of the last layer's vector, by which kernels of unit vectors are multiplied.
    """

    def __init__(self, x: np.ndarray, depth: int, weight_std: float, bias_std: float) -> None:
        augmented = np.empty((x.shape[0], x.shape[1] + 1))
        np.multiply(x, weight_std / np.sqrt(x.shape[1]), out=augmented[:, :-1])
        augmented[:, -1] = bias_std
        norm = np.linalg.norm(augmented, axis=1)
        # Only x = 0 without bias has no direction; any will do, for its kernels vanish.
        origin = norm == 0
        norm[origin] = 1.0
        self.directions = np.divide(augmented, norm[:, None], out=augmented)

        self.layers = []
        for _ in range(depth):
            active = weight_std / np.sqrt(2) * norm
            norm = np.hypot(active, bias_std)
            half_latitude = np.arctan2(bias_std, active) / 2
            self.layers.append((active / norm, np.sin(half_latitude), np.cos(half_latitude)))
        self.scale = np.where(origin, 0.0, norm)


def is_close(cosine: Array) -> Array:
    """Whether unit vectors are so nearly (anti)parallel that :func:`exact_angles` are needed."""
    return abs(cosine) > 1 - 2 * CLOSE


def angles(cosine: Array, xp: ModuleType) -> tuple[Array, Array, Array]:
    """Haversine, angle and sine between unit vectors that are not close."""
    cosine = xp.clip(cosine, -1, 1)
    return (1 - cosine) / 2, xp.arccos(cosine), xp.sqrt((1 - cosine) * (1 + cosine))


def exact_angles(directions1: Array, directions2: Array, xp: ModuleType) -> tuple[Array, Array, Array]:
    """Haversine, angle and sine between paired unit vectors, (n, d) each, from their differences and sums."""
    half_sin = xp.linalg.norm(directions1 - directions2, axis=1) / 2
    half_cos = xp.linalg.norm(directions1 + directions2, axis=1) / 2
    return half_sin**2, 2 * xp.arctan2(half_sin, half_cos), 2 * half_sin * half_cos


def recursion(haversine: Array, angle: Array, sine: Array, layers: Iterable, xp: ModuleType) -> tuple[Array, Array]:
    """Return NTK and NNGP of the vectors' directions after all layers.

    Parameters
    ----------
    haversine, angle, sine : array, shape (n1, n2)
        Between the inputs' directions.
    layers : iterable of (layer of the rows, layer of the columns)
        Those of :class:`Points`.
    """
    cosine = ntk = 1 - 2 * haversine
    for layer, (layer1, layer2) in enumerate(layers):
        if layer > 0:
            # After a ReLU no angle exceeds π/2, so the arcsin is well conditioned.
            angle = 2 * xp.arcsin(xp.sqrt(haversine))
            sine = 2 * xp.sqrt(haversine * (1 - haversine))
        cos1, half_sin1, half_cos1 = (value[:, None] for value in layer1)
        cos2, half_sin2, half_cos2 = layer2
        shrink = cos1 * cos2
        # Rounding turns the smallest haversines, below 1e-32, negative.
        haversine = xp.maximum(haversine - (sine - angle * cosine) / (2 * np.pi), 0)
        haversine = shrink * haversine + (half_sin1 * half_cos2 - half_cos1 * half_sin2) ** 2
        cosine = 1 - 2 * haversine
        ntk = cosine + shrink * (1 - angle / np.pi) * ntk
    return ntk, cosine
