"""The gradient flow of the distillation loss: how a student's logits come to their effective logits (JZ20 S1)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.integrate import solve_ivp
from scipy.special import expit

from kdtheory.kernels.nested import NestedRegression
from kdtheory.students.kernel.targets import KINDS, Settings
from kdtheory.students.teacher_logits import selected
from kdtheory.theory.convexity import probability_difference, sigmoid_slope
from kdtheory.theory.stationarity import effective_logits, soft_ratio_from_tsquared

# Of the integrator, relative and in logits.
_RELATIVE, _ABSOLUTE = 1e-6, 1e-7


@dataclass(frozen=True, kw_only=True)
class Tempered(Settings):
    """Effective logits for two conventions of the loss, each weight of its soft labels and each temperature (Sec. 2).

    ``raw`` is the loss of Eq. 2; ``t_squared`` multiplies its soft term by T².
    """

    labels: str
    loss_scales: list
    soft_ratios: list
    temperatures: list
    stopping_epochs: list
    last_time: float | None = None
    times: int | None = None

    def selected(self, teacher_logits):  # noqa: D102
        return selected(teacher_logits, self.stopping_epochs)

    def labels_of(self, points, logits):
        """Hard labels, 0 or 1, of the teacher or of the truth."""
        return (logits > 0).astype(int) if self.labels == "teacher" else points.labels

    def changes(self, points):  # noqa: D102
        logits, ratios = self.selected(points.teacher_logits), self.plain_soft_ratios()
        labels = self.labels_of(points, logits)
        targets = xr.apply_ufunc(effective_logits, logits, labels, ratios, ratios["temperature"])
        return {"coefficients": targets.transpose(*ratios.dims, ...) - points.initial}

    def plain_soft_ratios(self):
        """Return the soft ratio of Eq. 2 with the same minimiser, (loss_scale, soft_ratio, temperature)."""
        weights = xr.DataArray(np.asarray(self.soft_ratios, float), dims="soft_ratio")
        temperatures = xr.DataArray(np.asarray(self.temperatures, float), dims="temperature")
        of_scale = {"raw": weights + 0 * temperatures}
        of_scale["t_squared"] = xr.apply_ufunc(soft_ratio_from_tsquared, weights, temperatures)
        scales = xr.Variable("loss_scale", list(self.loss_scales))
        ratios = xr.concat([of_scale[scale] for scale in self.loss_scales], dim=scales)
        return ratios.assign_coords(soft_ratio=weights.values, temperature=temperatures.values)


KINDS["tempered"] = Tempered


def flow(run):
    """Return the distance of the logits at the training points from the effective logits along the flow.

    Parameters
    ----------
    run : kdtheory.students.kernel.run.KernelRun
        Of `Tempered` settings with one stopping epoch and hard labels of the teacher.

    Returns
    -------
    xarray.Dataset
        ``target_distance`` and ``weight_distance(loss_scale, soft_ratio, temperature, n_train, time)``: ‖z − z_eff‖₂
        over ‖z_eff‖₂, and ‖Δw − Δŵ‖₂ over ‖Δŵ‖₂. The time counts in units of n/λ_max(Θ_n), in which a step of gradient
        descent of size η on the mean loss takes ηλ_max/n.
    """
    settings = run.settings
    times = np.append(0.0, np.logspace(-1, np.log10(settings.last_time), settings.times - 1))
    (teacher,) = run.teacher_logits.values[:, run.transfer]
    targets = run.changes["coefficients"].squeeze("stopping_epoch", drop=True)
    targets = targets.values[..., run.transfer] + run.initial[run.transfer]
    distances = np.empty((2, *targets.shape[:-1], len(settings.n_train), len(times)))
    for index in np.ndindex(targets.shape[:-1]):
        scale, weight, temperature = index
        temperature = float(settings.temperatures[temperature])
        soft = float(settings.soft_ratios[weight])
        factor = temperature**2 if settings.loss_scales[scale] == "t_squared" else 1.0
        for place, size in enumerate(settings.n_train):
            here = slice(0, size)
            gram = run.kernel[here, here]
            lesson = teacher[here], soft * factor, 1 - soft, temperature
            logits = gradient_flow(gram, run.initial[here], *lesson, times)
            distances[(slice(None), *index, place)] = _distances(gram, logits, run.initial[here], targets[index][here])
    dims = ("loss_scale", "soft_ratio", "temperature", "n_train", "time")
    coords = {**settings.plain_soft_ratios().coords, "time": times}
    names = ("target_distance", "weight_distance")
    return xr.Dataset({name: (dims, each) for name, each in zip(names, distances, strict=True)}, coords=coords)


def gradient_flow(gram, initial, teacher_logits, soft, hard, temperature, times):
    """Integrate dz/dτ = −(Θ/λ_max)·∂ℓ/∂z, the flow of a linear model on the mean distillation loss, from z₀.

    Parameters
    ----------
    gram : array, shape (n, n)
        Θ, the kernel of the training points.
    initial : array, shape (n,)
        z₀.
    teacher_logits : array, shape (n,)
        z_t, whose signs are the hard labels.
    soft, hard : float
        Weights of the soft and of the hard term of ℓ: ρ and 1 − ρ in JZ20 Eq. 2.
    temperature : float
        T.
    times : array, shape (times,)
        From 0 on, in units of n/λ_max(Θ).

    Returns
    -------
    logits : numpy.ndarray, shape (times, n)

    Raises
    ------
    RuntimeError
        When the integrator gives up.
    """
    drive = gram / np.linalg.eigvalsh(gram)[-1]
    signs = np.where(teacher_logits > 0, 1.0, -1.0)

    def rate(_, logits):
        slope = soft / temperature * probability_difference(logits / temperature, teacher_logits / temperature)
        return -drive @ (slope - hard * signs * expit(-signs * logits))

    def jacobian(_, logits):
        bend = soft / temperature**2 * sigmoid_slope(logits / temperature) + hard * sigmoid_slope(logits)
        return -drive * bend

    found = solve_ivp(
        rate, (0.0, times[-1]), initial, method="LSODA", t_eval=times, jac=jacobian, rtol=_RELATIVE, atol=_ABSOLUTE
    )
    if not found.success:
        raise RuntimeError(f"the flow at T = {temperature:g} was not integrated: {found.message}")
    return found.y.T


def _distances(gram, logits, initial, target):
    """Distances of logits and of weights from where they tend to, relative to target logits and to ‖Δŵ‖."""
    misses = NestedRegression(gram, np.column_stack([(logits - target).T, target - initial])).norms()[-1]
    return np.linalg.norm(logits - target, axis=1) / np.linalg.norm(target), misses[:-1] / misses[-1]
