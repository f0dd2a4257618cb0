"""Arithmetic of measurements: ratios with intervals, exponents with intervals, a size extrapolated from others."""

import numpy as np
from scipy.optimize import nnls
from scipy.special import stdtrit


def ratio(seconds, reference):
    """Compare two contenders that ran in the same rounds.

    Parameters
    ----------
    seconds, reference : sequence of float
        Times of the contender and of the one it is compared with, one for each round.

    Returns
    -------
    dict
        ``ratio``, the median over rounds of contender/reference, and the range ``low``, ``high`` over rounds. The
        range covers the median ratio with the probability 1 − 2^(1 − rounds), whatever the law of the noise: 97 %
        for 6 rounds.

    Raises
    ------
    ValueError
        The numbers of rounds differ, or a time is not positive.
    """
    seconds, reference = np.asarray(seconds, float), np.asarray(reference, float)
    if seconds.shape != reference.shape or not seconds.size:
        raise ValueError(
            f"contenders ran {seconds.size} and {reference.size} rounds; they must run the same, at least 1"
        )
    if not (np.all(seconds > 0) and np.all(reference > 0)):
        raise ValueError("a time is not positive")
    by_round = seconds / reference
    return {"ratio": float(np.median(by_round)), "low": float(by_round.min()), "high": float(by_round.max())}


def exponent(sizes, values):
    """Fit values ~ size^b by least squares of logarithms.

    Parameters
    ----------
    sizes, values : sequence of float
        Positive, at least three.

    Returns
    -------
    dict
        ``exponent`` b and its 95 % interval ``low``, ``high`` (Student's t on the residuals, so that a curve that is
        no power law has a wide one).

    Raises
    ------
    ValueError
        Fewer than three sizes, unequal lengths, or numbers that are not positive.
    """
    sizes, values = np.asarray(sizes, float), np.asarray(values, float)
    if sizes.shape != values.shape or sizes.size < 3:
        raise ValueError(f"{sizes.size} sizes and {values.size} values; an exponent needs three or more of both")
    if not (np.all(sizes > 0) and np.all(values > 0)):
        raise ValueError("sizes and values must be positive")
    x, y = np.log(sizes), np.log(values)
    centred = x - x.mean()
    slope = centred @ y / (centred @ centred)
    residual = y - y.mean() - slope * centred
    error = np.sqrt(residual @ residual / (sizes.size - 2) / (centred @ centred))
    half = stdtrit(sizes.size - 2, 0.975) * error
    return {"exponent": float(slope), "low": float(slope - half), "high": float(slope + half)}


def summed_over_sizes(sizes, seconds, largest):
    """Return the time of all sizes 1..largest, from a fit a + b·n + c·n² + d·n³, none negative, to some of them.

    Relative errors count alike at every size.
    """
    sizes, seconds = np.asarray(sizes, float), np.asarray(seconds, float)
    powers, scale = np.arange(4), float(largest)
    coefficients, _ = nnls((sizes[:, None] / scale) ** powers / seconds[:, None], np.ones(sizes.size))
    return float(np.sum((np.arange(1, largest + 1)[:, None] / scale) ** powers @ coefficients))
