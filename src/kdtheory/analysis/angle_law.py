"""Measurement ``linear/angle_law``: how the data's angles to the teacher are distributed (PL19 Fig. 1 and 2)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.laws import angle_laws
from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.theory.angles import acute_angle


def measure(experiment):
    """Tabulate p(θ) of two-dimensional tasks, exactly and from the points of every world."""
    theta = np.linspace(0, np.pi / 2, experiment.settings["angles"])
    tasks, exact, sampled, points = [], [], [], []
    for name in experiment.settings["datasets"]:
        dataset = experiment.dataset(name)
        inputs = dataset["inputs"]
        for index, law in enumerate(angle_laws(dataset)):
            drawn = (inputs.isel(kappa=index) if "kappa" in inputs.dims else inputs).transpose("world", ...).values
            angles = acute_angle(drawn, dataset["teacher_direction"].values)
            tasks.append(_task_name(law))
            exact.append(law.survival(theta))
            sampled.append([np.mean(angles >= angle, axis=-1) for angle in theta])
            points.append(drawn[0])
    survival = "probability that a point is at least at this angle to the teacher"
    group = xr.Dataset(
        {
            "angle_survival": labelled(xr.DataArray(exact, dims=("task", "theta")), survival, "PL19 eq. 17, Fig. 1"),
            "angle_survival_sampled": labelled(
                xr.DataArray(sampled, dims=("task", "theta", "world")),
                f"{survival}, among the points of a world",
                "PL19 eq. 17",
            ),
            "points": labelled(
                xr.DataArray(points, dims=("task", "point", "axis")),
                "inputs of world 0; the teacher lies along axis 0",
                "PL19 Fig. 2",
            ),
        }
    )
    theta = xr.DataArray(theta, dims="theta", attrs={"long_name": "angle to the teacher", "units": "rad"})
    return group.assign_coords(task=tasks, theta=theta)


def _task_name(law):
    if law.margin:
        return f"margin {np.rad2deg(law.limit):g}°"
    return f"kappa {law.kappa:g}"


if __name__ == "__main__":
    run_measure(measure)
