"""Measurement ``linear/monotonicity``: does one more point bring a learner closer to the teacher? (PL19 Fig. 5)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.laws import angle_laws
from kdtheory.analysis.limits import distance_to_limit
from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.theory.angles import acute_angle, signed_angle
from kdtheory.theory.convexity import soft_loss
from kdtheory.theory.risk import angle_risk

# Two cosines that differ by less are one: the added point left the learner where it was.
_TIE = 1e-12


def measure(experiment):
    """Measure risk, monotonicity index and ties of every learner on shared transfer sets."""
    student, dataset = experiment.student("chains"), experiment.dataset_of("chains")
    teacher = dataset["teacher_direction"].values
    trained = student["weights"].isel(kappa=0).transpose("learner", "n_train", "world", "axis")
    weights = trained.drop_sel(learner="distillation_descent")
    same_q = student["weights_same_q"].isel(kappa=0).transpose("learner_same_q", "n_train", "world", "axis")
    deviation, loss = _fit_to_the_teacher(experiment, weights.isel(n_train=0))
    closer, tie = compare(weights, teacher)
    dims = ("learner", "world")

    def with_all_learners(of_same_q, of_all):
        """What depends on q where q is projected again; of learners without q what all have."""
        labels = {"learner": student["learner_same_q"].values}
        known = xr.DataArray(of_same_q, dims=dims, coords=labels).reindex(learner=weights["learner"].values)
        return known.fillna(xr.DataArray(of_all.astype(float), dims=dims))

    closer_same_q = with_all_learners(compare(same_q, teacher)[0], closer)
    decay = _decay(weights, teacher)
    index = "share of transfer sets that one more point brings strictly closer to the teacher"
    shared = "with the random direction q of the smaller set projected again"
    group = xr.Dataset(
        {
            **_angle_and_risk(dataset, weights.isel(n_train=0)),
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
            "monotonicity_same_q": labelled(closer_same_q.mean("world"), f"{index}, {shared}", "PL19 eq. 34"),
            "angle_decay": labelled(
                xr.DataArray(decay, dims=dims), "fall of ln of the acute angle to the teacher by one more point", "ours"
            ),
            "angle_decay_same_q": labelled(
                with_all_learners(_decay(same_q, teacher), decay),
                f"fall of ln of the acute angle to the teacher by one more point, {shared}",
                "ours",
            ),
            "risk_decay": labelled(
                _risk_decay(dataset, weights), "fall of ln of the transfer risk by one more point", "ours"
            ),
            "logit_deviation": labelled(
                deviation,
                "largest difference between student's and teacher's logits on the transfer set, relative to the "
                "largest "
                "of the teacher's",
                "PL19 eq. 39",
            ),
            "training_loss": labelled(loss, "distillation loss on the transfer set above its minimum", "PL19 eq. 1"),
            "tie": labelled(
                xr.DataArray(tie.astype(np.int8), dims=dims), "one more point left the student where it was", "ours"
            ),
            "tie_fraction": labelled(
                xr.DataArray(tie.mean(axis=1), dims="learner"),
                "share of added points that leave the student where it was",
                "ours",
            ),
        }
    )
    group = group.assign_coords(learner=weights["learner"].values)
    steps = experiment.settings["cells"]["chains"]["descent_steps"]
    return group.merge(_descended(dataset, trained, teacher, steps))


def _descended(dataset, weights, teacher, steps):
    """The distilled students that descent has trained for finitely many steps, beside their limits."""
    found = weights.sel(learner=["distillation_descent"])
    closer, _ = compare(found, teacher)
    smaller = found.isel(n_train=0)
    limit = weights.sel(learner="distillation").isel(n_train=0)
    words = f"the distilled student after {steps} steps of descent"
    distance = distance_to_limit(smaller.isel(learner=0, drop=True), limit.drop_vars("learner"), words)
    risk = _angle_and_risk(dataset, smaller)["risk"].isel(learner=0, drop=True)
    return xr.Dataset(
        {
            "descent_risk": labelled(risk, f"transfer risk of {words}", "PL19 Fig. 5"),
            "descent_improved": labelled(
                xr.DataArray(closer[0].astype(np.int8), dims="world"), f"one more point brought {words} closer",
                "PL19 eq. 34",
            ),
            "descent_distance": distance.drop_vars(distance.coords),
        }
    )  # fmt: skip


def _decay(weights, teacher):
    """By how much one more point lowers the logarithm of the acute angle, (learner, world)."""
    before, after = np.log(acute_angle(weights.transpose("n_train", ...).values, teacher))
    return before - after


def _risk_decay(dataset, weights):
    before, after = (_angle_and_risk(dataset, weights.isel(n_train=size, drop=True))["risk"] for size in (0, 1))
    return np.log(before) - np.log(after)


def _angle_and_risk(dataset, weights):
    """Angle to the teacher and exact risk, (learner, world), by variable name."""
    (law,) = angle_laws(dataset)
    dims = ("learner", "world")
    angle = signed_angle(weights.values, dataset["teacher_direction"].values)
    risk = angle_risk(angle, dataset.attrs["dim"], law)
    return {
        "angle": labelled(xr.DataArray(angle, dims=dims), "angle between student and teacher", "PL19 eq. 28", "rad"),
        "risk": labelled(xr.DataArray(risk, dims=dims), "transfer risk", "PL19 Fig. 5"),
    }


def _fit_to_the_teacher(experiment, weights):
    """Largest relative deviation of the training logits, and the distillation loss: both (learner, world)."""
    inputs = experiment.dataset_of("chains")["inputs"].isel(kappa=0)
    logits = experiment.logits_of("chains")["logits"].isel(stopping_epoch=-1, teacher_norm=0, kappa=0)
    smaller = slice(int(weights["n_train"]))
    inputs, logits = inputs.isel(sample=smaller), logits.isel(sample=smaller)
    students = xr.dot(inputs, weights, dim="axis").transpose("learner", "world", "sample")
    deviation = np.abs(students - logits).max("sample") / np.abs(logits).max("sample")
    return tuple(
        xr.DataArray(values, dims=("learner", "world"))
        for values in (deviation.values, soft_loss(students.values, logits.values))
    )


def compare(weights, teacher):
    """Return whether the larger set's student is strictly closer to the teacher, and whether it is at the same angle.

    Parameters
    ----------
    weights : xarray.DataArray, dims (…, axis)
        Of students of two sizes ``n_train``.
    teacher : array
        Unit vectors w* that broadcast with the weights of one size.

    Returns
    -------
    closer, tie : ndarray of bool
        Of the dimensions of the weights but ``n_train`` and ``axis``.
    """
    before, after = np.cos(acute_angle(weights.transpose("n_train", ...).values, teacher))
    tie = np.abs(after - before) <= _TIE
    return (after > before) & ~tie, tie


if __name__ == "__main__":
    run_measure(measure)
