"""Measurement ``wide/flips``: data inefficiency against the probability of flipped signs (JZ20 Fig. 3 right)."""

from kdtheory.analysis.measurement import run_measure
from kdtheory.analysis.weight_growth import growth_with_candidates


def measure(experiment):
    """Measure weight norms and data inefficiency for each probability that a target's sign is flipped."""
    return growth_with_candidates(experiment.student("main"), "Fig. 3 right")


if __name__ == "__main__":
    run_measure(measure)
