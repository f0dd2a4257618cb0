"""Measurement ``images/resnet_distillation``: residual students of an imperfect teacher (JZ20 Fig. 5 middle)."""

import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.resnet_cells import shares


def measure(experiment):
    """Measure test accuracy and agreement with the targets for each stopping epoch, loss scale and soft ratio."""
    group = shares(experiment, lambda decision, students: decision == students["label"], fixed=["n_train"])
    of_teacher = experiment.logits_of(experiment.cells[0])["teacher_accuracy"].isel(teacher=0, drop=True)
    dims = ("stopping_epoch", "loss_scale", "soft_ratio", "repeat")
    return xr.Dataset(
        {
            "accuracy": labelled(group["share"].transpose(*dims), "test accuracy", "JZ20 Fig. 5 middle"),
            "agreement": group["agreement"].transpose(*dims),
            "teacher_accuracy": labelled(
                of_teacher.sel(stopping_epoch=group["stopping_epoch"]), "teacher's test accuracy", "JZ20 Sec. 5"
            ),
            "test_points": group["test_points"],
        }
    )


if __name__ == "__main__":
    run_measure(measure)
