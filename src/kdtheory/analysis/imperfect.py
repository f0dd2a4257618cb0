"""Measurement ``wide/imperfect``: students of an imperfect teacher against the soft ratio (JZ20 Fig. 5 left)."""

import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.sampled_errors import sample_size, teacher_error


def measure(experiment):
    """Measure test error, transfer risk and weight norms for each stopping epoch, soft ratio and size."""
    students = experiment.student("main")
    group = {
        "test_error": (students["disagreement_truth"], "test error", "JZ20 Fig. 5 left"),
        "risk": (students["disagreement_teacher"], "transfer risk", "JZ20 Sec. 3"),
        "weight_norm": (students["norm"], "norm of the student's weight change", "JZ20 Eq. 9"),
    }
    dims = ("stopping_epoch", "soft_ratio", "n_train", "world", "run")
    group = xr.Dataset(
        {name: labelled(values.transpose(*dims), words, source) for name, (values, words, source) in group.items()}
    )
    return group.assign(teacher_error=teacher_error(experiment, "main"), test_points=sample_size(experiment, "main"))


if __name__ == "__main__":
    run_measure(measure)
