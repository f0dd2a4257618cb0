"""One run of kernel students: its points, kernel and initial network, and the regression of all its targets at once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from scipy.linalg import cholesky

from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression
from kdtheory.students.kernel.targets import Points, Settings
from kdtheory.tasks.parts import Part, first_of

# Only in the draw of z₀, whose kernel may be singular to rounding: a share of its mean diagonal.
JITTER = 1e-10


@dataclass(frozen=True)
class KernelRun:
    """Students of one transfer set, for every prefix of it and every column of targets; made by :func:`fitted_run`.

    Attributes
    ----------
    settings : kdtheory.students.kernel.targets.Settings
    n_transfer, n_test : int
        Transfer points, then test points (or candidates); oracle points follow.
    teacher_logits : xarray.DataArray
        z_t(…, sample) that the columns use.
    truth : xarray.DataArray or None
        f_g(sample) in units of its spread.
    inputs : numpy.ndarray, shape (points, d)
    kernel : numpy.ndarray, shape (points, points)
        Θ of all points.
    initial : numpy.ndarray, shape (points,)
        z₀, one draw of the infinitely wide network at all points together.
    changes : dict
        Targets Δz(…, sample) by name (`kdtheory.students.kernel.targets`).
    stacked : numpy.ndarray, shape (points, columns)
        All of them side by side.
    columns : dict
        By name of targets, the slice of the columns that they are.
    regression : kdtheory.kernels.nested.NestedRegression
        On the transfer points.
    """

    settings: Settings
    n_transfer: int
    n_test: int
    teacher_logits: xr.DataArray
    truth: xr.DataArray | None
    inputs: np.ndarray
    kernel: np.ndarray
    initial: np.ndarray
    changes: dict
    stacked: np.ndarray
    columns: dict
    regression: NestedRegression

    @property
    def transfer(self):
        """Where the transfer points are."""
        return slice(0, self.n_transfer)

    @property
    def test(self):
        """Where the test points, or candidates, are."""
        return slice(self.n_transfer, self.n_transfer + self.n_test)

    @cached_property
    def test_changes(self):
        """Δz of the students at the test points, shape (n_train, test, columns)."""
        return self.regression.predict(self.kernel[self.transfer, self.test], self.settings.n_train)

    @cached_property
    def test_logits(self):
        """Logits z_s = z₀ + Δz of the students, a ``DataArray(…, n_train, test)``."""
        return self.labelled("coefficients", self.initial[self.test, None] + self.test_changes, ["n_train", "test"])

    def at_test_points(self, values):
        """Return a ``DataArray(…, sample)`` at the test points alone, as dimension ``test``."""
        return values.isel(sample=self.test).rename(sample="test").drop_vars("test", errors="ignore")

    def labelled(self, name, values, dims):
        """Give an array of shape (…, columns) its names: the columns of one kind of targets, then ``dims``."""
        template = self.changes[name].isel(sample=0, drop=True)
        values = values[..., self.columns[name]]
        labelled = xr.DataArray(
            values.reshape(*values.shape[:-1], *template.shape), dims=(*dims, *template.dims), coords=template.coords
        )
        sizes = {"n": np.arange(1, labelled.sizes.get("n", 0) + 1), "n_train": self.settings.n_train}
        labelled = labelled.assign_coords({dim: sizes[dim] for dim in dims if dim in sizes})
        return labelled.transpose(*template.dims, *dims)


def fitted_run(settings, dataset, teacher_logits, draw):
    """Choose the points of a run, draw its initial network, and fit its targets on every prefix of its transfer set.

    Parameters
    ----------
    settings : kdtheory.students.kernel.targets.Settings
    dataset : xarray.Dataset
        ``inputs(sample, axis)`` and ``part(sample)`` (`kdtheory.tasks.parts`).
    teacher_logits : xarray.DataArray
        z_t(…, sample).
    draw : callable
        ``draw(*key)`` gives the random generator of a piece of the run.

    Returns
    -------
    KernelRun

    Raises
    ------
    ValueError
        The dataset has too few points of a part, or the logits lack an epoch.
    """
    counts = _counts(settings, dataset["part"].values)
    chosen = np.concatenate([first_of(part, dataset["part"].values, count) for part, count in counts.items()])
    dataset, teacher_logits = dataset.isel(sample=chosen), teacher_logits.isel(sample=chosen)
    kernel, nngp = relu_kernels(dataset["inputs"].values, depth=settings.depth)
    initial = _initial_logits(nngp, draw("initialisation"))
    truth = dataset["truth"] / dataset["truth_std"] if "truth" in dataset else None
    changes = settings.changes(Points(teacher_logits, truth, xr.DataArray(initial, dims="sample"), draw("noise")))
    changes = {name: change.transpose(..., "sample") for name, change in changes.items()}
    stacked, columns = _side_by_side(changes)
    transfer = slice(counts[Part.TRANSFER])
    return KernelRun(
        settings,
        n_transfer=counts[Part.TRANSFER],
        n_test=counts[Part.TEST],
        teacher_logits=settings.selected(teacher_logits),
        truth=truth,
        inputs=dataset["inputs"].values,
        kernel=kernel,
        initial=initial,
        changes=changes,
        stacked=stacked,
        columns=columns,
        regression=NestedRegression(kernel[transfer, transfer], stacked[transfer]),
    )


def _counts(settings, part):
    """Number of points of each part that the cell's outputs need."""
    needs_test = {"disagreement", "candidates", "oracle"} & set(settings.kept)
    n_test = int(np.sum(part == Part.TEST)) if needs_test else 0
    n_beyond = max(settings.oracle_sizes) if "oracle" in settings.kept else 0
    return {Part.TRANSFER: settings.n_train[-1], Part.TEST: n_test, Part.ORACLE: max(n_beyond - n_test, 0)}


def _side_by_side(changes):
    """Targets (…, sample) as one array (sample, columns), and the slice of each name's columns."""
    flat = [change.values.reshape(-1, change.sizes["sample"]).T for change in changes.values()]
    ends = np.cumsum([columns.shape[1] for columns in flat])
    columns = {name: slice(end - values.shape[1], end) for name, values, end in zip(changes, flat, ends, strict=True)}
    return np.concatenate(flat, axis=1), columns


def _initial_logits(nngp, rng):
    """One draw of z₀ ~ N(0, NNGP); the kernel is overwritten."""
    nngp[np.diag_indices_from(nngp)] += JITTER * np.mean(np.diagonal(nngp))
    factor = cholesky(nngp, lower=True, overwrite_a=True, check_finite=False)
    return factor @ rng.standard_normal(len(nngp))
