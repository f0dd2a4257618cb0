"""The risk of trained deep linear students against Theorem D.1, on a task whose law of angles is known."""

import numpy as np
import xarray as xr

from kdtheory.analysis.laws import angle_laws
from kdtheory.analysis.measurement import labelled
from kdtheory.theory.angles import signed_angle
from kdtheory.theory.bounds import angle_inflation, risk_bound
from kdtheory.theory.deep import distance_bound
from kdtheory.theory.risk import angle_risk

# Theorem D.1 is about ε up to half of the projection's norm.
_LARGEST = 0.5


def trained_risk(experiment):
    """Measure distance and exact risk of the students of the cell ``risk``, and the bound with the ε of Theorem 2.

    Returns
    -------
    xarray.Dataset
        ``trained_risk``, ``trained_distance(depth, risk_init_ratio, risk_world)``, ``trained_epsilon`` and
        ``trained_risk_bound(depth, risk_init_ratio)``, NaN where the theorem is silent.
    """
    student, dataset = experiment.student("risk"), experiment.dataset_of("risk")
    weights = student["weights"].isel(step=-1).sel(start="balanced", drop=True)
    weights = weights.transpose("depth", "init_ratio", "world", "axis")
    (law,) = angle_laws(dataset)
    size = np.sqrt((student["limit"] ** 2).sum("axis"))
    distance = np.sqrt(((weights - student["limit"]) ** 2).sum("axis")) / size
    angle = signed_angle(weights.values, dataset["teacher_direction"].values)
    risk = distance.copy(data=angle_risk(angle, dataset.attrs["dim"], law))
    epsilon = distance.isel(world=0, drop=True)
    epsilon = epsilon.copy(
        data=[distance_bound(int(depth), epsilon["init_ratio"].values, 1.0) for depth in epsilon["depth"].values]
    )
    inside = epsilon <= _LARGEST
    inflation = angle_inflation(np.where(inside, epsilon, 0.0))
    bound = epsilon.copy(data=risk_bound(law, dataset.sizes["sample"], inflation=inflation))
    # Beyond δ = π/2 no β is admissible.
    bound = bound.where(inside & np.isfinite(bound))
    words = "trained deep student on a task with a known law of angles"
    described = {
        "trained_risk": (risk, f"transfer risk of a {words}", "PL19 Theorem D.1"),
        "trained_distance": (distance, f"distance of a {words} to its limit, over the limit's norm", "PL19 eq. 15"),
        "trained_epsilon": (epsilon, "smallest ε that condition (11) admits for these students", "PL19 Theorem 2"),
        "trained_risk_bound": (bound, "bound on their expected risk with this ε", "PL19 Theorem D.1"),
    }  # fmt: skip
    group = xr.Dataset({name: labelled(*words) for name, words in described.items()})
    return group.rename(init_ratio="risk_init_ratio", world="risk_world")
