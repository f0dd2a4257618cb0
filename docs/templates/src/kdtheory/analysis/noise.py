"""Measurement ``linear/noise``: risk of distilled students whose teacher's logits carry noise."""

import numpy as np
import xarray as xr

from kdtheory.analysis.laws import angle_laws
from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.theory.angles import signed_angle
from kdtheory.theory.risk import angle_risk


def measure(experiment):
    """Measure the exact risk of every student, by dimension, noise and transfer-set size."""
    return xr.concat([_measure_dimension(experiment, cell) for cell in experiment.cells], dim="dim", join="outer")


def _measure_dimension(experiment, cell):
    dataset = experiment.dataset_of(cell)
    (law,) = angle_laws(dataset)
    dims = ("noise", "n_train", "world")
    weights = experiment.student(cell)["weights"].sel(learner="distillation", drop=True).transpose(*dims, "axis")
    angle = signed_angle(weights.values, dataset["teacher_direction"].values)
    risk = xr.DataArray(angle_risk(angle, dataset.attrs["dim"], law), dims=dims)
    group = xr.Dataset({"risk": labelled(risk, "transfer risk of students of noisy logits", "PL19 eq. 4")})
    noise = experiment.logits_of(cell)["noise"].assign_attrs(long_name="noise of the teacher's logits", units="1")
    group = group.assign_coords(noise=noise, n_train=weights["n_train"])
    return group.assign_coords(world=np.arange(risk.sizes["world"]), dim=dataset.attrs["dim"])


if __name__ == "__main__":
    run_measure(measure)
