"""Measurement ``wide/temperature``: what the temperature leaves in students trained to the end (JZ20 Sec. 2)."""

import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.sampled_errors import sample_size, teacher_error

_DIMS = ("loss_scale", "soft_ratio", "temperature", "stopping_epoch", "imperfect_n_train", "n_train", "world", "run")


def measure(experiment):
    """Measure norms and risk of a perfect teacher's students, and errors of those of imperfect teachers."""
    perfect = experiment.student("perfect").squeeze("stopping_epoch", drop=True)
    imperfect = experiment.student("imperfect").squeeze("run", drop=True).rename(n_train="imperfect_n_train")
    group = {
        "weight_norm": (perfect["norm"], "norm of the student's weight change", "JZ20 Eq. 9"),
        "risk": (perfect["disagreement_teacher"], "transfer risk of the students of a perfect teacher", "JZ20 Sec. 3"),
        "test_error": (
            imperfect["disagreement_truth"], "test error of the students of imperfect teachers", "JZ20 Sec. 5",
        ),
    }  # fmt: skip
    group = xr.Dataset(
        {
            name: labelled(values.transpose(*(dim for dim in _DIMS if dim in values.dims)), *texts)
            for name, (values, *texts) in group.items()
        }
    )
    return group.assign(
        teacher_error=teacher_error(experiment, "imperfect"), test_points=sample_size(experiment, "imperfect")
    )


if __name__ == "__main__":
    run_measure(measure)
