"""How to read shares of points in student files: the number of points, and the teachers' own errors."""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled
from kdtheory.tasks.parts import Part


def sample_size(experiment, cell):
    """Return the number of points on which the students of a cell are judged in each run: shares times it are counts.

    These are the dataset's risk points where the cell keeps a risk, and its test points otherwise.
    """
    dataset = experiment.dataset_of(cell)
    if "risk" in experiment.settings["cells"][cell].get("kept", ()):
        count = xr.DataArray(np.int64(dataset.sizes["risk_point"]))
    else:
        count = (dataset["part"] == Part.TEST).sum().astype(np.int64)
    return labelled(count, "number of points on which a student is judged", "ours")


def teacher_error(experiment, cell):
    """Return the error of each world's teacher at each of a cell's stopping epochs, (stopping_epoch, world)."""
    error = experiment.logits_of(cell)["teacher_error"].transpose("stopping_epoch", "world")
    students = experiment.student(cell)
    error = error.sel({dim: np.atleast_1d(students[dim].values) for dim in error.dims})
    return labelled(error, "teacher's error on a large fresh sample", "JZ20 Sec. 5")
