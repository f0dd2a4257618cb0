"""Measurement ``wide/finite_width``: networks of finite width against the infinitely wide student (JZ20 Sec. 2)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure

_DIMS = ("student", "width", "n_train", "soft_ratio", "step", "world")


def measure(experiment):
    """Measure kernels, relative distances of logits and transfer risks for each width."""
    cells = [experiment.student(cell) for cell in experiment.cells]
    students = xr.concat(cells, dim="width", join="outer", data_vars="different", compat="equals").sortby("width")
    infinite, limit = students["kernel"], students["linearized"]
    group = {
        "kernel_distance": (
            students["kernel_distance"], "relative distance of empirical and infinite kernel", "JZ20 Sec. 2",
        ),
        "kernel_drift": (
            students["kernel_drift"], "relative change of the empirical kernel in training", "JZ20 Sec. 2",
        ),
        "logit_distance_linearized": (
            _distance(limit, infinite, "test"),
            "relative distance of the linearized student's logits to the infinitely wide student's",
            "JZ20 Eq. 4",
        ),
        "logit_distance_sgd": (
            _distance(students["sgd"], infinite, "test"),
            "relative distance of the logits after SGD of the linearized network to the infinitely wide student's",
            "JZ20 Eq. 4",
        ),
        "logit_distance_network": (
            _distance(students["network"], limit, "test"),
            "relative distance of the trained network's logits to its linearized student's",
            "JZ20 Eq. 4",
        ),
        "logit_distance_path": (
            _distance(students["network"], students["linearized_path"], "test"),
            "relative distance of the trained network's logits to its linearization's after as many steps",
            "JZ20 Sec. 2",
        ),
        "target_distance": (
            _distance(students["network_train"], students["target"], "n"),
            "relative distance of the trained network's logits to its targets",
            "JZ20 Eq. 3",
        ),
        "risk": (_risk(students), "transfer risk", "JZ20 Fig. 2 left"),
    }  # fmt: skip
    group = xr.Dataset({name: labelled(_ordered(values), *labels) for name, (values, *labels) in group.items()})
    test_points = xr.DataArray(np.int64(students.sizes["test"]))
    return group.assign(test_points=labelled(test_points, "number of test points of a world", "ours"))


def _distance(logits, reference, dim):
    """‖z − z_ref‖₂/‖z_ref‖₂ along a dimension; NaN where nothing was measured at all."""
    miss, norm = (np.sqrt((values**2).sum(dim, min_count=1)) for values in (logits - reference, reference))
    return miss / norm


def _risk(students):
    """Share of test points with another sign than the teacher's; of networks after as many steps as all widths took."""
    logits = {
        "kernel": students["kernel"],
        "linearized": students["linearized"],
        "network": _at_common_step(students["network"]),
    }
    logits = xr.concat(logits.values(), dim=xr.Variable("student", list(logits)))
    wrong = ((logits > 0) != (students["teacher"] > 0)).mean("test")
    return wrong.where(logits.notnull().all("test"))


def _at_common_step(logits):
    """Logits at the last step that networks of every width took: a wider one takes fewer."""
    taken = logits.notnull().any([dim for dim in logits.dims if dim not in ("width", "step")]).all("width")
    return logits.sel(step=logits["step"].where(taken).max(), drop=True)


def _ordered(values):
    return values.transpose(*(dim for dim in _DIMS if dim in values.dims))


if __name__ == "__main__":
    run_measure(measure)
