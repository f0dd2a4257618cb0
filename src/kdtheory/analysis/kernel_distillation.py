"""Measurement ``images/kernel_distillation``: kernel students of an imperfect teacher (JZ20 Fig. 5 middle)."""

import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.sampled_errors import sample_size


def measure(experiment):
    """Measure test accuracy for each teacher, stopping epoch, size, soft ratio and order of the transfer images."""
    students, test_points = experiment.student("main"), sample_size(experiment, "main")
    accuracy = 1 - students["wrong_truth"] / test_points
    of_teacher = experiment.logits_of("main")["teacher_accuracy"].transpose("teacher", "stopping_epoch")
    of_teacher = of_teacher.sel({dim: students[dim].values for dim in of_teacher.dims})
    return xr.Dataset(
        {
            "accuracy": labelled(accuracy, "test accuracy", "JZ20 Fig. 5 middle"),
            "teacher_accuracy": labelled(of_teacher, "teacher's test accuracy", "JZ20 Sec. 5"),
            "test_points": test_points,
        }
    )


if __name__ == "__main__":
    run_measure(measure)
