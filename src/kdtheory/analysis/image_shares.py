"""What the measurements of students of images share: the size of each world's test, and its teacher's accuracy."""

from kdtheory.analysis.measurement import labelled


def number_of_images(students):
    """Return the number of test images of each world: shares times it are counts."""
    return labelled(students["test_points"], "number of test images of a world", "ours")


def teacher_accuracy(experiment, cell, stopping_epochs):
    """Return the test accuracy of each world's teacher at chosen stopping epochs.

    Parameters
    ----------
    experiment : Experiment
    cell : str
        A cell whose students learn from the teacher.
    stopping_epochs : xarray.DataArray

    Returns
    -------
    xarray.DataArray
        (stopping_epoch, world), on the test images of the world's students.
    """
    error = experiment.logits_of(cell)["teacher_error"].sel(stopping_epoch=stopping_epochs)
    return labelled(1 - error.transpose("stopping_epoch", "world"), "teacher's test accuracy", "JZ20 Sec. 5")
