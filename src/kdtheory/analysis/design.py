"""Measurement ``linear/design``: risk against n for transfer sets that are designed (outlook of PL19)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.laws import angle_laws
from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.theory.angles import signed_angle
from kdtheory.theory.risk import angle_risk


def measure(experiment):
    """Measure angle to the teacher and exact risk of the students of every design, size and task."""
    dataset = experiment.dataset_of("main")
    weights = experiment.student("main")["weights"].transpose("kappa", "design", "n_train", "world", "axis")
    angle = weights.isel(axis=0, drop=True).copy(data=signed_angle(weights.values, dataset["teacher_direction"].values))
    laws = angle_laws(dataset)
    risk = [angle_risk(of_law, dataset.attrs["dim"], law) for of_law, law in zip(angle.values, laws, strict=True)]
    return xr.Dataset(
        {
            "angle": labelled(angle, "angle between student and teacher", "PL19 Sec. 6", "rad"),
            "risk": labelled(angle.copy(data=np.stack(risk)), "transfer risk", "PL19 Sec. 6"),
        }
    )


if __name__ == "__main__":
    run_measure(measure)
