"""Measurement ``images/resnet_distillation``: residual students of an imperfect teacher (JZ20 Fig. 5 middle)."""

import xarray as xr

from kdtheory.analysis.image_shares import teacher_accuracy
from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.resnet_cells import joined


def measure(experiment):
    """Measure test accuracy and agreement with the targets for each stopping epoch, loss scale and soft ratio."""
    students = joined(experiment, fixed=["n_train"])
    accuracy = 1 - students["wrong_truth"] / students["test_points"]
    return xr.Dataset(
        {
            "accuracy": labelled(accuracy, "test accuracy", "JZ20 Fig. 5 middle"),
            "agreement": students["agreement"],
            "steps": students["steps"],
            "teacher_accuracy": teacher_accuracy(experiment, experiment.cells[0], students["stopping_epoch"]),
            "test_points": students["test_points"],
        }
    )


if __name__ == "__main__":
    run_measure(measure)
