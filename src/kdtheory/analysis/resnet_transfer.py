"""Measurement ``images/resnet_transfer``: transfer risk of residual students on a pair of classes (JZ20 Sec. S2)."""

import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.resnet_cells import joined


def measure(experiment):
    """Measure transfer risk and agreement with the targets for each soft ratio and size of the transfer set."""
    students = joined(experiment, fixed=["stopping_epoch", "loss_scale"])
    return xr.Dataset(
        {
            "risk": labelled(students["wrong_teacher"] / students["test_points"], "transfer risk", "JZ20 Sec. S2"),
            "agreement": students["agreement"],
            "steps": students["steps"],
            "test_points": students["test_points"],
        }
    )


if __name__ == "__main__":
    run_measure(measure)
