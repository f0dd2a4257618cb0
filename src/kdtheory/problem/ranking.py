"""A ranking of (checkpoint, ρ, T) by the kernel student, and whether it may be believed for real ones."""

import numpy as np
import xarray as xr

from kdtheory.problem.data import Problem
from kdtheory.problem.facts import described, proportion
from kdtheory.problem.settings import Setting
from kdtheory.statistics.proportions import paired_p_value

FLOW_STEPS = 300


def ranked(problem: Problem, settings: list[Setting], wrong: np.ndarray, basis: str) -> xr.Dataset:
    """Return the settings in the order of the kernel student's errors.

    Parameters
    ----------
    problem : Problem
    settings : list of Setting
    wrong : ndarray of bool, shape (points, settings)
        Where each student errs.
    basis : str
        What the points are.

    Returns
    -------
    xarray.Dataset
        Along ``rank``, with exact 95 % intervals, and the exact p-value of paired decisions against the first one,
        which is not corrected for the choice of the first.
    """
    counts = wrong.sum(axis=0)
    order = np.argsort(counts, kind="stable")
    first = wrong[:, order[:1]]
    apart = paired_p_value(np.sum(wrong & ~first, axis=0), np.sum(first & ~wrong, axis=0))[order]
    chosen = [settings[index] for index in order]
    error, low, high = proportion(counts[order], len(wrong))
    checkpoints = [np.nan if each.alpha == 0 else problem.checkpoints[each.checkpoint] for each in chosen]
    dims, source = ("rank",), "kernel student"
    return xr.Dataset(
        {
            "checkpoint": described(
                dims, np.array(checkpoints, float), "teacher's checkpoint; NaN for hard labels", source
            ),
            "alpha": described(
                dims, np.array([each.alpha for each in chosen]), "weight α of the soft term, with T²", source
            ),
            "temperature": described(dims, np.array([each.temperature for each in chosen]), "temperature T", source),
            "soft_ratio": described(dims, np.array([each.soft_ratio for each in chosen]), "soft ratio ρ", "JZ20 Eq. 2"),
            "error": described(dims, error, f"error of the kernel student, {basis}", source),
            "error_low": described(dims, low, "95 % limit of the error", "Clopper & Pearson"),
            "error_high": described(dims, high, "95 % limit of the error", "Clopper & Pearson"),
            "p_value": described(dims, apart, "p-value of a difference to the first", "McNemar, exact"),
        },
        coords={"rank": np.arange(1, len(chosen) + 1)},
        attrs={"of": "kernel student", "basis": basis, "points": len(wrong)},
    )


def comparison(hard_label_error: float | None, flow_error: float) -> str:
    """Return the errors with hard labels, of the user's student and of the kernel's flow, in a sentence.

    Parameters
    ----------
    hard_label_error : float or None
        Audit error of one real student, trained on hard labels.
    flow_error : float
        That of the kernel student trained on hard labels for ``FLOW_STEPS`` accelerated steps; NaN where there is none.
    """
    if hard_label_error is None:
        return "The audit error of a student of yours, trained on hard labels, was not given."
    if np.isnan(flow_error):
        return "Without audit labels and inputs there is nothing to compare a student of yours with."
    return (
        f"The student with hard labels errs on {hard_label_error:.3f} of the audit points, the kernel's flow on "
        f"{flow_error:.3f}."
    )
