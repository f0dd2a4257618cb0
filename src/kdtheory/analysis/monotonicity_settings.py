"""Measurement ``linear/monotonicity_settings``: on which settings Fig. 5's risks and indices depend (PL19 Sec. 5.3)."""

import xarray as xr

from kdtheory.analysis.laws import angle_laws
from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.monotonicity import compare
from kdtheory.theory.angles import signed_angle
from kdtheory.theory.risk import angle_risk


def measure(experiment):
    """Measure risk and improvement of every learner at every setting, a cell and an angle law each."""
    settings = [
        _measure_law(experiment, cell, index)
        for cell in experiment.cells
        for index in range(experiment.dataset_of(cell).sizes["kappa"])
    ]
    return xr.concat(settings, dim="variant", join="outer", combine_attrs="override")


def _measure_law(experiment, cell, index):
    dataset, settings = experiment.dataset_of(cell), experiment.settings["cells"][cell]
    weights = experiment.student(cell)["weights"].isel(kappa=index)
    weights = weights.transpose("n_train", "world", "learner", "axis")
    teacher = dataset["teacher_direction"].values
    risk = angle_risk(signed_angle(weights.values[0], teacher), dataset.attrs["dim"], angle_laws(dataset)[index])
    closer, _ = compare(weights, teacher)
    kappa, dim, steps = float(dataset["kappa"][index]), int(dataset.attrs["dim"]), settings["hard_target_steps"]
    sizes = weights["n_train"].values
    dims = ("learner", "world")
    group = xr.Dataset(
        {
            "risk": labelled(xr.DataArray(risk.T, dims=dims), "transfer risk", "PL19 Fig. 5"),
            "improved": labelled(
                xr.DataArray(closer.T.astype(float), dims=dims),
                "one more point brought the student closer",
                "PL19 eq. 34",
            ),
        },
        coords={"learner": weights["learner"].values, "world": weights["world"].values},
    )
    name = f"κ = {kappa:g}, d = {dim}, n = {sizes[0]}, {steps} steps"
    return group.expand_dims(variant=[name])


if __name__ == "__main__":
    run_measure(measure)
