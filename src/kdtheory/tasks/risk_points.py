"""Fresh points on which risks are counted: of each world, shared by its runs, apart from all points of oracles.

A teacher's file says how it decides at them, not its logits: risks are all that they are for.
"""

import xarray as xr

# What a risk point is called among samples.
_SAMPLES = {"risk_inputs": "inputs", "risk_truth": "truth"}


def with_risk_points(dataset, inputs, truth):
    """Return a dataset with the risk points of its worlds.

    Parameters
    ----------
    dataset : xarray.Dataset
        With the dimensions ``world`` and ``axis``.
    inputs : array, shape (worlds, points, axes)
    truth : array, shape (worlds, points)
        f_g at the points.

    Returns
    -------
    xarray.Dataset
        Also ``risk_inputs(world, risk_point, axis)`` and ``risk_truth(world, risk_point)``.
    """
    dims = ("world", "risk_point")
    return dataset.assign(risk_inputs=((*dims, "axis"), inputs), risk_truth=(dims, truth))


def risk_decisions(dataset, logits_at):
    """Return how a teacher decides at a dataset's risk points.

    Parameters
    ----------
    dataset : xarray.Dataset
    logits_at : callable
        From a dataset of points, with ``inputs(world, sample, axis)``, ``truth(world, sample)`` and what ``dataset``
        holds of its worlds, to the teacher's ``DataArray(…, world, sample)`` of logits.

    Returns
    -------
    dict
        ``risk_decision(…, world, risk_point)``, True for a positive logit, by its name; empty for a dataset without
        risk points.
    """
    if "risk_inputs" not in dataset:
        return {}
    points = xr.Dataset({name: dataset[each].rename(risk_point="sample") for each, name in _SAMPLES.items()})
    points = points.merge(dataset.drop_dims(["sample", "risk_point"])).assign_attrs(dataset.attrs)
    return {"risk_decision": (logits_at(points) > 0).rename(sample="risk_point")}
