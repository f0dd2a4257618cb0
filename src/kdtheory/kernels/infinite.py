"""Neural tangent and Gaussian process kernels of infinitely wide ReLU networks, exact at small angles too.

Everything is a matter of angles. With its bias as one more coordinate, an input is a vector of norm r_i and an
angle θ_ij away from the next one. A ReLU layer (arc-cosine kernel of order 1, Cho & Saul 2009) maps θ to φ,

    hav φ = hav θ − (sin θ − θ cos θ) / 2π,     hav = sin²(·/2),

and the next bias lifts both vectors to latitudes ψ_i, ψ_j, between which the haversine formula holds:

    hav θ′ = hav(ψ_i − ψ_j) + cos ψ_i cos ψ_j hav φ.

The usual recursion takes θ from the arccos of a normalised kernel and so loses half of the digits where points are
close: 2e-9 on the diagonal. Haversines lose none. It is also several times faster.
"""

import numpy as np

from kdtheory.theory.arguments import real, real_number

# The dozen temporaries of a block this size stay in a processor's second-level cache.
BLOCK = 128
# Below this haversine the cosine from a matrix product is too close to ±1 to tell the angle to 1e-13.
CLOSE = 1e-5


def relu_kernels(x1, x2=None, *, depth=3, weight_std=1.0, bias_std=1.0):
    """Kernels of an infinitely wide fully connected ReLU network in NTK parameterization (JZ20 Eq. 1).

    A layer is h ↦ (weight_std/√fan_in)·W h + bias_std·b with standard normal W and b, the first one with fan_in = d.
    Entries are exact to a few units of rounding, on the diagonal and for nearly identical points as well; with
    `x2` left out both matrices are exactly symmetric. Memory: the two results and a
    panel of 128 rows.

    Parameters
    ----------
    x1 : array, shape (n1, d)
        Inputs, one row per point.
    x2 : array, shape (n2, d), optional
        Other inputs; `x1` itself when left out, at half of the cost.
    depth : int
        Hidden layers, 1 or more.
    weight_std, bias_std : float
        σ_W > 0 and σ_b ≥ 0.

    Returns
    -------
    ntk, nngp : array, shape (n1, n2)
        Neural tangent kernel Θ (all layers trained) and covariance of the network's output at initialisation.

    Raises
    ------
    ValueError
        For shapes that do not fit, inputs that are not finite, a depth or standard deviation out of range.
    """
    if not isinstance(depth, int | np.integer) or depth < 1:
        raise ValueError(f"depth is {depth}; it must be an integer, 1 or more")
    weight_std, bias_std = real_number("weight_std", weight_std), real_number("bias_std", bias_std)
    if not 0 < weight_std < np.inf:
        raise ValueError(f"weight_std is {weight_std}; it must be positive and finite")
    if not 0 <= bias_std < np.inf:
        raise ValueError(f"bias_std is {bias_std}; it must be 0 or more and finite")
    symmetric = x2 is None
    rows = _Points(_inputs("x1", x1), depth, weight_std, bias_std)
    columns = rows if symmetric else _Points(_inputs("x2", x2), depth, weight_std, bias_std)
    if rows.directions.shape[1] != columns.directions.shape[1]:
        raise ValueError(f"x2 has shape {np.shape(x2)}; it must have the {np.shape(x1)[1]} columns of x1")

    ntk = np.empty((len(rows.scale), len(columns.scale)))
    nngp = np.empty_like(ntk)
    for i in range(0, ntk.shape[0], BLOCK):
        start = i if symmetric else 0
        panel = rows.directions[i : i + BLOCK] @ columns.directions[start:].T
        for j in range(start, ntk.shape[1], BLOCK):
            block = slice(i, i + BLOCK), slice(j, j + BLOCK)
            cosine = panel[:, j - start : j - start + BLOCK]
            if symmetric and i == j:
                # A matrix product may round entry (i, j) and entry (j, i) differently.
                cosine = (cosine + cosine.T) / 2
            for kernel, values in zip((ntk, nngp), _block(cosine, rows, columns, *block), strict=True):
                kernel[block] = values
                if symmetric and i < j:
                    kernel[block[::-1]] = values.T
    return ntk, nngp


class _Points:
    """What the recursion needs to know of each point alone."""

    def __init__(self, x, depth, weight_std, bias_std):
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


def _block(cosine, points1, points2, rows, columns):
    """One block of both kernels. The recursion runs on cosines; the norms come back in at its end."""
    haversine, angle, sine = _angles(cosine, points1.directions[rows], points2.directions[columns])
    cosine = ntk = 1 - 2 * haversine
    for layer, (layer1, layer2) in enumerate(zip(points1.layers, points2.layers, strict=True)):
        if layer > 0:
            # After a ReLU no angle exceeds π/2, so the arcsin is well conditioned.
            angle = 2 * np.arcsin(np.sqrt(haversine))
            sine = 2 * np.sqrt(haversine * (1 - haversine))
        cos1, half_sin1, half_cos1 = (value[rows, None] for value in layer1)
        cos2, half_sin2, half_cos2 = (value[columns] for value in layer2)
        shrink = cos1 * cos2
        # Rounding turns the smallest haversines, below 1e-32, negative.
        haversine = np.maximum(haversine - (sine - angle * cosine) / (2 * np.pi), 0)
        haversine = shrink * haversine + (half_sin1 * half_cos2 - half_cos1 * half_sin2) ** 2
        cosine = 1 - 2 * haversine
        ntk = cosine + shrink * (1 - angle / np.pi) * ntk
    scale = points1.scale[rows, None] * points2.scale[columns]
    return scale * ntk, scale * cosine


def _angles(cosine, directions1, directions2):
    """Haversine, angle and sine between unit vectors, from differences where they are nearly (anti)parallel."""
    cosine = np.clip(cosine, -1, 1)
    haversine = (1 - cosine) / 2
    angle = np.arccos(cosine)
    sine = np.sqrt((1 - cosine) * (1 + cosine))
    close = np.nonzero(np.abs(cosine) > 1 - 2 * CLOSE)
    if close[0].size:
        one, other = directions1[close[0]], directions2[close[1]]
        half_sin = np.linalg.norm(one - other, axis=1) / 2
        half_cos = np.linalg.norm(one + other, axis=1) / 2
        haversine[close] = half_sin**2
        angle[close] = 2 * np.arctan2(half_sin, half_cos)
        sine[close] = 2 * half_sin * half_cos
    return haversine, angle, sine


def _inputs(name, x):
    x = real(name, x)
    if x.ndim != 2 or 0 in x.shape:
        raise ValueError(f"{name} has shape {x.shape}; it must be (n, d) with n and d at least 1")
    if not np.all(np.isfinite(x)):
        raise ValueError(f"{name} holds a value that is not finite")
    return x
