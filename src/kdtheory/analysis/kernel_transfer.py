"""Measurement ``images/kernel_transfer``: transfer risk of kernel students on images (JZ20 Sec. S2)."""

import xarray as xr

from kdtheory.analysis.image_shares import number_of_images
from kdtheory.analysis.measurement import labelled, run_measure


def measure(experiment):
    """Measure transfer risk for each stopping epoch, size, soft ratio, world and order of its transfer images."""
    students = experiment.student("main")
    risk = labelled(students["wrong_teacher"] / students["test_points"], "transfer risk", "JZ20 Sec. S2")
    return xr.Dataset({"risk": risk, "test_points": number_of_images(students)})


if __name__ == "__main__":
    run_measure(measure)
