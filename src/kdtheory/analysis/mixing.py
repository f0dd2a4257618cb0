"""Measurement ``wide/mixing``: data inefficiency against the soft ratio (JZ20 Fig. 4 right)."""

from kdtheory.analysis.measurement import run_measure
from kdtheory.analysis.weight_growth import growth


def measure(experiment):
    """Measure weight norms and data inefficiency of students for each soft ratio, at one stopping epoch."""
    students = experiment.student("main").squeeze("stopping_epoch")
    return growth(students["coefficients"], "Fig. 4 right")


if __name__ == "__main__":
    run_measure(measure)
