"""Standard bounds on the expected risk of half-spaces through the origin that fit hard labels without an error.

PL19 Section 4.2 says of such bounds that they have little to say for n < d. They need no teacher: d or the margin of
the training set takes the place of p(θ).
"""

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, logsumexp

from kdtheory.theory.angles import checked_dim
from kdtheory.theory.arguments import real

# By how much a support vector may miss its margin of 1.
_ROUNDING = 1e-6


def log2_dichotomies(n_points: int, dim: int) -> float:
    """Return log2 of the number of ways in which half-spaces through the origin split points in general position.

    Parameters
    ----------
    n_points : int
        At least 1.
    dim : int
        Dimension d ≥ 2.

    Returns
    -------
    float
        log2 of 2·Σ_{k < d} C(n − 1, k): n itself for n ≤ d.

    Raises
    ------
    ValueError
        ``n_points`` is below 1 or no integer.

    References
    ----------
    Cover (1965), Geometrical and statistical properties of systems of linear inequalities, eq. 1.
    """
    dim = checked_dim(dim)
    if not 1 <= n_points < np.inf or n_points % 1:
        raise ValueError(f"n_points is {n_points}, must be an integer of at least 1")
    if n_points <= dim:
        return float(n_points)
    k = np.arange(dim)
    terms = gammaln(n_points) - gammaln(k + 1) - gammaln(n_points - k)
    return float(1 + logsumexp(terms) / np.log(2))


def vc_risk_bound(n_train: npt.ArrayLike, dim: int) -> np.ndarray:
    """Return the VC bound on the expected risk of a half-space through the origin without training errors.

    P[R > ε] ≤ 2Π(2n)·2^(−εn/2) for every consistent hypothesis, with Π the number of dichotomies. Integrated over ε
    this gives E[R] ≤ (2/n)·log2(2e·Π(2n)), an expectation as PL19 eq. 19 is one.

    Parameters
    ----------
    n_train : array_like of int
        Training points, at least 1.
    dim : int
        Dimension d ≥ 2 of the inputs, the VC dimension of these half-spaces.

    Returns
    -------
    ndarray, shape of ``n_train``
        May exceed 1, where it says nothing.

    Raises
    ------
    ValueError
        ``n_train`` is below 1 or no integer.

    References
    ----------
    Blumer, Ehrenfeucht, Haussler and Warmuth (1989), Learnability and the Vapnik–Chervonenkis dimension, Theorem A2.1.
    """
    n_train = real("n_train", n_train)
    counts = [log2_dichotomies(2 * size, dim) for size in n_train.ravel()]
    return (2 / n_train * (1 + np.log2(np.e) + np.reshape(counts, n_train.shape)))[()]


def vc_useful_from(dim: int, level: float = 0.5) -> int:
    """Return the smallest training set from which on `vc_risk_bound` is below a level.

    Parameters
    ----------
    dim : int
        Dimension d ≥ 2.
    level : float
        In (0, 4): by default ½, the risk of a guess.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        ``level`` is not in (0, 4), the bound's least value while n ≤ d/2.
    """
    if not 0 < level < 4:
        raise ValueError(f"level is {level}, must lie in (0, 4)")
    low, high = 1, 2 * checked_dim(dim)
    while vc_risk_bound(high, dim) >= level:
        low, high = high, 2 * high
    while high - low > 1:  # the bound falls with n
        middle = (low + high) // 2
        low, high = (middle, high) if vc_risk_bound(middle, dim) >= level else (low, middle)
    return high


def margin_risk_bound(signed: npt.ArrayLike, weights: npt.ArrayLike) -> np.ndarray:
    """Return the leave-one-out bound of a max-margin half-space through the origin, for one set each.

    Its mean over sets of n points bounds the expected risk of n − 1 points: min(support vectors, D²/γ²)/n, with the
    length D of the longest point and the margin γ = 1/‖w‖.

    Parameters
    ----------
    signed : array_like, shape (..., n, d)
        Points times the signs ±1 of their labels.
    weights : array_like, shape (..., d)
        Shortest weights with a product of at least 1 with every one of them.

    Returns
    -------
    ndarray, shape (...)
        In (0, 1].

    Raises
    ------
    ValueError
        Shapes do not fit, or a product is below 1: the weights are no max-margin weights of these points.

    References
    ----------
    Vapnik (1998), Statistical Learning Theory, Theorem 10.5; Schölkopf and Smola (2002), Proposition 7.4.
    """
    signed, weights = real("signed", signed), real("weights", weights)
    if signed.ndim < 2 or signed.shape[-1:] != weights.shape[-1:]:
        raise ValueError(f"signed {signed.shape} must be (..., n, d) with weights {weights.shape} of (..., d)")
    products = np.matvec(signed, weights)
    if not (products > 1 - _ROUNDING).all():
        raise ValueError("weights have a product below 1 with a point, so they are no max-margin weights of these")
    support = np.sum(products < 1 + _ROUNDING, axis=-1)
    lengths = np.square(signed).sum(axis=-1).max(axis=-1) * np.square(weights).sum(axis=-1)
    return np.minimum(support, lengths) / signed.shape[-2]
