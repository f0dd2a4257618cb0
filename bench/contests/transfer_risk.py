"""Mean transfer risk of linear students to equal standard error.

Ours draws transfer sets through their Gram matrix and knows each student's risk exactly. The peer draws points, fits
the student and counts its errors on 10,000 test points; its time is scaled to the same standard error.
"""

import time

import numpy as np

from bench.harness import Contender, Timed, compete
from kdtheory.theory.angles import PolynomialAngles, angle_from_gram, bartlett_factor
from kdtheory.theory.projection import minimum_norm_weights
from kdtheory.theory.risk import RiskTable

N_TRAIN, DIM, TEST_POINTS = 20, 1000, 10_000
KAPPAS = (0.25, 1.0)
SETS, EXPLICIT_SETS, REFERENCE_SETS = 5_000, 2, 200_000


def measure(full):
    """Compare for a hard and an easy task."""
    return {"heats": [_heat(kappa) for kappa in KAPPAS]}


def _heat(kappa):
    law = PolynomialAngles(kappa)
    reference = _gram_risks(law, REFERENCE_SETS, seed=1)
    mean = reference.mean()
    target = reference.std() / np.sqrt(SETS)
    # A counted risk has the binomial error of its test points on top.
    explicit_variance = reference.var() + np.mean(reference * (1 - reference)) / TEST_POINTS

    def error(risks):
        risks, variance = risks
        return abs(np.mean(risks) - mean) / np.sqrt(variance / len(risks) + reference.var() / REFERENCE_SETS)

    def ours():
        return _gram_risks(law, SETS, seed=0), reference.var()

    def explicit():
        started = time.perf_counter()
        risks = _explicit_risks(law, EXPLICIT_SETS)
        seconds = time.perf_counter() - started
        return Timed((risks, explicit_variance), seconds / EXPLICIT_SETS * explicit_variance / target**2)

    return compete(
        {"n_train": N_TRAIN, "d": DIM, "kappa": kappa, "standard error": float(f"{target:.2g}")},
        {
            "ours": Contender(ours, error),
            "explicit sampling of 10,000 test points": Contender(
                explicit, error, f"{EXPLICIT_SETS} transfer sets, scaled to equal standard error"
            ),
        },
        error=f"distance to the mean of {REFERENCE_SETS:,} other sets, in standard errors",
    )


def _gram_risks(law, sets, seed):
    rng = np.random.default_rng(seed)
    table, risks = RiskTable(DIM, law), []
    for _ in range(0, sets, SETS):
        factor = bartlett_factor(rng, SETS, N_TRAIN, DIM)
        boundary_angles = law.sample_boundary_angles(rng.random((SETS, N_TRAIN)))
        risks.append(table(angle_from_gram(boundary_angles, factor)[:, -1]))
    return np.concatenate(risks)


def _explicit_risks(law, sets):
    rng = np.random.default_rng(2)
    teacher = np.zeros(DIM)
    teacher[0] = 1.0
    risks = []
    for _ in range(sets):
        inputs = _points(law, rng, N_TRAIN)
        weights = minimum_norm_weights(inputs, inputs @ teacher)
        test = _points(law, rng, TEST_POINTS)
        risks.append(np.mean((test @ weights > 0) != (test @ teacher > 0)))
    return np.array(risks)


def _points(law, rng, count):
    """Points at the boundary angle b from the law: ±(sin b·w̄* + cos b·u), u uniform across w*."""
    across = rng.standard_normal((count, DIM))
    across[:, 0] = 0
    across /= np.linalg.norm(across, axis=1)[:, None]
    angle = law.sample_boundary_angles(rng.random(count))
    points = np.cos(angle)[:, None] * across
    points[:, 0] = np.sin(angle)
    return points * rng.choice([-1.0, 1.0], count)[:, None]
