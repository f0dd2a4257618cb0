"""What the coordinates of the cube are: one meaning and unit for each name, in whatever group it occurs."""

import xarray as xr

_COUNT, _NUMBER, _ANGLE = "count", "1", "rad"

# Names of kinds have the unit of a pure number.
COORDINATES = {
    "amplitude": ("factor of the target function", _NUMBER),
    "beta": ("angle between features and oracle", _ANGLE),
    "delta": ("relative length of the random direction that reduces the optimizer's bias", _NUMBER),
    "depth": ("hidden layers of a network, or layers of a deep linear student", _COUNT),
    "design": ("order in which points of a pool are given to the student", _NUMBER),
    "dim": ("dimension of the inputs", _COUNT),
    "easy_angle": ("angle β between a point and the teacher", _ANGLE),
    "flip_probability": ("probability that the sign of a target is flipped", _NUMBER),
    "gram_n_train": ("transfer points of students drawn by their Gram matrix", _COUNT),
    "growth_world": ("world of the growing transfer sets", _NUMBER),
    "hard_logit": ("logit a of a hard label for the student that fits ±a", _NUMBER),
    "hard_n_train": ("training points of learners of hard labels", _COUNT),
    "hard_target": ("learner of hard labels", _NUMBER),
    "init_ratio": ("size of the start relative to the limit", _NUMBER),
    "kappa": ("exponent of the polynomial angle law", _NUMBER),
    "imperfect_n_train": ("transfer points of students of imperfect teachers", _COUNT),
    "label": ("hard label", _NUMBER),
    "labels": ("whose decisions the hard labels are, the teacher's or the truth's", _NUMBER),
    "learner": ("learner", _NUMBER),
    "loss": ("loss whose minimum the student reaches", _NUMBER),
    "loss_scale": ("factor of the distillation loss", _NUMBER),
    "margin_n_train": ("transfer points of the tasks with a margin", _COUNT),
    "modes": ("Gaussian bumps of the target", _COUNT),
    "n_train": ("transfer points", _COUNT),
    "octave": ("last eigenfunction of an octave, counted from the largest eigenvalue", _COUNT),
    "oracle_size": ("points of the oracle", _COUNT),
    "perturbation": ("relative size of the perturbation of the angle law", _NUMBER),
    "precision": ("floating-point format of the training", _NUMBER),
    "reference": ("target that others are compared with", _NUMBER),
    "risk_init_ratio": ("size of the start, relative to the limit, of the students whose risk is measured", _NUMBER),
    "risk_world": ("world of the students whose risk is measured", _NUMBER),
    "run": ("run within a world: its points and the student's start", _NUMBER),
    "scaled_n_train": ("transfer points of the scaled task", _COUNT),
    "scaled_world": ("world of the scaled task", _NUMBER),
    "setting": ("cell and norm of the teacher", _NUMBER),
    "soft_ratio": ("soft ratio ρ, the weight of the soft labels", _NUMBER),
    "start": ("kind of start of the weights", _NUMBER),
    "step": ("steps of descent", _COUNT),
    "step_size": ("step size of descent over 1/L, L the smoothness of the loss", _NUMBER),
    "stopping_epoch": ("epoch at which the teacher's training was stopped", _COUNT),
    "student": ("kind of student", _NUMBER),
    "target": ("function that the student learns", _NUMBER),
    "task": ("task", _NUMBER),
    "teacher_kind": ("kind of teacher", _NUMBER),
    "teacher_logit": ("teacher's logit", _NUMBER),
    "teacher_norm": ("norm of the teacher's weights", _NUMBER),
    "temperature": ("temperature T of the soft labels", _NUMBER),
    "time": ("time of the gradient flow, over n/λ_max of the kernel", _NUMBER),
    "theta": ("angle to the teacher", _ANGLE),
    "truth": ("logits that stand for the ground truth", _NUMBER),
    "variant": ("angle law, dimension, transfer points, and steps of the hard-target learner", _NUMBER),
    "width": ("width of a network of finite width", _COUNT),
    "width_law": ("how wide the bumps are", _NUMBER),
    "window_end": ("last sample size of a window", _COUNT),
    "window_start": ("first sample size of a window", _COUNT),
    "world": ("world: an independent draw of the task, its teacher and its points", _NUMBER),
    "x": ("input", _NUMBER),
}


def with_coordinates_described(group: xr.Dataset) -> xr.Dataset:
    """Return a group whose coordinates carry ``long_name`` and ``units``: their own, or those of `COORDINATES`.

    Raises
    ------
    RuntimeError
        A coordinate has neither.
    """
    described = {}
    for name, values in group.coords.items():
        long_name, units = COORDINATES.get(name, (None, None))
        attributes = {"long_name": long_name, "units": units, **values.attrs}
        missing = [label for label, text in attributes.items() if not text]
        if missing:
            raise RuntimeError(f"coordinate {name} has no {', '.join(missing)}; give it, or name it in {__name__}")
        described[name] = values.assign_attrs(attributes)
    return group.assign_coords(described)
