"""What kernel students fit: changes Δz of the logits, one column for each soft ratio, epoch, noise level or function.

Each kind of targets is a settings class. Its method ``changes`` returns Δz(…, sample) at all points of a run, by the
name under which the coefficients of the fit are stored; the dots are the columns. Where a network at initialisation is
part of the task, Δz = z − z₀.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import xarray as xr

from kdtheory.students.teacher_logits import selected
from kdtheory.theory.correcting_losses import correcting_logits
from kdtheory.theory.correction import hard_label_correction
from kdtheory.theory.stationarity import effective_logits, label_smoothing_logit


@dataclass(frozen=True)
class Points:
    """What the targets of one run depend on: teacher, truth and initial network at its points.

    Attributes
    ----------
    teacher_logits : xarray.DataArray
        z_t(…, sample) at the run's points; dimensions other than ``sample`` are columns.
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


@dataclass(frozen=True, kw_only=True)
class Settings(ABC):
    """Settings that every cell of kernel students has (docs/options.md); each kind of targets adds its own."""

    targets: str
    kept: list
    depth: int
    n_train: list
    runs: int | None = None

    @classmethod
    def variant(cls, values: dict) -> type["Settings"]:
        """Return the class of a cell's settings, which its value of ``targets`` names."""
        kind = values.get("targets")
        if kind not in KINDS:
            raise ValueError(f"targets is {kind!r}; allowed are {', '.join(KINDS)}")
        return KINDS[kind]

    def selected(self, teacher_logits):
        """Return the teacher's logits that the columns use."""
        return teacher_logits

    @abstractmethod
    def changes(self, points):
        """Return Δz(…, sample) by the name of its coefficients."""

    def attributes(self):
        """Return the settings that the students' file carries as attributes."""
        return {"depth": self.depth}


@dataclass(frozen=True, kw_only=True)
class Soft(Settings):
    """Effective logits (JZ20 Eq. 3) at chosen stopping epochs for every soft ratio."""

    labels: str
    soft_ratios: list
    temperature: float
    hard_logit: float | None = None
    stopping_epochs: list | None = None
    oracle_sizes: list | None = None

    def selected(self, teacher_logits):  # noqa: D102
        return selected(teacher_logits, self.stopping_epochs)

    def changes(self, points):  # noqa: D102
        logits = self.selected(points.teacher_logits)
        labels = (logits > 0).astype(int) if self.labels == "teacher" else points.labels
        columns = [self._effective(logits, labels, float(soft_ratio)) for soft_ratio in self.soft_ratios]
        ratios = xr.Variable("soft_ratio", [float(soft_ratio) for soft_ratio in self.soft_ratios])
        return {"coefficients": xr.concat(columns, dim=ratios) - points.initial}

    def _effective(self, logits, labels, soft_ratio):
        if soft_ratio == 0:
            # The root is infinite; what conclusions depend on is its sign.
            return xr.where(labels == 1, self.hard_logit, -self.hard_logit) + xr.zeros_like(logits)
        return xr.apply_ufunc(effective_logits, logits, labels, soft_ratio, self.temperature)


@dataclass(frozen=True, kw_only=True)
class Function(Settings):
    """Every function that the teacher's file holds."""

    def changes(self, points):  # noqa: D102
        return {"coefficients": _single_epoch(points.teacher_logits) - points.initial}


@dataclass(frozen=True, kw_only=True)
class Flips(Settings):
    """One smooth function whose sign is flipped at each point with a given probability (JZ20 Fig. 3 right)."""

    flip_probabilities: list

    def changes(self, points):  # noqa: D102
        logits = _single_function(points.teacher_logits)
        return {"coefficients": _flipped(logits, self.flip_probabilities, points.noise) - points.initial}


@dataclass(frozen=True, kw_only=True)
class References(Settings):
    """Tasks to compare with: random labels Δz ~ N(0, 1), the zero function, signs, label smoothing (JZ20 Fig. 3, 4)."""

    hard_logit: float
    smoothing: float

    def changes(self, points):  # noqa: D102
        logits = _single_function(points.teacher_logits)
        signs = xr.where(logits > 0, 1.0, -1.0)
        columns = {
            "random_labels": _normal(points),
            "zero": -points.initial,
            "sign": self.hard_logit * signs - points.initial,
            "label_smoothing": float(label_smoothing_logit(self.smoothing)) * signs - points.initial,
        }
        return {"coefficients": xr.concat(columns.values(), dim=xr.Variable("reference", list(columns)))}


@dataclass(frozen=True, kw_only=True)
class Plateaus(Settings):
    """Functions of known smoothness, random labels, and z₀ itself; each alone, so that no z₀ is subtracted."""

    dims: list

    def changes(self, points):  # noqa: D102
        functions = _single_epoch(points.teacher_logits)
        others = {"random_labels": _normal(points), "nngp": points.initial}
        others = xr.concat(others.values(), dim=xr.Variable("target", list(others)))
        return {"coefficients": xr.concat([functions, others], dim="target")}


@dataclass(frozen=True, kw_only=True)
class Correction(Settings):
    """What JZ20 Theorem 2 is made of: two truths, the teacher, δz_h, and effective logits a little below ρ = 1.

    The paper leaves the truth's logit z_g open: here the smooth ground truth, and its sign, both scaled.
    """

    labels: str
    temperature: float
    stopping_epochs: list
    truth_logit: float
    epsilon: float

    def selected(self, teacher_logits):  # noqa: D102
        return selected(teacher_logits, self.stopping_epochs)

    def changes(self, points):  # noqa: D102
        logits = self.selected(points.teacher_logits)
        truths = {"smooth": points.truth, "sign": 2.0 * points.labels - 1}
        truths = self.truth_logit * xr.concat(truths.values(), dim=xr.Variable("truth", list(truths)))
        correction = xr.apply_ufunc(hard_label_correction, logits, points.labels, self.temperature)
        perturbed = xr.apply_ufunc(effective_logits, logits, points.labels, 1 - self.epsilon, self.temperature)
        return {
            "truth_coefficients": truths - points.initial,
            "teacher_coefficients": logits - points.initial,
            "correction_coefficients": correction,
            "perturbed_coefficients": perturbed - points.initial,
        }

    def attributes(self):  # noqa: D102
        return {"depth": self.depth, "epsilon": self.epsilon}


@dataclass(frozen=True, kw_only=True)
class Losses(Settings):
    """Where the students of several losses rest, with the teacher's own decisions as labels and with the true ones."""

    losses: list
    soft_ratios: list
    temperature: float
    stopping_epochs: list

    def selected(self, teacher_logits):  # noqa: D102
        return selected(teacher_logits, self.stopping_epochs)

    def changes(self, points):  # noqa: D102
        logits = self.selected(points.teacher_logits)
        labels = {"teacher": (logits > 0).astype(int), "truth": points.labels}
        labels = xr.concat(labels.values(), dim=xr.Variable("labels", list(labels)))
        ratios = xr.DataArray([float(ratio) for ratio in self.soft_ratios], dims="soft_ratio")
        columns = [
            xr.apply_ufunc(correcting_logits, loss, logits, labels, ratios, self.temperature) for loss in self.losses
        ]
        found = xr.concat(columns, dim=xr.Variable("loss", self.losses)).assign_coords(soft_ratio=ratios.values)
        return {"coefficients": found - points.initial}


@dataclass(frozen=True, kw_only=True)
class Difficulty(Settings):
    """Every function that the teacher's file holds at several amplitudes, and one of them with flipped signs."""

    dims: list
    amplitudes: list
    flip_probabilities: list
    flipped: dict

    def changes(self, points):  # noqa: D102
        amplitudes = [float(amplitude) for amplitude in self.amplitudes]
        functions = xr.DataArray(amplitudes, {"amplitude": amplitudes}) * _single_epoch(points.teacher_logits)
        flips = _flipped(functions.sel(self.flipped, drop=True), self.flip_probabilities, points.noise)
        return {"mode_coefficients": functions - points.initial, "flip_coefficients": flips - points.initial}


KINDS = {
    kind.__name__.lower(): kind
    for kind in (Soft, Function, Flips, References, Plateaus, Correction, Losses, Difficulty)
}


def _single_epoch(logits):
    return logits.isel(stopping_epoch=-1, drop=True)


def _single_function(logits):
    logits = _single_epoch(logits).squeeze(drop=True)
    if logits.dims != ("sample",):
        raise ValueError(f"these targets need one function, the teacher has several, along {logits.dims[:-1]}")
    return logits


def _flipped(logits, probabilities, noise):
    """Logits whose signs are flipped with each of several probabilities."""
    # The same uniforms for every probability: more noise flips the same points and others.
    uniforms = xr.DataArray(noise.random(logits.sizes["sample"]), dims="sample")
    probabilities = xr.Variable("flip_probability", [float(p) for p in probabilities])
    return xr.concat([logits * xr.where(uniforms < p, -1.0, 1.0) for p in probabilities.values], dim=probabilities)


def _normal(points):
    return points.initial.copy(data=points.noise.standard_normal(points.initial.sizes["sample"]))
