"""Kernel students: infinitely wide networks trained to convergence, in closed form for every prefix of a transfer set.

One factorisation of the kernel serves all soft ratios, epochs and noise levels of a run (JZ20 Eq. 4 and 9).
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.jobs.log import Progress
from kdtheory.kernels.devices import device_name
from kdtheory.students.kernel.oracle import oracle_variables
from kdtheory.students.kernel.run import KernelRun


@dataclass(frozen=True)
class Settings:
    """Settings of a cell of kernel students (docs/options.md); each kind of targets has its own."""

    targets: str
    kept: list
    depth: int
    n_train: list
    dims: list | None = None
    soft_ratios: list | None = None
    temperature: float | None = None
    labels: str | None = None
    hard_logit: float | None = None
    stopping_epochs: list | None = None
    teachers: list | None = None
    flip_probabilities: list | None = None
    smoothing: float | None = None
    truth_logit: float | None = None
    epsilon: float | None = None
    oracle_sizes: list | None = None


def fit(settings: Settings, draw, dataset, logits):
    """Fit the kernel students of every run of a cell.

    Returns
    -------
    xarray.Dataset
        With a dimension ``repeat``, what the settings' ``kept`` names: see the functions of `KEPT`. The dots in the
        dimensions of their variables are the columns of the targets, ``n`` counts transfer points. Attributes tell the
        ``depth``, the points used (``n_transfer``, ``n_test``) and the correction's ``epsilon``.
    """
    if not dataset["sample_id"].equals(logits["sample_id"]):
        raise ValueError("the teacher's logits are not those of the dataset's samples")
    if settings.dims and max(settings.dims) > dataset.sizes["axis"]:
        raise ValueError(f"dims asks for {max(settings.dims)} dimensions; the dataset has {dataset.sizes['axis']}")
    # A file's encoding would cut longer names of targets to the length of the longest that it holds.
    teacher_logits = logits["logits"].drop_encoding()
    fitted, progress = [], Progress(dataset.sizes["repeat"], "runs")
    for repeat in range(dataset.sizes["repeat"]):
        points, values = dataset.isel(repeat=repeat), teacher_logits.isel(repeat=repeat)
        if settings.dims is None:
            fitted.append(_fit_run(settings, points, values, partial(draw, repeat)))
        else:
            dims = [
                _fit_run(settings, points.isel(axis=slice(dim)), values, partial(draw, repeat, dim))
                for dim in settings.dims
            ]
            fitted.append(xr.concat(dims, dim=xr.Variable("dim", settings.dims)))
        progress.advance()
    return xr.concat(fitted, dim="repeat", combine_attrs="override").assign_coords(n_train=settings.n_train)


def coefficients(run):
    """Return the coordinates y = L⁻¹Δz of the weight changes, ``coefficients(…, n)`` (for the correction four of them).

    ‖Δŵ_n‖² and ⟨a, b⟩_{Θ_n⁻¹} are cumulative sums of their squares and products.
    """
    return xr.Dataset({name: run.labelled(name, run.regression.coefficients, ["n"]) for name in run.changes})


def norm(run):
    """Return ``norm(…, n_train)``, ‖Δŵ_n‖ at the cell's sizes alone."""
    sizes = np.asarray(run.settings.n_train)
    return xr.Dataset({"norm": run.labelled("coefficients", run.regression.norms()[sizes - 1], ["n_train"])})


def disagreement(run):
    """Return ``disagreement_teacher(…, n_train)`` and ``disagreement_truth``: shares of test points of another sign."""
    student = run.test_logits > 0
    shares = {
        "disagreement_teacher": student != (run.at_test_points(run.selected_logits) > 0),
        "disagreement_truth": student != (run.at_test_points(run.truth) > 0),
    }
    return xr.Dataset({name: wrong.mean("test").transpose(..., "n_train") for name, wrong in shares.items()})


def candidates(run):
    """Return ``squared_step(…, n_train, candidate)``, r²/s² of each candidate for the next point (JZ20 Eq. 10).

    r is the candidate's residual and s² its kernel variance, both given the first n_train points.
    """
    cross = run.kernel[run.transfer, run.test]
    explained = np.cumsum(run.regression.with_targets(cross).coefficients ** 2, axis=0)
    variance = np.diagonal(run.kernel)[run.test] - explained[np.asarray(run.settings.n_train) - 1]
    residual = run.stacked[run.test] - run.test_changes
    squared_step = residual**2 / variance[..., None]
    return xr.Dataset({"squared_step": run.labelled("coefficients", squared_step, ["n_train", "candidate"])})


# What a cell can keep, by the name that its settings use.
KEPT = {kept.__name__: kept for kept in (coefficients, norm, disagreement, candidates)} | {"oracle": oracle_variables}


def _fit_run(settings, dataset, teacher_logits, draw):
    run = KernelRun(settings, dataset, teacher_logits, draw)
    kept = xr.merge([KEPT[name](run) for name in settings.kept], compat="override", join="exact")
    facts = {"depth": settings.depth, "epsilon": settings.epsilon, "n_transfer": run.n_transfer, "n_test": run.n_test}
    return kept.assign_attrs({name: value for name, value in facts.items() if value is not None})


if __name__ == "__main__":
    run_stage(fit, libraries=("jax", "jaxlib", "scipy"), device=device_name)
