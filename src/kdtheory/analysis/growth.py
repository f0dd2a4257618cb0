"""Measurement ``wide/growth``: risk of networks of finite width while their transfer sets grow by single points."""

import xarray as xr

from kdtheory.analysis.chains import chain_variables
from kdtheory.analysis.measurement import labelled, run_measure


def measure(experiment):
    """Measure the risk at every size, and how monotone it is along each chain."""
    students = experiment.student("main")
    group = xr.Dataset(chain_variables(students["disagreement"]))
    return group.assign(
        misfit=labelled(
            students["misfit"],
            "distance of the student's logits to the teacher's on the transfer set, relative",
            "ours",
        )
    ).transpose("width", "n_train", "world")


if __name__ == "__main__":
    run_measure(measure)
