"""Measurement ``linear/digit_bound``: Theorem 3 on MNIST digits, with the pool of images as the population (PL19)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.tasks.points import inputs_of
from kdtheory.theory.empirical_bounds import confidence_band, empirical_risk_bound

_RISK, _BOUND = "transfer risk", "bound on the expected transfer risk"


def measure(experiment):
    """Measure the risk on each world's pool, and on the test images, against the bounds by their own angles."""
    inputs = inputs_of(experiment.dataset_of("population")).values
    is_test = experiment.dataset_of("population")["is_test"].values == 1
    positive = experiment.dataset_of("population")["label"].values == 1
    logits = experiment.logits_of("population")
    students = {cell: experiment.student(cell)["weights"].sel(learner="distillation") for cell in experiment.cells}
    sizes, worlds = students["population"]["n_train"].values, students["population"]["world"].values
    lengths = np.linalg.norm(inputs, axis=1)
    names = ("population_risk", "population_bound", "regularised_bound", "held_out_risk", "held_out_bound")
    found, nearest = {name: np.empty((len(sizes), len(worlds))) for name in names}, np.empty(len(worlds))
    for place, world in enumerate(worlds):
        teacher = logits["logits"].values[-1, world]
        seen = logits["seen"].values[world] == 1
        boundary = np.arcsin(np.clip(np.abs(teacher) / lengths / float(logits["weight_norm"][world]), 0, 1))
        pool, test = ~seen & ~is_test, is_test
        # With ever stronger regularisation logistic regression points to the difference of its classes' sums.
        limit = np.where(positive[seen], 0.5, -0.5) @ inputs[seen]
        along = np.abs(inputs[pool] @ limit) / lengths[pool] / np.linalg.norm(limit)
        errors = {
            cell: _disagreement(
                weights.sel(world=world).transpose("n_train", "axis").values, inputs[part], teacher[part]
            )
            for (cell, weights), part in zip(students.items(), (pool, test), strict=True)
        }
        found["population_risk"][:, place], found["held_out_risk"][:, place] = errors["population"], errors["held_out"]
        found["population_bound"][:, place] = empirical_risk_bound(boundary[pool], sizes)
        found["regularised_bound"][:, place] = empirical_risk_bound(np.arcsin(np.clip(along, 0, 1)), sizes)
        band = confidence_band(int(test.sum()))
        found["held_out_bound"][:, place] = empirical_risk_bound(boundary[test], sizes, band=band)
        nearest[place] = np.pi / 2 - boundary[pool].max()
    words = {
        "population_risk": f"{_RISK} on the pool that the transfer set is drawn from, with replacement",
        "population_bound": f"{_BOUND} by the angles of the pool's images",
        "regularised_bound": f"{_BOUND} by the pool's angles to a teacher of the strongest regularisation",
        "held_out_risk": f"{_RISK} on the test images",
        "held_out_bound": f"{_BOUND} by the angles of the test images, with a band of confidence",
    }
    group = {
        name: labelled(xr.DataArray(values, dims=("n_train", "world")), words[name], "PL19 Theorem 3")
        for name, values in found.items()
    }
    text = "smallest angle of an image of the pool to the teacher"
    group["nearest_angle"] = labelled(xr.DataArray(nearest, dims="world"), text, "PL19 eq. 17", "rad")
    return xr.Dataset(group, coords={"n_train": sizes, "world": worlds})


def _disagreement(weights, inputs, teacher):
    """Share of images on which the sign of each student is not the teacher's, (sizes,)."""
    return np.mean((weights @ inputs.T > 0) != (teacher > 0), axis=1)


if __name__ == "__main__":
    run_measure(measure)
