"""Angles to the teacher: laws of the data's angles, and the angle of a student (PL19, Section 4.2).

All angles are in radians. ``a`` is the acute angle between a data point and the teacher's weight vector, and
the *boundary angle* ``b = π/2 − a`` is the point's angle to the teacher's decision boundary. Laws are stated
in ``b``, because hard tasks crowd at the boundary: at κ = 2⁻⁵ a third of the points have ``b`` below 1e-16,
which ``π/2 − b`` cannot hold.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import beta, betainc, betaincinv

from kdtheory.theory.arguments import real_number


class AngleLaw(ABC):
    """Law of the boundary angle of one data point; every synthetic task of PL19 has one.

    Attributes
    ----------
    kinks : tuple of float
        Boundary angles strictly between 0 and π/2 at which `boundary_cdf` is not smooth, ascending.
    margin : float
        Largest boundary angle below which there is no data: half of the empty wedge of PL19 Corollary 1, 0
        for none.
    """

    @property
    def kinks(self) -> tuple[float, ...]:
        """None by default."""
        return ()

    @property
    def margin(self) -> float:
        """None by default: 0."""
        return 0.0

    @abstractmethod
    def boundary_cdf(self, boundary_angle: npt.ArrayLike) -> np.ndarray:
        """Return P[b < boundary_angle] = p(π/2 − boundary_angle) to full relative accuracy, same shape."""

    @abstractmethod
    def sample_boundary_angles(self, uniforms: npt.ArrayLike) -> np.ndarray:
        """Map uniforms on [0, 1) to boundary angles by the quantile function, same shape."""

    def survival(self, angle: npt.ArrayLike) -> np.ndarray:
        """Return PL19 eq. 17, p(θ) = P[a ≥ θ] at ``angle`` = θ, same shape."""
        return self.boundary_cdf(np.pi / 2 - np.asarray(angle, dtype=float))


@dataclass(frozen=True)
class PolynomialAngles(AngleLaw):
    """p(θ) = min(1, (scale·(1 − 2θ/π))^κ), a polynomial task (PL19 Corollary 2 with c = scale^κ).

    Parameters
    ----------
    kappa : float
        κ > 0; small values crowd the data at the decision boundary, κ = 1 is the uniform angle.
    scale : float
        At least 1, so that p(0) = 1. Above 1 no boundary angle exceeds (π/2)/scale.
    """

    kappa: float
    scale: float = 1.0

    def __post_init__(self):
        """Check the arguments."""
        if not 0 < self.kappa < np.inf:
            raise ValueError(f"kappa is {self.kappa}, must be positive and finite")
        if not 1 <= self.scale < np.inf:
            raise ValueError(f"scale is {self.scale}, must be at least 1 and finite")

    @property
    def kinks(self) -> tuple[float, ...]:
        """The largest boundary angle, where p reaches 1; at scale 1 that is the end of the range."""
        return (np.pi / 2 / self.scale,) if self.scale > 1 else ()

    def boundary_cdf(self, boundary_angle: npt.ArrayLike) -> np.ndarray:
        """Return (scale·2b/π)^κ, clipped to [0, 1]."""
        return np.clip(np.asarray(boundary_angle, dtype=float) * (self.scale * 2 / np.pi), 0.0, 1.0) ** self.kappa

    def sample_boundary_angles(self, uniforms: npt.ArrayLike) -> np.ndarray:
        """Return (π/2/scale)·U^(1/κ)."""
        return (np.pi / 2 / self.scale) * np.asarray(uniforms, dtype=float) ** (1 / self.kappa)


@dataclass(frozen=True)
class MarginAngles(AngleLaw):
    """p(θ) = (1 − θ/limit)₊, a task with an angular margin (PL19 Corollary 1).

    Parameters
    ----------
    limit : float
        Largest angle θ₀ to the teacher, in (0, π/2]; the margin is π/2 − θ₀.
    """

    limit: float

    def __post_init__(self):
        """Check the arguments."""
        if not 0 < self.limit <= np.pi / 2:
            raise ValueError(f"limit is {self.limit}, must lie in (0, pi/2]")

    @property
    def margin(self) -> float:
        """π/2 − limit."""
        return np.pi / 2 - self.limit

    @property
    def kinks(self) -> tuple[float, ...]:
        """The margin itself, unless it is empty."""
        return (self.margin,) if self.margin > 0 else ()

    def boundary_cdf(self, boundary_angle: npt.ArrayLike) -> np.ndarray:
        """Return ((b − margin)/limit), clipped to [0, 1]."""
        return np.clip((np.asarray(boundary_angle, dtype=float) - self.margin) / self.limit, 0.0, 1.0)

    def sample_boundary_angles(self, uniforms: npt.ArrayLike) -> np.ndarray:
        """Return π/2 − limit·(1 − U), as margin + limit·U."""
        return self.margin + self.limit * np.asarray(uniforms, dtype=float)


@dataclass(frozen=True)
class IsotropicAngles(AngleLaw):
    """Uniform directions in R^dim, for which sin² b ~ Beta(1/2, (dim − 1)/2).

    Parameters
    ----------
    dim : int
        At least 2.
    """

    dim: int

    def __post_init__(self):
        """Check the arguments."""
        checked_dim(self.dim)

    def boundary_cdf(self, boundary_angle: npt.ArrayLike) -> np.ndarray:
        """Return the regularised incomplete beta function of sin² b."""
        angle = np.clip(np.asarray(boundary_angle, dtype=float), 0.0, np.pi / 2)
        half = (self.dim - 1) / 2
        sine = np.sin(angle)
        # sin² underflows below 1e-160: there only the leading term of the series is left.
        near = np.where(
            sine < 1e-9 / np.sqrt(self.dim), 2 * sine / beta(0.5, half), betainc(0.5, half, np.square(sine))
        )
        far = 1 - betainc(half, 0.5, np.square(np.cos(angle)))
        return np.where(angle < np.pi / 4, near, far)[()]

    def sample_boundary_angles(self, uniforms: npt.ArrayLike) -> np.ndarray:
        """Return the quantiles, sine and cosine each from its own tail."""
        uniforms = np.asarray(uniforms, dtype=float)
        half = (self.dim - 1) / 2
        return np.arctan2(np.sqrt(betaincinv(0.5, half, uniforms)), np.sqrt(betaincinv(half, 0.5, 1 - uniforms)))


def signed_angle(weights: npt.ArrayLike, direction: npt.ArrayLike) -> np.ndarray:
    """Return the angle α ∈ [0, π] between weight vectors and a direction (PL19 eq. 28).

    Parameters
    ----------
    weights, direction : array_like, shape (..., d)
        Finite non-zero vectors; leading axes broadcast.

    Returns
    -------
    ndarray, shape (...)
        From the residual ‖w − w_∥‖ and never through an arccosine, which loses half of the digits of a small angle.

    Raises
    ------
    ValueError
        A vector is zero or not finite, or the last axes differ.
    """
    along, across = _components(weights, direction)
    return np.arctan2(across, along)


def acute_angle(weights: npt.ArrayLike, direction: npt.ArrayLike) -> np.ndarray:
    """Return ᾱ ∈ [0, π/2] of PL19 eq. 16, shape (...); arguments and errors as `signed_angle`."""
    along, across = _components(weights, direction)
    return np.arctan2(across, np.abs(along))


def angle_from_gram(boundary_angles: npt.ArrayLike, correlation_factor: npt.ArrayLike) -> np.ndarray:
    """Return the student's angle to the teacher from angles alone, for every prefix of the transfer set.

    A point is ±ν(sin b·w̄* + cos b·u) with a unit vector u ⟂ w*. Sign and length leave the span alone, so the
    distilled student (PL19 eq. 6) is at the angle φ with 1/tan²φ = cᵀC⁻¹c, c_i = cot a_i = tan b_i and C the
    correlation matrix of the u_i. With C = LLᵀ and y = L⁻¹c, the prefix of m points has 1/tan²φ_m = Σ_{i≤m}
    y_i².

    Parameters
    ----------
    boundary_angles : array_like, shape (..., n)
        Angles to the decision boundary in [0, π/2].
    correlation_factor : array_like, shape (..., n, n)
        Lower-triangular L. Leading axes broadcast, so one factor of shape (sets, n, n) serves angles (kappas,
        sets, n).

    Returns
    -------
    ndarray, shape (..., n)
        φ_m in [0, π/2] for m = 1 … n < d; for m ≥ d the student is the teacher and the angle 0, which is the
        caller's case.

    Raises
    ------
    ValueError
        The shapes do not fit.
    """
    cotangents = np.tan(np.asarray(boundary_angles, dtype=float))
    factor = np.asarray(correlation_factor, dtype=float)
    n_train = cotangents.shape[-1]
    if factor.shape[-2:] != (n_train, n_train):
        raise ValueError(f"correlation_factor has shape {factor.shape}, must be (..., {n_train}, {n_train})")
    batch = np.broadcast_shapes(cotangents.shape[:-1], factor.shape[:-2])
    solution = np.empty((*batch, n_train))
    for row in range(n_train):  # forward substitution, vectorised over the sets: SciPy's solver loops over them
        earlier = np.einsum("...j,...j->...", factor[..., row, :row], solution[..., :row])
        solution[..., row] = (cotangents[..., row] - earlier) / factor[..., row, row]
    return np.arctan2(1.0, np.sqrt(np.cumsum(np.square(solution), axis=-1)))


def bartlett_factor(rng: np.random.Generator, sets: int, n_train: int, dim: int) -> np.ndarray:
    """Draw lower-triangular factors of the correlation matrix of n uniform unit directions in R^(dim − 1).

    Bartlett: the Gram matrix of n Gaussian vectors in R^(d−1) is LLᵀ with L_ii ~ χ_{d−1−i}, i = 0 … n − 1,
    and standard normals below the diagonal, all independent. Rows scaled to unit length give the directions,
    exactly in law, without ever drawing a vector of length d.

    Parameters
    ----------
    rng : numpy.random.Generator
    sets, n_train, dim : int
        Number of transfer sets, points in each (1 ≤ n_train ≤ dim − 1), dimension of the inputs.

    Returns
    -------
    ndarray, shape (sets, n_train, n_train)

    Raises
    ------
    ValueError
        n_train is outside [1, dim − 1].
    """
    dim = checked_dim(dim)
    if not 1 <= n_train <= dim - 1:
        raise ValueError(f"n_train is {n_train}, must lie in [1, dim - 1] = [1, {dim - 1}]")
    factor = np.zeros((sets, n_train, n_train))
    for row in range(n_train):
        normals, square = rng.standard_normal((sets, row)), rng.chisquare(dim - 1 - row, sets)
        length = np.sqrt(np.einsum("sj,sj->s", normals, normals) + square)
        factor[:, row, :row] = normals / length[:, None]
        factor[:, row, row] = np.sqrt(square) / length
    return factor


def checked_dim(dim: float) -> int:
    """Return ``dim`` as an int; ValueError unless it is an integer of at least 2."""
    if not 2 <= (number := real_number("dim", dim)) < np.inf or number % 1:
        raise ValueError(f"dim is {dim}, must be an integer of at least 2")
    return int(number)


def _components(weights, direction):
    """Length of each weight vector along the unit direction (signed) and across it."""
    weights, direction = np.asarray(weights, dtype=float), np.asarray(direction, dtype=float)
    if weights.shape[-1:] != direction.shape[-1:] or weights.ndim == 0:
        raise ValueError(f"weights {weights.shape} and direction {direction.shape} must agree in the last axis")
    for name, vectors in (("weights", weights), ("direction", direction)):
        if not np.isfinite(vectors).all():
            raise ValueError(f"{name} must be finite")
        if not vectors.any(axis=-1).all():
            raise ValueError(f"{name} holds a zero vector, which has no angle")
    unit = direction / np.linalg.norm(direction, axis=-1, keepdims=True)
    along = np.sum(weights * unit, axis=-1)
    residual = weights - along[..., None] * unit
    return along, np.linalg.norm(residual, axis=-1)
