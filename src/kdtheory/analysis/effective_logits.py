"""Measurement ``wide/effective_logits``: where logits rest between teacher and label (JZ20 Fig. 1)."""

import numpy as np
import xarray as xr

from kdtheory.analysis.measurement import labelled, run_measure
from kdtheory.theory.stationarity import descent_logits, effective_logits, label_smoothing_logit, threshold_logit

# A teacher as sure as this, in units of T, has soft labels that are 0 in float64.
_SURE = 1000.0


def measure(experiment):
    """Measure effective logits, the logits of descent that is stopped early, and their thresholds, on one grid."""
    settings = experiment.settings
    axes = {
        "label": [0, 1],
        "soft_ratio": settings["soft_ratios"],
        "temperature": settings["temperatures"],
        "teacher_logit": np.linspace(-settings["largest_logit"], settings["largest_logit"], settings["logits"]),
    }
    label, ratio, temperature, logit = (
        xr.DataArray(values, dims=name, coords={name: values}) for name, values in axes.items()
    )
    steps, rate = settings["descent_steps"], settings["descent_rate"]
    limit = xr.apply_ufunc(effective_logits, -_SURE * temperature, 1, ratio, temperature)
    group = {
        "effective_logit": (
            xr.apply_ufunc(effective_logits, logit, label, ratio, temperature),
            "effective student logit",
            "JZ20 Eq. 3, Fig. 1",
        ),
        "descent_logit": (
            xr.apply_ufunc(descent_logits, logit, label, ratio, temperature, kwargs={"steps": steps, "rate": rate}),
            f"student logit after {steps} steps of gradient descent from zero at rate {rate:g}",
            "JZ20 Fig. 1",
        ),
        "threshold": (
            xr.apply_ufunc(threshold_logit, ratio, temperature),
            "least effective logit of a correct teacher",
            "JZ20 Sec. 4.2",
        ),
        "wrong_teacher_limit": (
            limit.where(ratio < 1, -np.inf),
            "effective logit of the label 1 as the teacher's logit falls to minus infinity",
            "JZ20 Sec. 5",
        ),
        "label_smoothing": (
            xr.apply_ufunc(label_smoothing_logit, ratio),
            "logit of label smoothing whose weight is the soft ratio",
            "JZ20 Sec. 4.2",
        ),
    }  # fmt: skip
    return xr.Dataset(
        {
            name: labelled(values.transpose(*(dim for dim in axes if dim in values.dims)), words, source)
            for name, (values, words, source) in group.items()
        }
    )


if __name__ == "__main__":
    run_measure(measure)
