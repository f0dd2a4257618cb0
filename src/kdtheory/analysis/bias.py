"""Measurement ``linear/bias``: how much the optimizer's bias is worth, on MNIST (PL19 Fig. 4 and Sec. 5.3)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure

_SPLIT = "split of the images whose one half trained the teacher and whose other half holds the transfer set"


def measure(experiment):
    """Measure disagreement with the teacher on the test images, against δ and along growing transfer sets."""
    student = experiment.student("deltas")
    disagreement = _disagreement(experiment, "deltas", student["weights"].isel(n_train=0)).transpose(
        "learner", "repeat"
    )
    # w_δ is affine in δ, so a difference of two of them is the direction that δ → ∞ leads to.
    direction = (student["weights"].isel(learner=-1) - student["weights"].isel(learner=0)).isel(n_train=0)
    limit = _disagreement(experiment, "deltas", direction)
    chains = experiment.student("chains")["weights"].sel(learner="distillation", drop=True)
    group = xr.Dataset(
        {
            "risk": labelled(disagreement.rename(learner="delta"), "transfer risk on the test images", "PL19 Fig. 4"),
            "risk_limit": labelled(limit, "transfer risk on the test images in the limit δ → ∞", "PL19 Sec. 5.2"),
            "chain_risk": labelled(
                _disagreement(experiment, "chains", chains).rename(repeat="chain"),
                "transfer risk on the test images along transfer sets that grow by added points",
                "PL19 Sec. 5.3",
            ),
            "split": labelled(_split(experiment, "deltas", "repeat"), _SPLIT, "PL19 Sec. 5.2"),
            "chain_split": labelled(_split(experiment, "chains", "chain"), _SPLIT, "PL19 Sec. 5.3"),
            "test_images": labelled(
                experiment.dataset_of("deltas")["is_test"].sum().astype(np.int64),
                "number of test images",
                "PL19 Sec. 5.2",
            ),
        }
    )
    deltas = [float(delta) for delta in experiment.settings["cells"]["deltas"]["deltas"]]
    return group.drop_vars("learner", errors="ignore").assign_coords(delta=deltas)


def _split(experiment, cell, dim):
    return xr.DataArray(experiment.student(cell)["split"].values, dims=dim)


def _disagreement(experiment, cell, weights):
    """Share of test images on which the student's sign is not that of the teacher of its split."""
    is_test = experiment.dataset_of(cell)["is_test"].values == 1
    # A positive scale of the pixels does not change a sign.
    pixels = experiment.dataset_of(cell)["pixels"].isel(sample=is_test).astype(float)
    teacher = experiment.logits_of(cell)["logits"].isel(stopping_epoch=-1, sample=is_test) > 0
    student = xr.dot(weights, pixels, dim="axis") > 0
    return (
        (student != teacher.isel(split=weights["split"]))
        .mean("sample")
        .drop_vars(["split", "stopping_epoch"], errors="ignore")
    )


if __name__ == "__main__":
    run_measure(measure)
