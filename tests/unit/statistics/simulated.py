"""Simulated worlds, and whether 95 % intervals cover what they were drawn around."""

import numpy as np

# With 4000 simulations the share of a 95 % interval has a standard error of 0.34 points.
SIMULATIONS = 4000
WORLDS = 20


def coverage(estimate, truth):
    """The share of simulations whose 95 % interval holds the truth; every one must have an interval."""
    assert estimate.measured.all()
    low, high = estimate.interval(0.95)
    return np.mean((low <= truth) & (high >= truth))


def assert_covers(estimate, truth):
    """93 to 97 % of the intervals hold the truth."""
    covered = coverage(estimate, truth)
    assert 0.93 <= covered <= 0.97, f"{100 * covered:.1f} % of the intervals cover"


def log_normal(rng, variation, shape):
    """Positive numbers of mean 1 with a coefficient of variation."""
    spread = np.sqrt(np.log1p(np.square(variation)))
    return np.exp(spread * rng.standard_normal(shape) - spread**2 / 2)


def error_counts(
    rng, sizes, first, exponent, *, world_variation=0.5, exponent_spread=0.1, curvature=0.0, worlds=WORLDS
):
    """Counts of errors, (worlds, sizes, simulations), of mean ``first`` at the first size that fall like n^−exponent.

    Worlds differ in their level (gamma) and in their exponent (normal), the mean over worlds is the power law, times
    exp(curvature·ln²) where it is to be bent.
    """
    logarithms = np.log(np.asarray(sizes) / sizes[0])[:, None]
    level = rng.gamma(world_variation**-2, world_variation**2, size=(worlds, 1, SIMULATIONS))
    tilt = exponent_spread * rng.standard_normal((worlds, 1, SIMULATIONS))
    in_world = np.exp(tilt * logarithms - exponent_spread**2 * logarithms**2 / 2)
    mean = first * np.exp(-exponent * logarithms + curvature * logarithms**2)
    return rng.poisson(mean * level * in_world)
