"""Deep linear students: how far from the distillation solution they end (PL19 Theorem 2, Appendix C).

A student of depth N has end-to-end weights wᵀ = W_N ⋯ W_1, and starts balanced (PL19 eq. 13) with a loss
below that of w = 0 (eq. 12). r = ‖w(0)‖/‖ŵ‖ is the initialisation ratio.
"""

import numpy as np
import numpy.typing as npt


def distance_bound(depth: int, init_ratio: npt.ArrayLike, norm: npt.ArrayLike) -> np.ndarray:
    """Return ε = ‖ŵ‖·r^(1/N)/√(1 − r^(2/N)), the root of PL19 eq. 76, which bounds lim ‖w(t) − ŵ‖ for n < d.

    Parameters
    ----------
    depth : int
        N ≥ 1. Depth 1 is not in the theorem; there the part off the span stays as it is, below r‖ŵ‖, so the
        formula holds.
    init_ratio : array_like
        r in [0, 1).
    norm : array_like
        ‖ŵ‖ > 0; broadcasts.

    Returns
    -------
    ndarray, broadcast shape

    Raises
    ------
    ValueError
        An argument is out of its range.
    """
    check_depth(depth)
    ratio, norm = _checked_ratio(init_ratio), _checked_positive("norm", norm)
    return norm * ratio ** (1 / depth) / np.sqrt(_one_minus_power(ratio, 2 / depth))


def distance_law(
    depth: int, init_norm: npt.ArrayLike, init_off_span: npt.ArrayLike, student_norm: npt.ArrayLike
) -> np.ndarray:
    """Return the exact distance lim ‖w(t) − ŵ‖ of gradient flow from a balanced start, from PL19 eq. 66.

    In the limit ‖w‖² = ‖ŵ‖² + q, so the squared distance q solves q = q₀((‖ŵ‖² + q)/‖w(0)‖²)^((N−1)/N), where
    √q₀ is the length of w(0) off the span. The right-hand side is increasing, concave and positive at 0: one
    root.

    Parameters
    ----------
    depth : int
        N ≥ 1; depth 1 leaves q₀ as it is.
    init_norm, init_off_span : array_like
        ‖w(0)‖ > 0 and √q₀ in [0, ‖w(0)‖]; √q₀ = 0 (always so when n ≥ d) gives 0.
    student_norm : array_like
        ‖ŵ‖ > 0. All broadcast.

    Returns
    -------
    ndarray, broadcast shape
        √q to 1e-13 relative.

    Raises
    ------
    ValueError
        An argument is out of its range.
    """
    check_depth(depth)
    init_norm, student_norm = (
        _checked_positive("init_norm", init_norm),
        _checked_positive("student_norm", student_norm),
    )
    init_off_span = np.asarray(init_off_span, dtype=float)
    if not ((init_off_span >= 0) & (init_off_span <= init_norm * (1 + 1e-12))).all():
        raise ValueError("init_off_span must lie in [0, init_norm]")
    power = (depth - 1) / depth
    moves = init_off_span > 0
    log_start = 2 * np.log(np.where(moves, init_off_span, init_norm))
    log_student, log_init = 2 * np.log(student_norm), 2 * np.log(init_norm)
    # Newton in log q on an increasing concave function, from a point below the root: monotone, never
    # overshoots.
    log_square = log_start + power * (log_student - log_init)
    for _ in range(200):
        log_total = np.logaddexp(log_student, log_square)
        residual = log_start + power * (log_total - log_init) - log_square
        step = residual / (1 - power * np.exp(log_square - log_total))
        log_square = log_square + step
        if (np.abs(step) <= 1e-15 * np.maximum(1, np.abs(log_square))).all():
            break
    return np.where(moves, np.exp(log_square / 2), 0.0)[()]


def induced_flow(weights: npt.ArrayLike, gradient: npt.ArrayLike, depth: int) -> np.ndarray:
    """Return ∂w/∂τ of the end-to-end weights under gradient flow on balanced factors (PL19 eq. 56).

    −‖w‖^(2(N−1)/N) (∇L₁ + (N − 1) P_w ∇L₁), P_w the projection onto w.

    Parameters
    ----------
    weights, gradient : array_like, shape (..., d)
        w and ∇L₁(w). At w = 0 the flow of a deep student stops.
    depth : int
        N ≥ 1; depth 1 gives −∇L₁.

    Returns
    -------
    ndarray, shape (..., d)

    Raises
    ------
    ValueError
        ``depth`` below 1.
    """
    check_depth(depth)
    weights, gradient = np.asarray(weights, dtype=float), np.asarray(gradient, dtype=float)
    norm = np.linalg.norm(weights, axis=-1, keepdims=True)
    unit = weights / np.where(norm > 0, norm, 1.0)
    along = np.sum(unit * gradient, axis=-1, keepdims=True) * unit
    return -(norm ** (2 * (depth - 1) / depth)) * (gradient + (depth - 1) * along)


def norm_bound(depth: int, init_ratio: npt.ArrayLike, norm: npt.ArrayLike) -> np.ndarray:
    """Return PL19 eq. 73, a bound on lim sup ‖w(t)‖: ‖ŵ‖(1 − r^(2/N))^(−N/(2(N−1))).

    Parameters
    ----------
    depth : int
        N ≥ 2.
    init_ratio : array_like
        r in [0, 1).
    norm : array_like
        ‖ŵ‖ > 0; broadcasts.

    Returns
    -------
    ndarray, broadcast shape

    Raises
    ------
    ValueError
        An argument is out of its range.
    """
    check_depth(depth, smallest=2)
    ratio, norm = _checked_ratio(init_ratio), _checked_positive("norm", norm)
    return norm * _one_minus_power(ratio, 2 / depth) ** (-depth / (2 * (depth - 1)))


def loss_rate_bound(depth: int, strong_convexity: npt.ArrayLike, least_norm: npt.ArrayLike) -> np.ndarray:
    """Return a c̃ of PL19 eq. 59, L(t) ≤ L(0)·e^(−c̃t) under gradient flow from a balanced start.

    Eqs. 57 and 58 give L′ ≤ −‖w‖^(2(N−1)/N)‖∇L₁‖² with ‖w‖ ≥ δ, and Corollary A.1 gives ‖∇L₁‖² ≥ 2μL₁. So
    c̃ = 2μδ^(2(N−1)/N).

    Parameters
    ----------
    depth : int
        N ≥ 1; depth 1 gives 2μ, of eq. 54.
    strong_convexity : array_like
        μ ≥ 0 of Theorem A.3 on the sublevel set of the start (`kdtheory.theory.convexity.strong_convexity`).
    least_norm : array_like
        δ ≥ 0, the distance of w = 0 from that set, or less; broadcasts.

    Returns
    -------
    ndarray, broadcast shape

    Raises
    ------
    ValueError
        An argument is out of its range.
    """
    check_depth(depth)
    convexity, away = (np.asarray(values, dtype=float) for values in (strong_convexity, least_norm))
    for name, values in (("strong_convexity", convexity), ("least_norm", away)):
        if not ((values >= 0) & (values < np.inf)).all():
            raise ValueError(f"{name} is {values}, must be at least 0 and finite")
    return 2 * convexity * away ** (2 * (depth - 1) / depth)


def check_depth(depth: int, smallest: int = 1) -> None:
    """Raise ValueError unless ``depth`` is an integer of at least ``smallest``."""
    if depth != int(depth) or depth < smallest:
        raise ValueError(f"depth is {depth}, must be an integer of at least {smallest}")


def _one_minus_power(ratio, power):
    """1 − r^power without a cancellation for r close to 1."""
    with np.errstate(divide="ignore"):
        return -np.expm1(power * np.log(ratio))


def _checked_ratio(init_ratio):
    init_ratio = np.asarray(init_ratio, dtype=float)
    if not ((init_ratio >= 0) & (init_ratio < 1)).all():
        raise ValueError(f"init_ratio is {init_ratio}, must lie in [0, 1)")
    return init_ratio


def _checked_positive(name, values):
    values = np.asarray(values, dtype=float)
    if not ((values > 0) & (values < np.inf)).all():
        raise ValueError(f"{name} is {values}, must be positive and finite")
    return values
