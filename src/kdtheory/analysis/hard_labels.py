"""Measurement ``wide/hard_labels``: learners of hard labels beside the stand-in ±a at ρ = 0 (JZ20 Sec. 3 to 5)."""

import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.analysis.sampled_errors import sample_size

_STAND_IN = "student of the logits ±a"
_LEARNERS = {
    "stand_in": _STAND_IN,
    "descent": "learner of hard labels after steps of descent",
    "margin": "learner of hard labels with the largest margin",
    "soft": "student of the teacher's logits",
}
_DIMS = ("labels", "hard_logit", "step", "oracle_size", "n_train", "world", "run")


def measure(experiment):
    """Measure errors and angles of all learners for either source of labels, and the stand-ins' weight norms."""
    students = experiment.student("main")
    group = {"weight_norm": labelled(students["norm"], f"norm of the weight change of the {_STAND_IN}", "JZ20 Eq. 9")}
    students = students.squeeze("run", drop=True)
    for name, learner in _LEARNERS.items():
        errors, angles = students[f"error_{name}"], students[f"angle_{name}"]
        words = f"share of test points on which the {learner} does not decide as the source of its labels"
        group[f"error_{name}"] = labelled(errors, words, "JZ20 Fig. 2 left")
        words = f"angle of the {learner} to the oracle of the teacher's logits"
        group[f"angle_{name}"] = labelled(angles, words, "JZ20 Fig. 2 right", "rad")
    group = {name: values.transpose(*(dim for dim in _DIMS if dim in values.dims)) for name, values in group.items()}
    return xr.Dataset(group).assign(test_points=sample_size(experiment, "main"))


if __name__ == "__main__":
    run_measure(measure)
