"""Measurement ``wide/references``: data inefficiency of the hardest and easiest targets (JZ20 Fig. 3, 4)."""

from kdtheory.analysis.measurement import run_measure
from kdtheory.analysis.weight_growth import growth_with_candidates


def measure(experiment):
    """Measure weight norms and data inefficiency of random labels, zero function, signs and smoothed labels."""
    return growth_with_candidates(experiment.student("main"), "Fig. 3, 4")


if __name__ == "__main__":
    run_measure(measure)
