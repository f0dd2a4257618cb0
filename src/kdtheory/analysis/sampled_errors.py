"""How to read shares of test points in student files: the number of points, and the teachers' own errors."""

import numpy as np

from kdtheory.analysis.measurement import labelled
from kdtheory.tasks.parts import Part


def sample_size(experiment, cell):
    """Return the number of test points of each run of a cell: shares times it are counts."""
    count = (experiment.dataset_of(cell)["part"] == Part.TEST).sum().astype(np.int64)
    return labelled(count, "number of test points of a run", "ours")


def teacher_error(experiment, cell):
    """Return the error of each world's teacher at each of a cell's stopping epochs, (stopping_epoch, world)."""
    error = experiment.logits_of(cell)["teacher_error"].transpose("stopping_epoch", "world")
    students = experiment.student(cell)
    error = error.sel({dim: np.atleast_1d(students[dim].values) for dim in error.dims})
    return labelled(error, "teacher's error on a large fresh sample", "JZ20 Sec. 5")
