"""The diagnosis of a problem: facts, kernel students, the start, a ranking, and whether it may be believed."""

import logging
from collections.abc import Iterable

import numpy as np
import xarray as xr

import kdtheory
from kdtheory.kernels.leave_one_out import leave_one_out_residuals
from kdtheory.kernels.nested import NestedRegression
from kdtheory.problem import facts, growth, kernel_student, ranking
from kdtheory.problem.checker import accepted
from kdtheory.problem.data import AUDIT, TEST, TRANSFER, Problem
from kdtheory.problem.settings import all_settings, main_settings, start_setting

_log = logging.getLogger("kdtheory")
_COLUMNS_AT_ONCE = 1000


def diagnose(
    problem: Problem, *, hard_label_error: float | None = None, accept: Iterable[str] = (), seed: int = 0
) -> xr.DataTree:
    """Return what theory and a kernel student can say of a teacher on a user's points.

    Parameters
    ----------
    problem : Problem
        Of n transfer points in K classes. Time grows like n³, memory is about 24·n² bytes.
    hard_label_error : float, optional
        Audit error, in 0 … 1, of one real student trained on hard labels, shown next to that of the kernel's flow.
    accept : iterable of str
        Kinds of refusals of the checker to go on with.
    seed : int
        Of the orders of the transfer points.

    Returns
    -------
    xarray.DataTree
        Groups ``facts``, ``teachers``, and where there are inputs ``curve`` (learning curves by depth), ``growth``,
        ``inefficiency``, ``correction`` and ``ranking``. Attributes of the root: the findings of the checker, the
        start, and the errors with hard labels of the user's student and of the kernel's flow.

    Raises
    ------
    ProblemError
        The checker refuses the problem.
    ValueError
        ``hard_label_error`` is no share.
    """
    if hard_label_error is not None and not 0 <= hard_label_error <= 1:
        raise ValueError(f"hard_label_error is {hard_label_error}, must be a share in 0 … 1")
    findings = accepted(problem, accept)
    groups = {"facts": facts.disagreements(problem), "teachers": facts.teachers(problem)}
    flow_error = np.nan
    if problem.features is not None or problem.gram is not None:
        students, flow_error = _kernel_students(problem, seed, with_flow=hard_label_error is not None)
        groups |= students
    start = start_setting(problem)
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = {
        "title": "kdtheory: diagnosis of a teacher on a user's points",
        "kdtheory_version": kdtheory.__version__,
        "classes": problem.n_classes,
        **{
            f"{name}_points": len(problem.of(split))
            for name, split in (("transfer", TRANSFER), ("audit", AUDIT), ("test", TEST))
        },
        "findings": [str(finding) for finding in findings],
        "start_checkpoint": float(problem.checkpoints[start.checkpoint]),
        "start_alpha": start.alpha,
        "start_temperature": start.temperature,
        "start_soft_ratio": start.soft_ratio,
        "comparison": ranking.comparison(hard_label_error, flow_error),
        **({} if np.isnan(flow_error) else {"hard_label_error": hard_label_error, "kernel_flow_error": flow_error}),
    }
    return tree


def _kernel_students(problem, seed, with_flow):
    """Groups of kernel students, and the audit error of the hard-label flow."""
    order = kernel_student.random_order(problem, seed)
    main = kernel_student.MAIN_DEPTH
    depths = kernel_student.DEPTHS if problem.gram is None else (main,)
    settings, followed = all_settings(problem), main_settings(problem)
    sizes = kernel_student.sample_sizes(len(order))
    targets = kernel_student.stacked_targets(problem, order, followed)
    groups, curves, flow_error = {}, {}, np.nan
    # The main depth comes last: its factor is the one that the rest needs.
    for depth in sorted(depths, key=lambda each: each == main):
        _log.info("kernel student of depth %d on %d points", depth, len(order))
        kernel = kernel_student.kernel_of(problem, depth, order)
        regression = NestedRegression(kernel.gram, targets)
        curves[depth] = kernel_student.wrong_on_audit(problem, kernel, regression, sizes).sum(axis=1)
        if depth != main:
            del kernel, regression  # before the next ones are made
    left_out = _left_out(problem, kernel, regression, followed)
    groups["curve"] = _curve(problem, followed, depths, sizes, np.stack([curves[depth] for depth in depths]), left_out)
    groups["growth"] = growth.squared_norms(problem, regression, followed)
    _log.info("data inefficiency over %d orders", growth.ORDERS)
    groups["inefficiency"] = growth.inefficiency(problem, kernel, seed)
    turned = growth.correction(problem, kernel, regression)
    if turned is not None:
        groups["correction"] = turned
    _log.info("%d settings", len(settings))
    groups["ranking"] = _ranking(problem, kernel, regression, settings)
    if with_flow and len(kernel.audit) and (problem.labels[order] >= 0).any():
        _log.info("hard-label student of the kernel, %d steps", ranking.FLOW_STEPS)
        flow_error = float(np.mean(kernel_student.hard_label_flow(problem, kernel, ranking.FLOW_STEPS)))
    return groups, flow_error


def _left_out(problem, kernel, regression, settings):
    """Leave-one-out decisions against the labels given, bool (labelled transfer points, settings)."""
    _log.info("leave-one-out")
    targets = kernel_student.stacked_targets(problem, kernel.transfer, settings)
    labelled = problem.labels[kernel.transfer] >= 0
    predicted = targets - leave_one_out_residuals(regression)
    decided = kernel_student.decisions(predicted, problem.n_classes)
    return (decided != problem.labels[kernel.transfer][:, None])[labelled]


def _ranking(problem, kernel, regression, settings):
    """All settings on the audit points, or left out one by one where there are none."""
    if len(kernel.audit):
        size, wrong = np.array([len(kernel.transfer)]), []
        # With many classes, all settings at once would not fit into memory.
        at_once = max(1, _COLUMNS_AT_ONCE // problem.n_classes)
        for group in (settings[start : start + at_once] for start in range(0, len(settings), at_once)):
            targets = kernel_student.stacked_targets(problem, kernel.transfer, group)
            wrong.append(kernel_student.wrong_on_audit(problem, kernel, regression.with_targets(targets), size)[0])
        return ranking.ranked(problem, settings, np.concatenate(wrong, axis=1), "on audit points")
    targets = kernel_student.stacked_targets(problem, kernel.transfer, settings)
    wrong = _left_out(problem, kernel, regression.with_targets(targets), settings)
    return ranking.ranked(problem, settings, wrong, "leave-one-out against the labels given")


def _curve(problem, settings, depths, sizes, wrong, left_out):
    """The learning curves; ``wrong`` counts by (depth, size, setting)."""
    points = len(kernel_student.audit_points(problem))
    dims = ("depth", "target", "n_train")
    error, low, high = (each.transpose(0, 2, 1) for each in facts.proportion(wrong, points))
    loo, loo_low, loo_high = facts.proportion(left_out.sum(axis=0), len(left_out))
    described = facts.described
    return xr.Dataset(
        {
            "error": described(dims, error, "audit error of the kernel student", "measured"),
            "error_low": described(
                dims, low, "95 % limit of the error, for these transfer points", "Clopper & Pearson"
            ),
            "error_high": described(
                dims, high, "95 % limit of the error, for these transfer points", "Clopper & Pearson"
            ),
            "left_out": described(("target",), loo, "leave-one-out error against the labels given", "closed form"),
            "left_out_low": described(("target",), loo_low, "95 % limit as of independent points", "Clopper & Pearson"),
            "left_out_high": described(
                ("target",), loo_high, "95 % limit as of independent points", "Clopper & Pearson"
            ),
        },
        coords={"depth": list(depths), "target": [each.name(problem) for each in settings], "n_train": sizes},
        attrs={"points": points, "left_out_points": len(left_out), "left_out_depth": kernel_student.MAIN_DEPTH},
    )
