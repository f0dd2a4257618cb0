"""Measurement ``images/resnet_transfer``: transfer risk of residual students on a pair of classes (JZ20 Sec. S2)."""

import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.resnet_cells import shares


def measure(experiment):
    """Measure transfer risk and agreement with the targets for each soft ratio and size of the transfer set."""

    def differs(decision, students):
        return decision != students["teacher_logits"].argmax("class")

    group = shares(experiment, differs, fixed=["stopping_epoch", "loss_scale"])
    dims = ("soft_ratio", "n_train", "repeat")
    return xr.Dataset(
        {
            "risk": labelled(group["share"].transpose(*dims), "transfer risk", "JZ20 Sec. S2"),
            "agreement": group["agreement"].transpose(*dims),
            "test_points": group["test_points"],
        }
    )


if __name__ == "__main__":
    run_measure(measure)
