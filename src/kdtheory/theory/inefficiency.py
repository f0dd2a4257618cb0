"""Data inefficiency, the growth of the student's weights with the sample size: JZ20 Definition 1.

    I(n) = n·[ln E‖Δŵ_{n+1}‖ − ln E‖Δŵ_n‖]                                                        (10)

E is over transfer sets and initialisations and is taken before the logarithm. At one n the difference drowns in the
noise of some tens of runs; two estimators do not: the mean of Eq. 10 over a window of n, which telescopes, and
Eq. 10 itself with many candidates for the point n + 1.
"""

import numpy as np
import numpy.typing as npt

_PLATEAUS = {
    "random_labels": lambda dim: (dim + 1) / (2 * dim),
    "jump": lambda dim: 0.5,
    "smooth": lambda dim: 0.0,
    "kinked": lambda dim: max(0.0, (dim - 2) / (2 * dim)),
    "nngp": lambda dim: max(0.0, (dim - 2) / (2 * dim)),
}


def octave_windows(n_max: int) -> np.ndarray:
    """Return the windows [1, 2], [2, 4], [4, 8] … of sample sizes up to ``n_max``.

    Parameters
    ----------
    n_max : int
        Largest sample size, at least 2.

    Returns
    -------
    ndarray of int, shape (windows, 2)
        First and last sample size of each window, for `data_inefficiency`.

    Raises
    ------
    ValueError
        ``n_max`` is not an integer of at least 2.
    """
    if n_max != int(n_max) or n_max < 2:
        raise ValueError(f"n_max is {n_max}, must be an integer of at least 2")
    first = 2 ** np.arange(int(n_max).bit_length() - 1)
    return np.stack([first, 2 * first], axis=1)


def data_inefficiency(norms: npt.ArrayLike, windows: npt.ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of I(n) over windows of the sample size, weighted by 1/n.

    Σ_{n=a}^{b−1} I(n)/n telescopes to ln E‖Δŵ_b‖ − ln E‖Δŵ_a‖, and the weights sum to Σ_{n=a}^{b−1} 1/n.

    Parameters
    ----------
    norms : array_like, shape (..., repeat, n_max)
        ‖Δŵ_n‖₂ of independent runs for n = 1 … n_max, positive where a window begins or ends; 2 runs or more.
    windows : array_like of int, shape (windows, 2)
        Sample sizes a < b in 1 … n_max.

    Returns
    -------
    value, standard_error : ndarray, shape (..., windows)
        The estimate and its jackknife standard error over runs.

    Raises
    ------
    ValueError
        Shapes do not fit, a window lies outside the sizes, or a norm is not positive and finite.
    """
    norms, windows = np.asarray(norms, dtype=float), np.asarray(windows)
    if norms.ndim < 2 or norms.shape[-2] < 2:
        raise ValueError(f"norms has shape {norms.shape}, must be (..., repeat, n_max) with 2 runs or more")
    if windows.ndim != 2 or windows.shape[1] != 2 or not np.issubdtype(windows.dtype, np.integer):
        raise ValueError(f"windows is {windows.dtype}{windows.shape}, must be integers of shape (windows, 2)")
    first, last = windows.T
    if not ((first >= 1) & (first < last) & (last <= norms.shape[-1])).all():
        raise ValueError(f"windows must hold pairs 1 ≤ first < last ≤ {norms.shape[-1]}, not {windows.tolist()}")
    ends = np.swapaxes(norms[..., windows - 1], -3, -1)  # (..., end, windows, repeat)
    if not ((ends > 0) & (ends < np.inf)).all():
        raise ValueError("norms must be positive and finite at the ends of the windows")
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, norms.shape[-1] + 1))])
    return _log_growth(ends[..., 0, :, :], ends[..., 1, :, :], 1 / (harmonic[last - 1] - harmonic[first - 1]))


def candidate_inefficiency(
    squared_norms: npt.ArrayLike, squared_steps: npt.ArrayLike, n_train: npt.ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Return JZ20 eq. 10 at one sample size, with many candidates for the next point.

    A candidate x adds to ‖Δŵ_n‖² the square r²/s² of its residual in units of its own kernel standard deviation:
    r = Δz(x) − k_xᵀΘ_n⁻¹Δz, s² = Θ(x, x) − k_xᵀΘ_n⁻¹k_x. E‖Δŵ_{n+1}‖ is the mean over runs and candidates of
    √(‖Δŵ_n‖² + r²/s²), the root inside the mean.

    Parameters
    ----------
    squared_norms : array_like, shape (..., run)
        ‖Δŵ_n‖₂², positive; 2 runs or more.
    squared_steps : array_like, shape (..., run, candidate)
        r²/s² ≥ 0.
    n_train : array_like of int, shape (...)
        The sample size n ≥ 1.

    Returns
    -------
    value, standard_error : ndarray, shape (...)
        I(n) and its jackknife standard error over runs.

    Raises
    ------
    ValueError
        Shapes do not fit, or values are out of range.
    """
    squared_norms, squared_steps = np.asarray(squared_norms, dtype=float), np.asarray(squared_steps, dtype=float)
    n_train = np.asarray(n_train)
    if squared_norms.ndim < 1 or squared_norms.shape[-1] < 2:
        raise ValueError(f"squared_norms has shape {squared_norms.shape}, must be (..., run) with 2 runs or more")
    if squared_steps.shape[:-1] != squared_norms.shape or squared_steps.shape[-1] < 1:
        raise ValueError(
            f"squared_steps has shape {squared_steps.shape}, must be {squared_norms.shape} and the candidates"
        )
    if not ((squared_norms > 0) & (squared_norms < np.inf)).all():
        raise ValueError("squared_norms must be positive and finite")
    if not ((squared_steps >= 0) & (squared_steps < np.inf)).all():
        raise ValueError("squared_steps must be finite and not negative")
    if not (n_train >= 1).all():
        raise ValueError(f"n_train is {n_train}, must be at least 1")
    after = np.sqrt(squared_norms[..., None] + squared_steps).mean(axis=-1)
    return _log_growth(np.sqrt(squared_norms), after, n_train)


def plateau_prediction(target: str, dim: int) -> float:
    """Return the plateau of I(n) at large n for inputs in R^dim and the neural tangent kernel of a ReLU network.

    The kernel's eigenvalues fall like i^(−(d+1)/d) and a target's power like its smoothness; ours, not JZ20's.

    Parameters
    ----------
    target : str
        ``random_labels`` (a fresh label for each point): (d + 1)/(2d); ``jump`` (a hard decision boundary): 1/2
        in every dimension; ``smooth`` (in the kernel's Hilbert space): 0; ``kinked`` (continuous, piecewise
        linear) and ``nngp`` (a network at its initialisation): (d − 2)/(2d), 0 for d ≤ 2 (at d = 2 the norm still
        grows, like √ln n).
    dim : int
        Dimension d ≥ 1.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        An unknown target, or ``dim`` is not an integer of at least 1.
    """
    if target not in _PLATEAUS:
        raise ValueError(f"target is {target!r}, must be one of {', '.join(_PLATEAUS)}")
    if dim != int(dim) or dim < 1:
        raise ValueError(f"dim is {dim}, must be an integer of at least 1")
    return _PLATEAUS[target](dim)


def _log_growth(before, after, scale):
    """scale·(ln E after − ln E before) over the last axis, the runs, and its jackknife standard error."""
    runs = before.shape[-1]
    value = scale * np.log(after.mean(axis=-1) / before.mean(axis=-1))
    without_one = [(values.sum(axis=-1, keepdims=True) - values) / (runs - 1) for values in (after, before)]
    replicates = np.asarray(scale)[..., None] * np.log(without_one[0] / without_one[1])
    spread = np.square(replicates - replicates.mean(axis=-1, keepdims=True)).mean(axis=-1)
    return value, np.sqrt((runs - 1) * spread)
