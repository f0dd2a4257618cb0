"""Simulated worlds, and whether 95 % intervals cover what they were drawn around."""

import numpy as np

# With 4000 simulations the share of a 95 % interval has a standard error of 0.34 points.
SIMULATIONS = 4000
WORLDS = 20
# Where norms are measured, windows of these sizes, and Σ 1/n from the first size to each.
SIZES = np.array([16, 32, 64])
WINDOWS = np.array([[16, 32], [16, 64]])
HARMONIC = np.array([0.0, sum(1 / n for n in range(16, 32)), sum(1 / n for n in range(16, 64))])


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


def extended_problems(rng, runs, candidates, n, width=60):
    """Weights of least norm through n points, and through one more of some candidates, of each run.

    Returns their norms, (runs,) and (runs, candidates), and what Eq. 10 is computed from: ‖Δŵ_n‖² and r²/s².
    """
    squared, steps = np.empty(runs), np.empty((runs, candidates))
    after = np.empty((runs, candidates))
    for run in range(runs):
        points, extra = rng.standard_normal((n, width)), rng.standard_normal((candidates, width))
        target, extra_target = rng.standard_normal(n), rng.standard_normal(candidates)
        gram, cross = points @ points.T, points @ extra.T
        squared[run] = target @ np.linalg.solve(gram, target)
        residual = extra_target - cross.T @ np.linalg.solve(gram, target)
        variance = np.sum(extra**2, axis=1) - np.sum(cross * np.linalg.solve(gram, cross), axis=0)
        steps[run] = residual**2 / variance
        for j in range(candidates):
            weights = np.linalg.pinv(np.vstack([points, extra[j]])) @ np.append(target, extra_target[j])
            after[run, j] = np.linalg.norm(weights)
    return np.sqrt(squared), after, squared, steps
