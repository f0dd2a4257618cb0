"""What a kernel student learns when: targets and their flow in the basis of the kernel's eigenfunctions (JZ20 Sec. 4).

Eigenfunctions are counted from the largest eigenvalue on and taken together by octaves, 1, 2, 3…4, 5…8 and so on.
"""

import numpy as np
import xarray as xr

from kdtheory.kernels.spectra import eigenfunctions, flow, frequencies, learning_times, octaves_of
from kdtheory.theory.convexity import sigmoid_slope
from kdtheory.theory.stationarity import stationarity_residual

STEPS_PER_DECADE = 40
# From before the first eigenfunction is learned to long after the last one would be at full curvature. Points of sure
# teachers need a time that grows like e^(|z_t|/T); to wait for them is hopeless.
_FIRST, _LAST = 1e-2, 1e3


def spectrum_variables(run):
    """Return spectra of the targets of one run, and the times at which gradient flow learns them.

    Parameters
    ----------
    run : kdtheory.students.kernel.run.KernelRun
        Of targets ``soft``.

    Returns
    -------
    xarray.Dataset
        By ``octave``, the number of its last eigenfunction: geometric mean ``eigenvalue``, mean ``frequency``;
        ``squared_deviation``, the largest |λ_i·t_i − 1| of the time t_i at which the flow of the squared loss learns
        eigenfunction i. For each soft ratio and epoch: ``energy``, the share of Σz_eff² in the octave;
        ``learning_time``, when the flow of the distillation loss has less than 1/e of its first residual there, for
        good (NaN at ρ = 0, where the loss has no minimum), and ``squared_time``, the same of the squared loss.
    """
    eigenvalues, vectors = eigenfunctions(run.kernel[run.transfer, run.transfer])
    last = octaves_of(len(eigenvalues))
    first = np.concatenate([[0], last[:-1]])
    start, targets = run.initial[run.transfer, None], run.stacked[run.transfer] + run.initial[run.transfer, None]
    powers = (vectors.T @ targets) ** 2
    residual = vectors.T @ (start - targets)
    loss = _Loss(run)
    times = _times(eigenvalues, loss.stiffest)

    def sizes(coordinates):
        return np.sqrt(np.add.reduceat(coordinates**2, first, axis=0))

    grid = np.concatenate([[0.0], times])
    squared = np.stack([sizes(np.exp(-eigenvalues * time)[:, None] * residual) for time in grid])
    path = flow(
        eigenvalues, vectors, np.broadcast_to(start, loss.shape), loss.gradient, loss.curvature, times
    )  # fmt: skip
    aim = vectors.T @ targets[:, loss.soft]
    trained = np.stack([sizes(residual[:, loss.soft]), *(sizes(coordinates - aim) for coordinates in path)])
    found = np.full((len(last), targets.shape[1]), np.nan)
    found[:, loss.soft] = learning_times(grid, trained)
    deviation = np.abs(eigenvalues * _squared_times(eigenvalues, vectors, start[:, 0], targets[:, -1]) - 1)

    def of_targets(values):
        return run.labelled("coefficients", values, ["octave"])

    return xr.Dataset(
        {
            "eigenvalue": ("octave", np.exp(_means(np.log(eigenvalues), first))),
            "frequency": ("octave", _means(frequencies(run.inputs[run.transfer], vectors), first)),
            "squared_deviation": ("octave", np.maximum.reduceat(deviation, first)),
            "energy": of_targets(np.add.reduceat(powers, first, axis=0) / powers.sum(axis=0)),
            "learning_time": of_targets(found),
            "squared_time": of_targets(learning_times(grid, squared)),
        },
        coords={"octave": last},
    )


class _Loss:
    """The distillation losses of the columns with ρ > 0, on the transfer set."""

    def __init__(self, run):
        template = run.changes["coefficients"].isel(sample=run.transfer)
        names = [dim for dim in template.dims if dim != "sample"]
        teacher = run.teacher_logits.isel(sample=run.transfer).broadcast_like(template)
        teacher = teacher.transpose(*names, "sample").values.reshape(-1, template.sizes["sample"]).T
        ratios = template["soft_ratio"].broadcast_like(template.isel(sample=0, drop=True)).transpose(*names)
        ratios = ratios.values.ravel()
        self.soft = np.flatnonzero(ratios > 0)
        self.teacher, self.ratio = teacher[:, self.soft], ratios[self.soft]
        labels = self.teacher > 0 if run.settings.labels == "teacher" else run.truth.values[run.transfer, None] > 0
        self.labels, self.temperature = (
            np.broadcast_to(labels, self.teacher.shape).astype(float),
            run.settings.temperature,
        )
        self.shape = self.teacher.shape

    @property
    def stiffest(self):
        """The largest curvature that a loss can have anywhere."""
        return float(np.max(self.ratio / self.temperature**2 + 1 - self.ratio)) / 4

    def gradient(self, logits):
        return stationarity_residual(logits, self.teacher, self.labels, self.ratio, self.temperature)

    def curvature(self, logits):
        soft, hard = sigmoid_slope(logits / self.temperature), sigmoid_slope(logits)
        return self.ratio / self.temperature**2 * soft + (1 - self.ratio) * hard


def _times(eigenvalues, curvature):
    low, high = np.log10(_FIRST / (curvature * eigenvalues[0])), np.log10(_LAST / (curvature * eigenvalues[-1]))
    return np.logspace(low, high, int(np.ceil(STEPS_PER_DECADE * (high - low))))


def _squared_times(eigenvalues, vectors, start, target):
    """When the same flow learns each eigenfunction if the loss is squared."""
    times = _times(eigenvalues, 1.0)
    path = flow(
        eigenvalues, vectors, start[:, None], lambda logits: logits - target[:, None], np.ones_like, times
    )  # fmt: skip
    aim = vectors.T @ target
    residuals = [np.abs(vectors.T @ start - aim), *(np.abs(coordinates[:, 0] - aim) for coordinates in path)]
    return learning_times(np.concatenate([[0.0], times]), np.stack(residuals))


def _means(values, first):
    return np.add.reduceat(values, first) / np.diff(np.append(first, len(values)))
