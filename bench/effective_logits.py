"""Effective logits of 200,000 points: ours against a scalar root finder, with the error of each."""

import numpy as np
from scipy.optimize import brentq
from timing import alternate, report

from kdtheory.theory.stationarity import effective_logits, stationarity_residual

POINTS, SCALAR_POINTS = 200_000, 2_000


def main():
    """Time both for several soft ratios and temperatures; print microseconds a point, ratio and residual."""
    rng = np.random.default_rng(0)
    rows = []
    for soft_ratio, temperature in ((0.5, 5.0), (0.95, 5.0), (0.05, 1.0), (0.05, 0.2), (0.999, 20.0)):
        logits, labels = rng.normal(0, 5, POINTS), rng.integers(0, 2, POINTS)
        few = logits[:SCALAR_POINTS], labels[:SCALAR_POINTS]

        def scalar(few=few, problem=(soft_ratio, temperature)):
            return [
                brentq(stationarity_residual, -700, 700, (z, y, *problem), xtol=1e-13)
                for z, y in zip(*few, strict=True)
            ]

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
