"""Theorem 3 (PL19 eq. 19) where p(θ) is that of finitely many points: a pool that is the population, or a sample of it.

p(β) and p(π/2 − β) are step functions of β then, so their minimum over β is found exactly, step by step.
"""

import numpy as np
import numpy.typing as npt

from kdtheory.theory.arguments import real, real_number


def empirical_risk_bound(boundary_angles: npt.ArrayLike, n_train: npt.ArrayLike, *, band: float = 0.0) -> np.ndarray:
    """Return min over β ∈ [0, π/2] of p(β) + p(π/2 − β)^n, p the share of points at least at an angle to the teacher.

    Parameters
    ----------
    boundary_angles : array_like, shape (m,)
        Angle of each point to the teacher's decision boundary, in [0, π/2], radians.
    n_train : array_like of int
        Sizes of the transfer set, at least 1.
    band : float
        Added to p, which is then cut off at 1: 0 where the points are the population, `confidence_band` where they are
        a sample of it.

    Returns
    -------
    ndarray, shape of ``n_train``
        At most 1 without a band. It is below 1 only if some points are closer than π/4 to ±w*: for any β one of p(β)
        and p(π/2 − β) is at least p(π/4).

    Raises
    ------
    ValueError
        There is no point, an angle is outside [0, π/2], a size is below 1 or the band negative.
    """
    boundary_angles, n_train = np.sort(real("boundary_angles", boundary_angles)), real("n_train", n_train)
    if boundary_angles.ndim != 1 or boundary_angles.size == 0:
        raise ValueError(f"boundary_angles has shape {boundary_angles.shape}, must be one row of angles")
    if not ((boundary_angles >= 0) & (boundary_angles <= np.pi / 2)).all():
        raise ValueError("boundary_angles must lie in [0, pi/2]")
    if not ((n_train >= 1) & (n_train < np.inf)).all():
        raise ValueError(f"n_train is {n_train}, must be at least 1 and finite")
    if not real_number("band", band) >= 0:
        raise ValueError(f"band is {band}, must be at least 0")
    steps = np.unique(np.concatenate([[0.0, np.pi / 2], boundary_angles, np.pi / 2 - boundary_angles]))
    # Both terms are constant between two steps, and at a step one of them is larger than beside it, except at the ends.
    betas = np.concatenate([[0.0, np.pi / 2], (steps[1:] + steps[:-1]) / 2])
    missed, unseen = (
        np.minimum(np.searchsorted(boundary_angles, angle, side="right") / boundary_angles.size + band, 1.0)
        for angle in (np.pi / 2 - betas, betas)
    )
    return np.min(missed + unseen ** n_train[..., None], axis=-1)


def confidence_band(points: int, error_rate: float = 0.05) -> float:
    """Return √(ln(1/error_rate)/(2m)): with probability 1 − error_rate, p̂ + this is above p at every angle.

    Parameters
    ----------
    points : int
        m, points from which p̂ is computed, at least 1.
    error_rate : float
        In (0, 1/2].

    Returns
    -------
    float

    Raises
    ------
    ValueError
        An argument is out of range.

    References
    ----------
    Massart (1990), The tight constant in the Dvoretzky–Kiefer–Wolfowitz inequality: the one-sided form.
    """
    if not 1 <= real_number("points", points) < np.inf:
        raise ValueError(f"points is {points}, must be at least 1 and finite")
    if not 0 < real_number("error_rate", error_rate) <= 0.5:
        raise ValueError(f"error_rate is {error_rate}, must lie in (0, 1/2]")
    return float(np.sqrt(-np.log(error_rate) / (2 * points)))
