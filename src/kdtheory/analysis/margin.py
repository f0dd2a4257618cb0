"""Measurement ``linear/margin``: risk of distilled students on tasks with an angular margin (PL19 Corollary 1)."""

import xarray as xr

from kdtheory.analysis.laws import angle_laws
from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.theory.angles import signed_angle
from kdtheory.theory.bounds import margin_bound, risk_bound
from kdtheory.theory.risk import angle_risk


def measure(experiment):
    """Measure the exact risk of every student against Corollary 1's bound."""
    return xr.concat(
        [_measure_dimension(experiment, cell) for cell in experiment.cells],
        dim="dim",
        join="outer",
        combine_attrs="override",
    )


def _measure_dimension(experiment, cell):
    dataset = experiment.dataset_of(cell)
    (law,) = angle_laws(dataset)
    dim = dataset.attrs["dim"]
    weights = (
        experiment.student(cell)["weights"].sel(learner="distillation", drop=True).transpose("n_train", "world", "axis")
    )
    angle = signed_angle(weights.values, dataset["teacher_direction"].values)
    dims = ("n_train", "world")
    group = xr.Dataset(
        {
            "angle": labelled(
                xr.DataArray(angle, dims=dims), "angle between student and teacher", "PL19 Lemma 1", "rad"
            ),
            "risk": labelled(xr.DataArray(angle_risk(angle, dim, law), dims=dims), "transfer risk", "PL19 eq. 4"),
            "risk_bound": labelled(
                xr.DataArray(margin_bound(law, weights["n_train"].values), dims="n_train"),
                "bound γⁿ on the expected transfer risk",
                "PL19 Corollary 1",
            ),
            "risk_bound_theorem": labelled(
                xr.DataArray(risk_bound(law, weights["n_train"].values), dims="n_train"),
                "bound on the expected transfer risk",
                "PL19 Theorem 3",
            ),
        }
    )
    return group.assign_coords(n_train=weights["n_train"], world=weights["world"], dim=dim)


if __name__ == "__main__":
    run_measure(measure)
