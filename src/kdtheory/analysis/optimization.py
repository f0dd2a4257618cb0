"""Measurement ``linear/optimization``: steps to an angle to the teacher, soft labels against hard (PL19 Sec. 1)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure


def measure(experiment):
    """Measure the steps to every angle by step size, and the share of step sizes that reach it."""
    settings = [_measure_cell(experiment, cell) for cell in experiment.cells]
    return xr.concat(settings, dim="setting", join="outer", combine_attrs="override")


def _measure_cell(experiment, cell):
    student, dataset = experiment.student(cell), experiment.dataset_of(cell)
    limit = experiment.settings["cells"][cell]["max_steps"]
    group = {"max_steps": labelled(xr.DataArray(float(limit)), "largest number of gradient steps", "ours")}
    for kind in ("soft", "hard"):
        steps = student[f"steps_{kind}"].transpose(..., "step_size", "angle", "world")
        reached = steps > 0
        group[f"steps_{kind}"] = labelled(
            steps.where(reached, limit).astype(float),
            f"gradient steps with {kind} labels until the angle is reached, the largest number where it is not",
            "PL19 Sec. 1",
        )
        group[f"reached_{kind}"] = labelled(
            reached.astype(np.float64), f"whether the angle is reached with {kind} labels", "PL19 Sec. 1"
        )
    group = xr.Dataset(group)
    angle = student["angle"].assign_attrs(long_name="angle to the teacher that is to be reached", units="degree")
    n_train, dim = dataset.sizes["sample"], dataset.sizes["axis"]
    group = group.assign_coords(angle=angle).expand_dims(setting=[f"d = {dim}, n = {n_train}"])
    return group.assign_coords(n_train=("setting", [n_train]), dim=("setting", [dim]))


if __name__ == "__main__":
    run_measure(measure)
