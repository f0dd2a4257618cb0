"""Measurement ``linear/bias``: how much the optimizer's bias is worth, on MNIST (PL19 Fig. 4 and Sec. 5.3)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.limits import distance_to_limit
from kdtheory.analysis.measurement import labelled, run_measure


def measure(experiment):
    """Measure disagreement with the teacher on the test images, against δ and along growing transfer sets."""
    fitted = experiment.student("deltas")["weights"].isel(n_train=0, drop=True)
    reduced = [name for name in fitted["learner"].values if name.startswith("delta_")]
    weights, limit, descent = (
        fitted.sel(learner=names) for names in (reduced, "distillation", ["distillation_descent"])
    )
    # w_δ is affine in δ, so a difference of two of them is the direction that δ → ∞ leads to.
    direction = (weights.isel(learner=-1) - weights.isel(learner=0)).expand_dims("learner")
    chains = experiment.student("chains")["weights"].sel(learner="distillation", drop=True)
    risk = disagreement_on_images(experiment, "deltas", weights).rename(learner="delta")
    words = f"the student after {experiment.settings['cells']['deltas']['descent_steps']} steps of descent"
    group = xr.Dataset(
        {
            "risk": labelled(risk, "transfer risk on the test images", "PL19 Fig. 4"),
            "risk_limit": labelled(
                disagreement_on_images(experiment, "deltas", direction).isel(learner=0, drop=True),
                "transfer risk on the test images in the limit δ → ∞",
                "PL19 Sec. 5.2",
            ),
            "descent_risk": labelled(
                disagreement_on_images(experiment, "deltas", descent).isel(learner=0, drop=True),
                f"transfer risk of {words}",
                "PL19 Fig. 4",
            ),
            "descent_distance": distance_to_limit(descent.isel(learner=0, drop=True), limit, words),
            "chain_risk": labelled(
                disagreement_on_images(experiment, "chains", chains),
                "transfer risk on the test images along transfer sets that grow by added points",
                "PL19 Sec. 5.3",
            ),
            "test_images": labelled(
                experiment.dataset_of("deltas")["is_test"].sum().astype(np.int64),
                "number of test images",
                "PL19 Sec. 5.2",
            ),
        }
    )
    deltas = [float(delta) for delta in experiment.settings["cells"]["deltas"]["deltas"]]
    return group.drop_vars("learner", errors="ignore").assign_coords(delta=deltas)


def disagreement_on_images(experiment, cell, weights):
    """Return the share of test images on which a student's sign is not that of its world's teacher.

    Parameters
    ----------
    experiment : kdtheory.analysis.measurement.Experiment
    cell : str
    weights : xarray.DataArray
        With the dimensions ``world``, ``axis`` and one more, of learners or sizes, which is the first of the result.
    """
    is_test = experiment.dataset_of(cell)["is_test"].values == 1
    # A positive scale of the pixels does not change a sign.
    pixels = experiment.dataset_of(cell)["pixels"].values[is_test].astype(float)
    logits = experiment.logits_of(cell)["logits"].isel(stopping_epoch=-1).transpose("split", "sample").values
    teachers = np.resize(logits[:, is_test] > 0, (weights.sizes["world"], len(pixels)))
    (students,) = (dim for dim in weights.dims if dim not in ("world", "axis"))
    weights = weights.transpose("world", students, "axis")
    # One product a world: the bits of a common one depend on how many worlds there are.
    wrong = [
        np.mean((learned @ pixels.T > 0) != teacher, axis=1)
        for learned, teacher in zip(weights.values, teachers, strict=True)
    ]
    return weights.isel(axis=0, drop=True).copy(data=np.stack(wrong)).transpose(students, "world")


if __name__ == "__main__":
    run_measure(measure)
