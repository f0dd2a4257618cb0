"""Measurement ``wide/stopping``: data inefficiency against the teacher's stopping epoch (JZ20 Fig. 4 middle)."""

from kdtheory.analysis.measurement import run_measure
from kdtheory.analysis.weight_growth import growth


def measure(experiment):
    """Measure weight norms and data inefficiency of students of purely soft labels for each stopping epoch."""
    students = experiment.student("main").squeeze("soft_ratio")
    return growth(students["coefficients"], "Fig. 4 middle")


if __name__ == "__main__":
    run_measure(measure)
