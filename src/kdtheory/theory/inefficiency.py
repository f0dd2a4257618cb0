"""Data inefficiency, the growth of the student's weights with the sample size: where it is measured, where it ends.

    I(n) = n·[ln E‖Δŵ_{n+1}‖ − ln E‖Δŵ_n‖]                                        (JZ20 Definition 1, Eq. 10)

`kdtheory.statistics.inefficiency` estimates its means over windows of the sample size.
"""

import numpy as np

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
        First and last sample size of each window, for `kdtheory.statistics.inefficiency`.

    Raises
    ------
    ValueError
        ``n_max`` is not an integer of at least 2.
    """
    if n_max != int(n_max) or n_max < 2:
        raise ValueError(f"n_max is {n_max}, must be an integer of at least 2")
    first = 2 ** np.arange(int(n_max).bit_length() - 1)
    return np.stack([first, 2 * first], axis=1)


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
