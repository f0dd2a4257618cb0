"""Generalization bounds by the norm of a wide network's weight change, with which JZ20 compares its Theorem 1."""

import numpy as np
import numpy.typing as npt


def norm_bound(norm: npt.ArrayLike, n_train: npt.ArrayLike) -> np.ndarray:
    """Return √(ΔzᵀΘ_n⁻¹Δz/n) = ‖Δŵ_n‖/√n (JZ20 Sec. 4, after its reference 1), without constants and not cut at 1.

    Parameters
    ----------
    norm : array_like
        ‖Δŵ_n‖₂ ≥ 0; broadcasts with ``n_train``.
    n_train : array_like of int
        Sample size n, at least 1.

    Returns
    -------
    ndarray or DataArray, broadcast shape

    Raises
    ------
    ValueError
        A norm is negative, or a size below 1.
    """
    _check(norm=norm, n_train=n_train)
    return norm / np.sqrt(n_train)


def rademacher_bound(norm: npt.ArrayLike, mean_kernel: npt.ArrayLike, n_train: npt.ArrayLike) -> np.ndarray:
    """Return 2‖Δŵ_n‖·√(E Θ(x, x)/n), the bound 2ℜ_n of JZ20 Sec. 3.2 for the ball that just holds the student.

    The Rademacher complexity of {f₀ + Δwᵀφ: ‖Δw‖ ≤ B} is B·E‖Σ_i ξ_iφ(x_i)‖/n, at most B·√(E Θ(x, x)/n) by Jensen.
    A ramp of slope 1 between the loss and the logit keeps it (contraction), so this is the first term of the classical
    bound on the risk, without the training loss and the term in ln(1/δ), and not cut at 1.

    Parameters
    ----------
    norm : array_like
        B = ‖Δŵ_n‖₂ ≥ 0; all arguments broadcast.
    mean_kernel : array_like
        E Θ(x, x) ≥ 0.
    n_train : array_like of int
        Sample size n, at least 1.

    Returns
    -------
    ndarray or DataArray, broadcast shape

    Raises
    ------
    ValueError
        A norm or a kernel is negative, or a size below 1.
    """
    _check(norm=norm, n_train=n_train, mean_kernel=mean_kernel)
    return 2 * norm * np.sqrt(mean_kernel / n_train)


def _check(n_train, **others):
    if np.any(np.asarray(n_train) < 1):
        raise ValueError("n_train must be at least 1")
    for name, values in others.items():
        if np.any(np.asarray(values) < 0):
            raise ValueError(f"{name} must not be negative")
