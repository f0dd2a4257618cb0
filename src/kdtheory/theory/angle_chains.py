"""The angle between a distilled student and its teacher as the transfer set grows: a Markov chain (PL19 Lemma 1).

Points are as in `kdtheory.theory.risk`: x ∝ ±(sin b·w̄* + cos b·u), u uniform on the unit sphere orthogonal to w*. With
S = 1/tan²φ a point with c = tan b leads from S to S + (c − √S·t)²/l², where t is the component of its u along the part
of the student across w*, and l² the squared length of its u outside the span of the earlier ones (docs/methods.md). S
never falls, which is Lemma 1, so a set whose angle is still above a margin was above it at every smaller size.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from kdtheory.theory.angles import checked_dim
from kdtheory.theory.arguments import real


def next_squared_cotangent(
    rng: np.random.Generator,
    squared_cotangent: npt.ArrayLike,
    boundary_angle: npt.ArrayLike,
    *,
    n_train: int,
    dim: int,
) -> np.ndarray:
    """Draw 1/tan²φ after one more transfer point, exactly in law, from its value before.

    Parameters
    ----------
    rng : numpy.random.Generator
    squared_cotangent : array_like
        1/tan²φ of the students of ``n_train`` points, any shape; not read where ``n_train`` is 0.
    boundary_angle : array_like
        Boundary angle of each added point, in [0, π/2], same shape.
    n_train : int
        Points that the students have seen, 0 … dim − 2.
    dim : int
        Dimension d ≥ 2 of the inputs.

    Returns
    -------
    ndarray, same shape
        At least ``squared_cotangent``.

    Raises
    ------
    ValueError
        ``n_train`` is outside 0 … dim − 2, where one more point leaves the student short of its teacher.
    """
    dim = checked_dim(dim)
    if not 0 <= n_train <= dim - 2:
        raise ValueError(f"n_train is {n_train}, must lie in [0, dim - 2] = [0, {dim - 2}]")
    cotangent = np.tan(np.asarray(boundary_angle, dtype=float))
    if n_train == 0:
        return np.square(cotangent)
    before = np.asarray(squared_cotangent, dtype=float)
    along = rng.standard_normal(cotangent.shape)
    inside = rng.chisquare(n_train - 1, cotangent.shape) if n_train > 1 else 0.0
    outside = rng.chisquare(dim - 1 - n_train, cotangent.shape)
    length = np.square(along) + inside + outside
    return before + np.square(cotangent - np.sqrt(before) * along / np.sqrt(length)) * length / outside


def conditional_error(angle: npt.ArrayLike, point_angle: npt.ArrayLike, dim: int) -> np.ndarray:
    """Return the probability that a student errs on a point at a given angle to the teacher (PL19 eqs. 32 and 33).

    The student at the angle φ to w* errs on the points with τ < −tan b/tan φ, τ² ~ Beta(1/2, (d − 2)/2) as in
    `kdtheory.theory.risk`, b = π/2 − a. The points opposite to these, on the other side of w*, are equally likely.

    Parameters
    ----------
    angle : array_like
        Signed angle φ ∈ [0, π/2] between student and teacher, radians.
    point_angle : array_like
        Acute angle a ∈ [0, π/2] between point and teacher; broadcasts with ``angle``.
    dim : int
        Dimension d ≥ 3 of the inputs.

    Returns
    -------
    ndarray, broadcast shape
        In [0, 1/2]; 0 where φ + a ≤ π/2, by the triangle inequality (eqs. 30, 31).

    Raises
    ------
    ValueError
        An angle is outside [0, π/2] or ``dim`` below 3.
    """
    angle, point_angle = real("angle", angle), real("point_angle", point_angle)
    for name, values in (("angle", angle), ("point_angle", point_angle)):
        if not ((values >= 0) & (values <= np.pi / 2)).all():
            raise ValueError(f"{name} must lie in [0, pi/2]")
    if (dim := checked_dim(dim)) < 3:
        raise ValueError(f"dim is {dim}, must be at least 3")
    # 1 − tan²b/tan²φ with tan b = cot a, as a product that keeps its digits near the threshold.
    sine, cosine = np.sin(angle) * np.sin(point_angle), np.cos(angle) * np.cos(point_angle)
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = np.where(sine > cosine, (sine - cosine) * (sine + cosine) / np.square(sine), 0.0)
    return betainc((dim - 2) / 2, 0.5, beyond)[()] / 2
