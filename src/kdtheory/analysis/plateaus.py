"""Measurement ``wide/plateaus``: where data inefficiency levels off, against the dimension and the depth (ours)."""

import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.weight_growth import growth
from kdtheory.theory.inefficiency import plateau_prediction


def measure(experiment):
    """Measure data inefficiency of targets of known smoothness beside the plateaus that the spectrum predicts."""
    group = xr.concat(
        [_measure_depth(experiment, cell) for cell in experiment.cells],
        dim="depth",
        join="outer",
        combine_attrs="override",
    ).sortby("depth")
    group = group.transpose("target", "dim", "depth", "window", "n_train", "world", "run")
    predicted = [
        [plateau_prediction(target, int(dim)) for dim in group["dim"].values] for target in group["target"].values
    ]
    predicted = xr.DataArray(predicted, dims=("target", "dim"), coords={"target": group["target"], "dim": group["dim"]})
    return group.assign(
        predicted=labelled(predicted, "plateau of the data inefficiency by the kernel's spectrum", "ours")
    )


def _measure_depth(experiment, cell):
    students = experiment.student(cell)
    group = growth(students["coefficients"], "our sweep")
    ends = sorted({*group["window_start"].values, *group["window_end"].values})
    return group.sel(n_train=ends).expand_dims(depth=[students.attrs["depth"]])


if __name__ == "__main__":
    run_measure(measure)
