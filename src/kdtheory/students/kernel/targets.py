"""What kernel students fit: changes Δz of the logits, one column for each soft ratio, epoch, noise level or function.

Each kind of targets is a function of the cell's settings and of the `Points` of one points. It returns Δz(…, sample) at
all points by the name under which the coefficients of the fit are stored; the dots are the columns. Where a network
at initialisation is part of the task, Δz = z − z₀.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.theory.correction import hard_label_correction
from kdtheory.theory.stationarity import effective_logits, label_smoothing_logit


@dataclass(frozen=True)
class Points:
    """What the targets of one run depend on: teacher, truth and initial network at its points.

    Attributes
    ----------
    teacher_logits : xarray.DataArray
        z_t(…, sample) at the run's points; dimensions other than ``sample`` are the teachers.
    truth : xarray.DataArray or None
        f_g(sample) in units of its spread, where the dataset has a ground truth.
    initial : xarray.DataArray
        z₀(sample), the logits at initialisation.
    noise : numpy.random.Generator
        For random labels and flips.
    """

    teacher_logits: xr.DataArray
    truth: xr.DataArray | None
    initial: xr.DataArray
    noise: np.random.Generator

    @property
    def labels(self):
        """True labels(sample), 0 or 1."""
        return (self.truth > 0).astype(int)


def soft(settings, points):
    """Effective logits (JZ20 Eq. 3) of selected teachers and epochs for every soft ratio."""
    logits = selected(points.teacher_logits, settings)
    labels = (logits > 0).astype(int) if settings.labels == "teacher" else points.labels
    columns = [_effective(logits, labels, float(soft_ratio), settings) for soft_ratio in settings.soft_ratios]
    ratios = xr.Variable("soft_ratio", [float(soft_ratio) for soft_ratio in settings.soft_ratios])
    return {"coefficients": xr.concat(columns, dim=ratios) - points.initial}


def function(settings, points):
    """Every function that the teacher's file holds."""
    return {"coefficients": _single_epoch(points.teacher_logits) - points.initial}


def flips(settings, points):
    """One smooth function whose sign is flipped at each point with a given probability (JZ20 Fig. 3 right)."""
    logits = _single_function(points.teacher_logits)
    # The same uniforms for every probability: more noise flips the same points and others.
    uniforms = xr.DataArray(points.noise.random(logits.sizes["sample"]), dims="sample")
    probabilities = xr.Variable("flip_probability", [float(p) for p in settings.flip_probabilities])
    columns = [logits * xr.where(uniforms < p, -1.0, 1.0) for p in probabilities.values]
    return {"coefficients": xr.concat(columns, dim=probabilities) - points.initial}


def references(settings, points):
    """Tasks to compare with: random labels Δz ~ N(0, 1), the zero function, signs, label smoothing (JZ20 Fig. 3, 4)."""
    logits = _single_function(points.teacher_logits)
    signs = xr.where(logits > 0, 1.0, -1.0)
    columns = {
        "random_labels": _normal(points),
        "zero": -points.initial,
        "sign": settings.hard_logit * signs - points.initial,
        "label_smoothing": float(label_smoothing_logit(settings.smoothing)) * signs - points.initial,
    }
    return {"coefficients": xr.concat(columns.values(), dim=xr.Variable("reference", list(columns)))}


def plateaus(settings, points):
    """Functions of known smoothness, random labels, and z₀ itself; each alone, so that no z₀ is subtracted."""
    functions = _single_epoch(points.teacher_logits)
    others = {"random_labels": _normal(points), "nngp": points.initial}
    others = xr.concat(others.values(), dim=xr.Variable("target", list(others)))
    return {"coefficients": xr.concat([functions, others], dim="target")}


def correction(settings, points):
    """What JZ20 Theorem 2 is made of: two truths, teachers, δz_h, and effective logits a little below ρ = 1.

    The paper leaves the truth's logit z_g open: here the smooth ground truth, and its sign, both scaled.
    """
    logits = selected(points.teacher_logits, settings)
    truths = {"smooth": points.truth, "sign": 2.0 * points.labels - 1}
    truths = settings.truth_logit * xr.concat(truths.values(), dim=xr.Variable("truth", list(truths)))
    perturbed = _effective(logits, points.labels, 1 - settings.epsilon, settings)
    return {
        "truth_coefficients": truths - points.initial,
        "teacher_coefficients": logits - points.initial,
        "correction_coefficients": xr.apply_ufunc(hard_label_correction, logits, points.labels, settings.temperature),
        "perturbed_coefficients": perturbed - points.initial,
    }


KINDS = {kind.__name__: kind for kind in (soft, function, flips, references, plateaus, correction)}


def selected(logits, settings):
    """Return the logits of the epochs and teachers that a cell names, of all where it names none.

    Raises ValueError for an epoch or teacher that the logits do not have.
    """
    wanted = {"stopping_epoch": settings.stopping_epochs, "teacher": settings.teachers}
    for dim, values in wanted.items():
        if values is None:
            continue
        missing = sorted(set(values) - set(logits[dim].values.tolist()))
        if missing:
            raise ValueError(f"{dim} {missing[0]} is not in the teacher's logits, which have {logits[dim].values}")
        logits = logits.sel({dim: values})
    return logits


def _single_epoch(logits):
    return logits.isel(stopping_epoch=-1, drop=True)


def _single_function(logits):
    logits = _single_epoch(logits).squeeze(drop=True)
    if logits.dims != ("sample",):
        raise ValueError(f"these targets need one function, the teacher has several, along {logits.dims[:-1]}")
    return logits


def _effective(logits, labels, soft_ratio, settings):
    if soft_ratio == 0:
        # The root is infinite; what conclusions depend on is its sign.
        return xr.where(labels == 1, settings.hard_logit, -settings.hard_logit) + xr.zeros_like(logits)
    return xr.apply_ufunc(effective_logits, logits, labels, soft_ratio, settings.temperature)


def _normal(points):
    return points.initial.copy(data=points.noise.standard_normal(points.initial.sizes["sample"]))
