"""Measurement ``wide/example``: a teacher of one input and the logits of its students (JZ20 Fig. 4 left)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.theory.stationarity import cutoff_approximation, effective_logits, label_smoothing_logit, threshold_logit

# The world whose logits are shown; how logits grow is measured in all of them.
SHOWN = 0
_WHICH = f"world {SHOWN}"


def measure(experiment):
    """Measure teacher logits by epoch, effective logits by soft ratio, and how teachers' logits grow in training."""
    dataset = experiment.dataset_of("main").isel(run=0, drop=True)
    axis = {"x": dataset["inputs"].isel(world=0, axis=0).values}
    truths = _on_the_grid(dataset["truth"] / dataset["truth_std"], axis)
    logits = _on_the_grid(experiment.logits_of("main")["logits"].isel(run=0, drop=True), axis)
    truth, shown = (values.sel(world=SHOWN, drop=True) for values in (truths, logits))
    ratios = experiment.settings["soft_ratios"]
    ratio = xr.DataArray(ratios, dims="soft_ratio", coords={"soft_ratio": ratios})
    group = {
        "boundary": ((truth > 0).astype(np.int64), f"class of the ground truth, {_WHICH}", "JZ20 Fig. 4 left top"),
        "truth": (truth, f"ground truth f_g in units of its spread, {_WHICH}", "ours"),
        "teacher_logit": (shown, f"teacher logit, {_WHICH}", "JZ20 Fig. 4 left middle"),
        **_student_logits(logits.isel(stopping_epoch=-1, drop=True), ratio, experiment.settings["temperature"]),
        **_shape(logits, truths),
    }
    return xr.Dataset({name: labelled(values, words, source) for name, (values, words, source) in group.items()})


def _on_the_grid(values, axis):
    """Values (…, sample) of the points of the grid, which is that of every world, by ``x``."""
    return values.rename(sample="x").assign_coords(axis)


def _student_logits(logits, ratio, temperature):
    """Effective logits of a perfect teacher, and JZ20's two pictures of them: label smoothing and a cut-off."""
    labels = (logits > 0).astype(int)
    smoothed = xr.apply_ufunc(label_smoothing_logit, ratio) * (2 * labels - 1)
    effective = xr.apply_ufunc(effective_logits, logits, labels, ratio, temperature)
    cutoff = xr.apply_ufunc(cutoff_approximation, logits, ratio, temperature)
    deviation = np.sqrt(((effective - cutoff) ** 2).mean("x") / (effective**2).mean("x"))
    return {
        "effective_logit": (
            effective.sel(world=SHOWN, drop=True).transpose("soft_ratio", "x"),
            f"effective student logit, {_WHICH}",
            "JZ20 Fig. 4 left bottom",
        ),
        "label_smoothing": (
            smoothed.sel(world=SHOWN, drop=True).transpose("soft_ratio", "x"),
            f"logit of label smoothing whose weight is the soft ratio, {_WHICH}",
            "JZ20 Sec. 4.2",
        ),
        "cutoff": (
            cutoff.sel(world=SHOWN, drop=True).transpose("soft_ratio", "x"),
            f"cut-off approximation of the effective logit, {_WHICH}",
            "JZ20 Sec. 4.2",
        ),
        "cutoff_deviation": (
            deviation.transpose("soft_ratio", "world"),
            "root mean square deviation of effective logits from the cut-off, over that of the logits",
            "JZ20 Sec. 4.2",
        ),
        "threshold": (
            xr.apply_ufunc(threshold_logit, ratio, temperature),
            "least effective logit of a correct teacher",
            "JZ20 Sec. 4.2",
        ),
    }


def _shape(logits, truth):
    """Scale and detail of each world's teacher's logits, and what they know of the boundary."""
    scale = np.sqrt((logits**2).mean("x"))
    span = float(logits["x"][-1] - logits["x"][0])
    by_world = {
        "logit_scale": (scale, "root mean square of the teacher logits"),
        "logit_slope": (
            np.abs(logits.diff("x")).sum("x") / (span * scale),
            "mean slope of the teacher logits over their scale",
        ),
        "sign_changes": (_sign_changes(logits), "class boundaries of the teacher"),
        "boundary_error": (((logits > 0) != (truth > 0)).mean("x"), "share of x where the teacher's class is wrong"),
    }
    group = {
        name: (values.transpose("stopping_epoch", "world"), words, "JZ20 Fig. 4 left middle")
        for name, (values, words) in by_world.items()
    }
    return group | {
        "true_sign_changes": (_sign_changes(truth), "class boundaries of the ground truth", "JZ20 Fig. 4 left top")
    }


def _sign_changes(values):
    return (values > 0).astype(np.int64).diff("x").pipe(np.abs).sum("x")


if __name__ == "__main__":
    run_measure(measure)
