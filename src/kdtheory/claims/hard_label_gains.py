"""What the student of an imperfect teacher gains by some hard labels (JZ20 Fig. 5 left), one number for each world.

The soft ratio of the mix is fixed beforehand; none is picked from the data.
"""

import numpy as np

from kdtheory.claims.draws import listed, worlds_of
from kdtheory.claims.hard_label_students import best_hard_student
from kdtheory.statistics.estimate import Estimate
from kdtheory.statistics.means import mean

# Soft ratios of a mix with few hard labels, and of one with fewer still.
MIX, LITTLE = 0.9, 0.95
# Where good teachers are looked at: late epochs, and large samples against a small one.
FIRST_EPOCH, LARGE, SMALL = 8, (512, 1024), 32


def gains(imperfect, mix: float, rival: float, chosen=None):
    """Return the test error at one soft ratio less that at another.

    Parameters
    ----------
    imperfect : xarray.Dataset
        The group ``wide/imperfect``.
    mix, rival : float
        Soft ratios of the student that may gain and of the other.
    chosen : xarray.DataArray of bool, dims (stopping_epoch, world), optional
        Stopping epochs that take part, in each world; by default all.

    Returns
    -------
    xarray.DataArray, dims (world, n_train)
        Means over runs and over the epochs; NaN where a soft ratio was not measured or no epoch takes part.
    """
    error = imperfect["test_error"].mean("run").sortby(["n_train", "soft_ratio"])
    error = error.reindex(soft_ratio=[mix, rival], method="nearest", tolerance=1e-9)
    gain = error.isel(soft_ratio=1, drop=True) - error.isel(soft_ratio=0, drop=True)
    return (gain if chosen is None else gain.where(chosen)).mean("stopping_epoch").transpose("world", "n_train")


def worse_teachers(imperfect):
    """Return where the teacher errs more than the best student of hard labels, dims (stopping_epoch, world)."""
    return imperfect["teacher_error"] > best_hard_student(imperfect)


def better_late_teachers(imperfect):
    """Return where the teacher errs less than it, from `FIRST_EPOCH` on, dims (stopping_epoch, world)."""
    error = imperfect["teacher_error"]
    return (error < best_hard_student(imperfect)) & (error["stopping_epoch"] >= FIRST_EPOCH)


def over_worlds(gain) -> Estimate:
    """Return the mean gains over worlds, shape (sizes,)."""
    return mean(worlds_of(gain, "n_train"))


def late_teachers(imperfect):
    """Return which stopping epochs are late, whatever the teachers' errors are, dims (stopping_epoch, world)."""
    error = imperfect["teacher_error"]
    return (error["stopping_epoch"] >= FIRST_EPOCH).broadcast_like(error)


def relative_gains(imperfect, mix: float, rival: float):
    """Return by how much the logarithm of the mean error over epochs is larger at one soft ratio than at another.

    Parameters are those of `gains`, and the result is as there.
    """
    error = imperfect["test_error"].mean(["run", "stopping_epoch"]).sortby("n_train")
    error = error.reindex(soft_ratio=[mix, rival], method="nearest", tolerance=1e-9).transpose("soft_ratio", ...)
    # A student without an error has no logarithm.
    error = error.where(error > 0)
    return (np.log(error[1]) - np.log(error[0])).drop_vars("soft_ratio", errors="ignore").transpose("world", "n_train")


def outperforming(imperfect) -> str:
    """Return which teachers outperform the best student of hard labels: epochs, and in how many worlds."""
    better = (imperfect["teacher_error"] < best_hard_student(imperfect)).sum("world").sortby("stopping_epoch")
    found = [f"{epoch} ({count})" for epoch, count in zip(better["stopping_epoch"].values, better.values, strict=True)]
    return f"teachers that outperform the best student of hard labels, by epoch (worlds): {', '.join(found)}"


def in_words(gain, chosen=None) -> str:
    """Return the mean gains by n, and how many pairs of world and epoch they are of."""
    estimate = over_worlds(gain)
    sizes = [f"n = {size}" for size in gain["n_train"].values]
    pairs = "" if chosen is None else f"; {int(np.sum(chosen))} pairs of world and epoch"
    return f"mean gain {listed(sizes, estimate, '{:.2g}')}{pairs}".replace(" -", " −")
