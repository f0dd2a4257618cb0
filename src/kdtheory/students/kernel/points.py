"""Kernel students: infinitely wide networks trained to convergence, in closed form for every prefix of a transfer set.

One factorisation of the kernel serves all soft ratios, epochs and noise levels of a run (JZ20 Eq. 4 and 9).
"""

from functools import partial

import numpy as np
import xarray as xr

from kdtheory.jobs.command import run_stage
from kdtheory.jobs.log import Progress
from kdtheory.kernels.devices import device_name
from kdtheory.students.kernel.flow import flow
from kdtheory.students.kernel.hard_labels import hard_label_variables
from kdtheory.students.kernel.oracle import oracle_variables
from kdtheory.students.kernel.risk import risk
from kdtheory.students.kernel.run import fitted_run
from kdtheory.students.kernel.spectrum import spectrum_variables
from kdtheory.students.kernel.targets import Difficulty, Plateaus, Settings
from kdtheory.students.teacher_logits import aligned


def fit(settings: Settings, draw, dataset, logits):
    """Fit the kernel students of every world's runs.

    Returns
    -------
    xarray.Dataset
        With dimensions ``world`` and ``run`` (the first of the dataset's), what the settings' ``kept`` names: see the
        functions of `KEPT`. The dots in the dimensions of their variables are the columns of the targets, ``n`` counts
        transfer points. Attributes tell the ``depth``, the points used (``n_transfer``, ``n_test``, ``n_risk``)
        and the correction's ``epsilon``.
    """
    teacher_logits = aligned(dataset, logits)
    runs = dataset.sizes["run"] if settings.runs is None else settings.runs
    if runs > dataset.sizes["run"]:
        raise ValueError(f"runs is {runs}; the dataset has {dataset.sizes['run']}")
    dims = settings.dims if isinstance(settings, Plateaus | Difficulty) else None
    if dims and max(dims) > dataset.sizes["axis"]:
        raise ValueError(f"dims asks for {max(dims)} dimensions; the dataset has {dataset.sizes['axis']}")
    fitted, progress = [], Progress(dataset.sizes["world"] * runs, "runs")
    for index, world in enumerate(dataset["world"].values.tolist()):
        of_world = []
        decision = logits["risk_decision"].isel(world=index, drop=True) if "risk_decision" in logits else None
        for run in range(runs):
            here = {"world": index, "run": run}
            points, values = dataset.isel(here, drop=True), teacher_logits.isel(here, drop=True)
            of_world.append(_fit_run(settings, points, values, partial(draw, world, run), decision, dims))
            progress.advance()
        fitted.append(_joined(of_world, "run", dataset["run"].values[:runs]))
    return _joined(fitted, "world", dataset["world"].values).assign_coords(n_train=settings.n_train)


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
        "disagreement_teacher": student != (run.at_test_points(run.teacher_logits) > 0),
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
KEPT = {kept.__name__: kept for kept in (coefficients, norm, disagreement, candidates, risk, flow)}
KEPT |= {"oracle": oracle_variables, "hard_labels": hard_label_variables, "spectrum": spectrum_variables}


def _fit_run(settings, dataset, teacher_logits, draw, risk_decision, dims):
    if dims is None:
        return _fit_points(settings, dataset, teacher_logits, draw, risk_decision)
    of_dims = []
    for dim in dims:
        # Functions may be of all coordinates that the student sees, one for each dimension.
        logits = teacher_logits.sel(dim=dim, drop=True) if "dim" in teacher_logits.dims else teacher_logits
        of_dims.append(_fit_points(settings, dataset.isel(axis=slice(dim)), logits, partial(draw, dim), risk_decision))
    return _joined(of_dims, "dim", dims)


def _fit_points(settings, dataset, teacher_logits, draw, risk_decision):
    run = fitted_run(settings, dataset, teacher_logits, draw, risk_decision)
    kept = xr.merge([KEPT[name](run) for name in settings.kept], compat="override", join="exact")
    used = {"n_transfer": run.n_transfer, "n_test": run.n_test, "n_risk": run.risk_points.sizes.get("risk_point", 0)}
    return kept.assign_attrs(**settings.attributes(), **used)


def _joined(fitted, dim, values):
    return xr.concat(fitted, dim=xr.Variable(dim, values), combine_attrs="override")


if __name__ == "__main__":
    run_stage(fit, libraries=("jax", "jaxlib", "scipy"), device=device_name)
