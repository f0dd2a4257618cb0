"""Measurement ``wide/flow``: how a kernel student's logits come to the effective logits, and how soon (JZ20 S1)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure

# A student has come to its targets where it is this close to them, relative to their size.
CONVERGED = 0.01
_DIMS = ("loss_scale", "soft_ratio", "temperature", "n_train", "time", "world")


def measure(experiment):
    """Measure distances along the flow, and the time and the steps until a student has come to its targets."""
    students = experiment.student("main").squeeze("run", drop=True)
    distance = students["target_distance"]
    settled = settling_time(distance)
    words = f"until the logits are within {CONVERGED:.0%} of the targets"
    group = {
        "target_distance": (distance, "relative distance of the logits to the effective logits", "JZ20 Eq. 3, S1"),
        "weight_distance": (
            students["weight_distance"], "relative distance of the weights to those of the trained student", "ours",
        ),
        "settling_time": (
            settled, f"time {words}, in units of n over the largest eigenvalue of the kernel", "JZ20 Sec. 2",
        ),
        "settling_steps": (settled / largest_step(distance), f"largest stable steps {words}", "JZ20 Sec. 2"),
    }  # fmt: skip
    return xr.Dataset(
        {
            name: labelled(values.transpose(*(dim for dim in _DIMS if dim in values.dims)), words, source)
            for name, (values, words, source) in group.items()
        }
    )


def settling_time(distance):
    """Return the time from which on a distance stays below `CONVERGED`, by interpolation of both logarithms.

    Parameters
    ----------
    distance : xarray.DataArray, dims (…, time)
        Times rise from 0.

    Returns
    -------
    xarray.DataArray, dims (…)
        The last time where the distance never stays below, which then is a lower limit.
    """
    times = distance["time"].values

    def of_path(path):
        beyond = np.flatnonzero(path > CONVERGED)
        if not beyond.size:
            return times[0]
        last = beyond[-1]
        if last + 1 == len(times):
            return times[-1]
        # The first step starts at time 0, which has no logarithm.
        before, after = np.log(np.maximum(times[last : last + 2], times[1] / 10))
        high, low = np.log(np.maximum(path[last : last + 2], np.finfo(float).tiny))
        return np.exp(before + (after - before) * (high - np.log(CONVERGED)) / (high - low))

    return xr.apply_ufunc(of_path, distance, input_core_dims=[["time"]], vectorize=True)


def largest_step(distance):
    """Return 8/(w/T² + 1 − ρ), w the weight of the soft term: the largest stable step in units of the flow's time."""
    weight, temperature = distance["soft_ratio"], distance["temperature"]
    soft = xr.where(distance["loss_scale"] == "t_squared", weight * temperature**2, weight)
    return 8 / (soft / temperature**2 + 1 - weight)


if __name__ == "__main__":
    run_measure(measure)
