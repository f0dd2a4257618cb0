"""Measurement ``images/kernel_transfer``: transfer risk of kernel students on images (JZ20 Sec. S2)."""

import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.sampled_errors import sample_size


def measure(experiment):
    """Measure transfer risk for each teacher, stopping epoch, size, soft ratio and order of the transfer images."""
    students, test_points = experiment.student("main"), sample_size(experiment, "main")
    risk = labelled(students["wrong_teacher"] / test_points, "transfer risk", "JZ20 Sec. S2")
    return xr.Dataset({"risk": risk, "test_points": test_points})


if __name__ == "__main__":
    run_measure(measure)
