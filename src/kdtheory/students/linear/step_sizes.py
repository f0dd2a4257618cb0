"""How many steps gradient descent takes to come close to the teacher, by step size, with soft and with hard labels."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import expit

from kdtheory.jobs.command import run_stage
from kdtheory.students.linear.transfer_sets import transfer_sets


@dataclass(frozen=True)
class Settings:
    """Settings of a cell of step sizes (study/schemas/experiments/optimization.yaml)."""

    step_sizes: list
    angles_degrees: list
    max_steps: int


def fit(settings: Settings, draw, dataset, logits):
    """Train a student of every transfer set with every step size on soft labels of every norm, and on hard labels.

    Returns
    -------
    xarray.Dataset
        ``steps_soft(teacher_norm, step_size, angle, world)`` and ``steps_hard(step_size, angle, world)``, −1 where the
        angle was not reached.
    """
    sets = transfer_sets(dataset, logits, None, dataset.sizes["sample"], draw)
    sets = sets.assign_coords(teacher_norm=logits["teacher_norm"])
    soft = sets["logits"].transpose("teacher_norm", "world", "sample").values
    options = {
        "step_sizes": settings.step_sizes,
        "angles": np.deg2rad(settings.angles_degrees),
        "max_steps": settings.max_steps,
    }
    problem = sets["inputs"].values, dataset["teacher_direction"].values
    of_soft = np.stack([steps_to_angles(*problem, expit(targets), **options) for targets in soft])
    dims = ("step_size", "angle", "world")
    return xr.Dataset(
        {
            "steps_soft": (("teacher_norm", *dims), of_soft),
            "steps_hard": (dims, steps_to_angles(*problem, (soft[0] > 0).astype(float), **options)),
        },
        coords={
            "teacher_norm": sets["teacher_norm"],
            "step_size": [float(size) for size in settings.step_sizes],
            "angle": [float(angle) for angle in settings.angles_degrees],
            "world": sets["world"],
        },
    )


def steps_to_angles(
    inputs: npt.ArrayLike,
    teacher: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    *,
    step_sizes: npt.ArrayLike,
    angles: npt.ArrayLike,
    max_steps: int,
) -> np.ndarray:
    """Return after how many steps of gradient descent from zero the angle to the teacher is first at most some angles.

    The loss is the mean cross-entropy with the labels (PL19 eq. 1), soft or hard.

    Parameters
    ----------
    inputs : array, shape (worlds, n, d)
    teacher : array, shape (worlds, d)
        Unit vectors w*.
    probabilities : array, shape (worlds, n)
        Labels in [0, 1].
    step_sizes : array, shape (sizes,)
        In units of 1/L, L = ‖X‖₂²/(4n) the smoothness of the loss of each set.
    angles : array, shape (angles,)
        In radians.
    max_steps : int

    Returns
    -------
    steps : array of int, shape (sizes, angles, worlds)
        −1 where the angle is not reached in ``max_steps``.

    Raises
    ------
    ValueError
        Shapes do not fit, or a step size is not positive.
    """
    inputs, teacher, labels = (np.asarray(values, np.float64) for values in (inputs, teacher, probabilities))
    step_sizes, angles = np.asarray(step_sizes, np.float64), np.asarray(angles, np.float64)
    if inputs.ndim != 3 or labels.shape != inputs.shape[:2] or teacher.shape != (len(inputs), inputs.shape[2]):
        raise ValueError(f"inputs {inputs.shape}, teacher {teacher.shape} and probabilities {labels.shape} do not fit")
    if not (step_sizes > 0).all():
        raise ValueError(f"step_sizes are {step_sizes}; they must be positive")
    # Step size over L, times the 1/n of the mean loss.
    rate = step_sizes[:, None, None] * (4 / np.linalg.norm(inputs, ord=2, axis=(-2, -1)) ** 2)[:, None]
    weights = np.zeros((len(step_sizes), len(inputs), inputs.shape[2]))
    reached = np.full((len(step_sizes), len(angles), len(inputs)), -1)
    nearest = np.cos(angles)[:, None]
    for step in range(1, max_steps + 1):
        weights -= rate * np.vecmat(expit(np.matvec(inputs, weights)) - labels, inputs)
        cosine = np.vecdot(weights, teacher) / np.linalg.norm(weights, axis=-1)
        reached[(reached < 0) & (cosine[:, None] >= nearest)] = step
        if (reached > 0).all():
            break
    return reached


if __name__ == "__main__":
    run_stage(fit, libraries=("scipy",))
