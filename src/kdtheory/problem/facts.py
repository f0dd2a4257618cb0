"""What is certain for the user's own points, without any student: who wins where, and how good the teachers are."""

import numpy as np
import xarray as xr

from kdtheory.problem.agreement import best_scale
from kdtheory.problem.data import TRANSFER, Problem
from kdtheory.problem.settings import ALPHAS, TEMPERATURES, audit_points
from kdtheory.statistics.proportions import binomial_interval
from kdtheory.theory.class_decisions import deciding_soft_ratio
from kdtheory.theory.stationarity import soft_ratio_from_tsquared, threshold_logit

_RATIOS = np.linspace(0, 1, 201)


def described(dims: tuple[str, ...], values: np.ndarray, meaning: str, source: str, units: str = "1") -> tuple:
    """Return a variable of a dataset with ``long_name``, ``units`` and ``source``."""
    return dims, values, {"long_name": meaning, "units": units, "source": source}


def disagreements(problem: Problem) -> xr.Dataset:
    """Return who wins between teacher and label, by checkpoint, α and T, on the labelled transfer points.

    Returns
    -------
    xarray.Dataset
        ``label_wins(checkpoint, alpha, temperature)`` is the share, among the points where teacher and label disagree,
        at which the student that minimises the loss decides for the label; at the others it decides for the teacher.
        NaN where they disagree nowhere.
    """
    transfer = problem.of(TRANSFER)
    points = transfer[problem.labels[transfer] >= 0]
    labels, logits = problem.labels[points], problem.teacher_logits[:, points]
    apart = logits.argmax(axis=2) != labels
    ratios = soft_ratio_from_tsquared(np.array(ALPHAS)[:, None], np.array(TEMPERATURES))
    wins = np.full((len(logits), *ratios.shape), np.nan)
    above = np.full((len(logits), len(TEMPERATURES), len(_RATIOS)), np.nan)
    for checkpoint, differ in enumerate(apart):
        if not differ.any():
            continue
        for t, temperature in enumerate(TEMPERATURES):
            deciding = deciding_soft_ratio(logits[checkpoint][differ], labels[differ], temperature)
            wins[checkpoint, :, t] = np.mean(ratios[:, t, None] < deciding, axis=1)
            above[checkpoint, t] = np.mean(_RATIOS[:, None] < deciding, axis=1)
    temperatures = np.array(TEMPERATURES)
    return xr.Dataset(
        {
            "soft_ratio": described(("alpha", "temperature"), ratios, "soft ratio ρ of α with T²", "JZ20 Eq. 2"),
            "label_wins": described(
                ("checkpoint", "alpha", "temperature"), wins,
                "share of the disagreements that the label wins", "JZ20 Eq. 3, K classes",
            ),
            "label_wins_at": described(
                ("checkpoint", "temperature", "soft_ratio_grid"), above,
                "share of the disagreements that the label wins at a soft ratio", "JZ20 Eq. 3, K classes",
            ),
            "disagreement": described(
                ("checkpoint",), apart.mean(axis=1) if len(points) else np.full(len(logits), np.nan),
                "share of the labelled transfer points where teacher and label disagree", "count",
            ),
            "sure_soft_ratio": described(
                ("temperature",), temperatures / (1 + temperatures),
                "soft ratio up to which the label wins against every teacher, T/(1 + T)", "JZ20 Sec. 4.2",
            ),
            "least_margin": described(
                ("alpha", "temperature"), threshold_logit(ratios, temperatures),
                "least margin of the effective logits where teacher and label agree", "JZ20 Sec. 4.2, K classes",
            ),
        },
        coords={
            "checkpoint": problem.checkpoints, "alpha": list(ALPHAS), "temperature": temperatures,
            "soft_ratio_grid": _RATIOS,
        },
        attrs={"points": len(points)},
    )  # fmt: skip


def teachers(problem: Problem) -> xr.Dataset:
    """Return each checkpoint's audit error with exact 95 % limits, and the scale that fits the labels best."""
    points = audit_points(problem)
    wrong = (problem.teacher_logits[:, points].argmax(axis=2) != problem.truth[points]).sum(axis=1)
    error, low, high = proportion(wrong, len(points))
    known = np.flatnonzero(problem.truth >= 0)
    scales = (
        [best_scale(each[known], problem.truth[known])[0] for each in problem.teacher_logits] if len(known) else np.nan
    )
    dims = ("checkpoint",)
    return xr.Dataset(
        {
            "error": described(dims, error, "teacher's error on audit points", "count"),
            "error_low": described(dims, low, "95 % limit of the error", "Clopper & Pearson"),
            "error_high": described(dims, high, "95 % limit of the error", "Clopper & Pearson"),
            "label_scale": described(
                dims, np.broadcast_to(scales, len(wrong)).copy(),
                "factor by which the logits would fit the labels best", "maximum likelihood",
            ),
        },
        coords={"checkpoint": problem.checkpoints},
        attrs={"points": len(points)},
    )  # fmt: skip


def proportion(count: np.ndarray, trials: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the share and its 95 % limits; NaN without trials."""
    if not trials:
        nothing = np.full(np.shape(count), np.nan)
        return nothing, nothing, nothing
    return count / trials, *binomial_interval(count, trials)
