"""Measurement ``wide/losses``: students of losses that correct a teacher without a jump (ours, the outlook of JZ20)."""

import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.sampled_errors import sample_size, teacher_error

_DIMS = ("loss", "labels", "stopping_epoch", "soft_ratio", "n_train", "world", "run")


def measure(experiment):
    """Measure test error, transfer risk and weight norms for each loss, both kinds of labels, and each soft ratio."""
    students = experiment.student("main")
    group = {
        "test_error": (students["disagreement_truth"], "test error", "ours"),
        "risk": (students["disagreement_teacher"], "transfer risk", "JZ20 Sec. 3"),
        "weight_norm": (students["norm"], "norm of the student's weight change", "JZ20 Eq. 9"),
    }
    group = xr.Dataset({name: labelled(values.transpose(*_DIMS), *words) for name, (values, *words) in group.items()})
    return group.assign(teacher_error=teacher_error(experiment, "main"), test_points=sample_size(experiment, "main"))


if __name__ == "__main__":
    run_measure(measure)
