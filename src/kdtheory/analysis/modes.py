"""Measurement ``wide/modes``: data inefficiency against the number of Gaussian modes (JZ20 Fig. 3 left)."""

from kdtheory.analysis.measurement import run_measure
from kdtheory.analysis.weight_growth import growth_with_candidates


def measure(experiment):
    """Measure weight norms and data inefficiency for each number of modes and law of their widths."""
    return growth_with_candidates(experiment.student("main"), "Fig. 3 left")


if __name__ == "__main__":
    run_measure(measure)
