"""Measurement ``linear/monotonicity``: does one more point bring a learner closer to the teacher? (PL19 Fig. 5)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.laws import angle_laws
from kdtheory.analysis.stage import labelled, run_measure
from kdtheory.theory.angles import acute_angle, signed_angle
from kdtheory.theory.risk import angle_risk

# Two cosines that differ by less are one: the added point left the learner where it was.
_TIE = 1e-12


def measure(experiment):
    """Measure risk, monotonicity index and ties of every learner on shared transfer sets."""
    student, dataset = experiment.student("chains"), experiment.dataset_of("chains")
    teacher, dim = dataset["teacher_direction"].values, dataset.attrs["dim"]
    weights = student["weights"].isel(kappa=0).transpose("learner", "n_train", "repeat", "axis")
    same_q = student["weights_same_q"].isel(kappa=0).transpose("learner_same_q", "n_train", "repeat", "axis")
    (law,) = angle_laws(dataset)
    angle = signed_angle(weights.isel(n_train=0).values, teacher)
    closer, tie = _compare(weights, teacher)
    closer_same_q, _ = _compare(same_q, teacher)
    closer_same_q = (
        xr.DataArray(closer_same_q, dims=("learner", "repeat"), coords={"learner": student["learner_same_q"].values})
        .reindex(learner=weights["learner"].values)
        .fillna(xr.DataArray(closer.astype(float), dims=("learner", "repeat")))
    )
    dims = ("learner", "repeat")
    index = "share of transfer sets that one more point brings strictly closer to the teacher"
    shared = "with the random direction q of the smaller set projected again"
    group = xr.Dataset(
        {
            "angle": labelled(
                xr.DataArray(angle, dims=dims), "angle between student and teacher", "PL19 eq. 28", "rad"
            ),
            "risk": labelled(xr.DataArray(angle_risk(angle, dim, law), dims=dims), "transfer risk", "PL19 Fig. 5"),
            "improved": labelled(
                xr.DataArray(closer.astype(np.int8), dims=dims),
                "one more point brought the student closer",
                "PL19 eq. 34",
            ),
            "improved_same_q": labelled(
                closer_same_q.astype(np.int8),
                f"one more point brought the student closer, {shared}",
                "PL19 eq. 34",
            ),
            "monotonicity": labelled(xr.DataArray(closer.mean(axis=1), dims="learner"), index, "PL19 eq. 34"),
            "monotonicity_same_q": labelled(closer_same_q.mean("repeat"), f"{index}, {shared}", "PL19 eq. 34"),
            "tie_fraction": labelled(
                xr.DataArray(tie.mean(axis=1), dims="learner"),
                "share of added points that leave the student where it was",
                "ours",
            ),
        }
    )
    return group.assign_coords(learner=weights["learner"].values)


def _compare(weights, teacher):
    """Whether the larger set's student is strictly closer, and whether it is at the same angle: (learner, repeat)."""
    before, after = np.cos(acute_angle(weights.transpose("n_train", ...).values, teacher))
    tie = np.abs(after - before) <= _TIE
    return (after > before) & ~tie, tie


if __name__ == "__main__":
    run_measure(measure)
