"""Measurement ``wide/kernel_design``: angle and risk of kernel students of designed transfer sets, point by point."""

import numpy as np
import xarray as xr

from kdtheory.analysis.chains import chain_variables
from kdtheory.analysis.measurement import labelled, run_measure


def measure(experiment):
    """Measure angle and risk at every size, and how monotone the risk is along each chain."""
    students = experiment.student("main").transpose("half", "design", "n_train", "world")
    angle = np.arccos(students["cosine"].clip(-1, 1))
    group = xr.Dataset(chain_variables(students["disagreement"]))
    return group.assign(
        angle=labelled(angle, "angle between student and teacher in the kernel's space", "PL19 Lemma 1", "rad")
    ).transpose("design", "n_train", "world")


if __name__ == "__main__":
    run_measure(measure)
