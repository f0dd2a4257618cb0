"""One run of kernel students: its points, kernel and initial network, and the regression of all its targets at once."""

from functools import cached_property

import numpy as np
import xarray as xr
from scipy.linalg import cholesky

from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression
from kdtheory.students.kernel.targets import KINDS, Points, selected

# Only in the draw of z₀, whose kernel may be singular to rounding: a share of its mean diagonal.
JITTER = 1e-10
_TRANSFER, _TEST, _ORACLE = range(3)


class KernelRun:
    """Students of one transfer set, for every prefix of it and every column of targets.

    Parameters
    ----------
    settings : kdtheory.students.kernel.points.Settings
    dataset : xarray.Dataset
        ``inputs(sample, axis)`` and ``part(sample)``: transfer points, then test points or candidates, then oracle
        points.
    teacher_logits : xarray.DataArray
        z_t(…, sample).
    draw : callable
        ``draw(*key)`` gives the random generator of a piece of the run.

    Attributes
    ----------
    n_transfer, n_test : int
        Points used of these two parts; oracle points follow.
    kernel : numpy.ndarray, shape (points, points)
        Θ of all points.
    initial : numpy.ndarray, shape (points,)
        z₀, one draw of the infinitely wide network at all points together.
    changes : dict
        Targets Δz(…, sample) by name (`kdtheory.students.kernel.targets`).
    stacked : numpy.ndarray, shape (points, columns)
        All of them side by side.
    regression : NestedRegression
        On the transfer points.
    """

    def __init__(self, settings, dataset, teacher_logits, draw):
        self.settings = settings
        chosen = self._chosen(dataset["part"].values)
        dataset, self.teacher_logits = dataset.isel(sample=chosen), teacher_logits.isel(sample=chosen)
        self.kernel, nngp = relu_kernels(dataset["inputs"].values, depth=settings.depth)
        self.initial = _initial_logits(nngp, draw("initialisation"))
        self.truth = dataset["truth"] / dataset.attrs["truth_std"] if "truth" in dataset else None
        points = Points(self.teacher_logits, self.truth, xr.DataArray(self.initial, dims="sample"), draw("noise"))
        changes = KINDS[settings.targets](settings, points)
        self.changes = {name: change.transpose(..., "sample") for name, change in changes.items()}
        flat = [change.values.reshape(-1, len(self.initial)).T for change in self.changes.values()]
        self._ends = dict(zip(self.changes, np.cumsum([columns.shape[1] for columns in flat]), strict=True))
        self.stacked = np.concatenate(flat, axis=1)
        self.regression = NestedRegression(self.kernel[self.transfer, self.transfer], self.stacked[self.transfer])

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

    @property
    def selected_logits(self):
        """The teachers' logits z_t that the columns use."""
        return selected(self.teacher_logits, self.settings)

    def labelled(self, name, values, dims):
        """Give an array of shape (…, columns) its names: the columns of one kind of targets, then ``dims``."""
        template = self.changes[name].isel(sample=0, drop=True)
        end = self._ends[name]
        values = values[..., end - template.size : end]
        labelled = xr.DataArray(
            values.reshape(*values.shape[:-1], *template.shape), dims=(*dims, *template.dims), coords=template.coords
        )
        sizes = {"n": np.arange(1, labelled.sizes.get("n", 0) + 1), "n_train": self.settings.n_train}
        labelled = labelled.assign_coords({dim: sizes[dim] for dim in dims if dim in sizes})
        return labelled.transpose(*template.dims, *dims)

    def _chosen(self, part):
        """Indices of the points that the cell's outputs need."""
        settings = self.settings
        needs_test = {"disagreement", "candidates", "oracle"} & set(settings.kept)
        n_beyond = max(settings.oracle_sizes) if "oracle" in settings.kept else 0
        self.n_transfer = settings.n_train[-1]
        self.n_test = int(np.sum(part == _TEST)) if needs_test else 0
        wanted = {_TRANSFER: self.n_transfer, _TEST: self.n_test, _ORACLE: max(n_beyond - self.n_test, 0)}
        chosen = []
        for kind, count in wanted.items():
            found = np.flatnonzero(part == kind)
            if count > len(found):
                raise ValueError(f"the dataset has {len(found)} points of part {kind}; the cell needs {count}")
            chosen.append(found[:count])
        return np.concatenate(chosen)


def _initial_logits(nngp, rng):
    """One draw of z₀ ~ N(0, NNGP); the kernel is overwritten."""
    nngp[np.diag_indices_from(nngp)] += JITTER * np.mean(np.diagonal(nngp))
    factor = cholesky(nngp, lower=True, overwrite_a=True, check_finite=False)
    return factor @ rng.standard_normal(len(nngp))
