"""Effective logits of 200,000 points: ours against a scalar root finder, with the error of each."""

import math

import numpy as np
from scipy.optimize import brentq
from timing import alternate, report

from kdtheory.theory.stationarity import effective_logits, stationarity_residual

POINTS, SCALAR_POINTS = 200_000, 2_000


def scalar_residual(logit, teacher_logit, label, soft_ratio, temperature):
    """JZ20 Eq. 3 for one point, in plain Python."""
    soft = sigmoid(logit / temperature) - sigmoid(teacher_logit / temperature)
    return soft_ratio / temperature * soft + (1 - soft_ratio) * (sigmoid(logit) - label)


def sigmoid(logit):
    """The logistic function of one number."""
    return 1 / (1 + math.exp(-logit))


def main():
    """Time both for several soft ratios and temperatures; print microseconds a point, ratio and residual."""
    rng = np.random.default_rng(0)
    rows = []
    for soft_ratio, temperature in ((0.5, 5.0), (0.95, 5.0), (0.05, 1.0), (0.999, 20.0)):
        logits, labels = rng.normal(0, 3, POINTS), rng.integers(0, 2, POINTS)
        # A scalar root finder needs a bracket in which nothing rounds to 1: hence moderate logits and T ≥ 1.
        few = logits[:SCALAR_POINTS].tolist(), labels[:SCALAR_POINTS].tolist()

        def scalar(few=few, problem=(soft_ratio, temperature)):
            return [brentq(scalar_residual, -40, 40, (z, y, *problem), xtol=1e-13) for z, y in zip(*few, strict=True)]

        def ours(problem=(logits, labels, soft_ratio, temperature)):
            return effective_logits(*problem)

        times = alternate({"ours": ours, "brentq": scalar})
        per_point = times["ours"][0] / POINTS * 1e6
        ratio = times["brentq"][0] / SCALAR_POINTS * 1e6 / per_point
        residual = np.abs(stationarity_residual(ours(), logits, labels, soft_ratio, temperature)).max()
        gap = np.abs(np.array(scalar()) - ours()[:SCALAR_POINTS]).max()
        rows.append(
            f"soft ratio {soft_ratio:<6g} T {temperature:<4g} {per_point:.3f} µs a point, scipy brentq in a loop "
            f"{ratio:.0f} times that; residual {residual:.1e}, distance to brentq {gap:.1e}"
        )
    report(f"Effective logits, {POINTS:,} points (brentq: {SCALAR_POINTS:,}, scaled)", rows)


if __name__ == "__main__":
    main()
