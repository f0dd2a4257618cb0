"""Measurement ``images/kernel_distillation``: kernel students of an imperfect teacher (JZ20 Fig. 5 middle)."""

import xarray as xr

from kdtheory.analysis.image_shares import number_of_images, teacher_accuracy
from kdtheory.analysis.measurement import labelled, run_measure


def measure(experiment):
    """Measure test accuracy for each stopping epoch, size, soft ratio, world and order of its transfer images."""
    students = experiment.student("main")
    accuracy = 1 - students["wrong_truth"] / students["test_points"]
    return xr.Dataset(
        {
            "accuracy": labelled(accuracy, "test accuracy", "JZ20 Fig. 5 middle"),
            "teacher_accuracy": teacher_accuracy(experiment, "main", students["stopping_epoch"]),
            "test_points": number_of_images(students),
        }
    )


if __name__ == "__main__":
    run_measure(measure)
