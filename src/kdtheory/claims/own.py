"""What a study on a user's own problem says: descriptions of one teacher on one pool of points, without verdicts.

The papers' claims are about tasks, of which a file is one, and their worlds are independent draws, which re-splits of a
pool are not. Here nothing is tested: a statement holds measured numbers, with intervals over re-splits.
"""

import numpy as np

from kdtheory.claims.finding import Finding
from kdtheory.claims.registry import Claim
from kdtheory.statistics.estimate import Estimate
from kdtheory.statistics.means import mean
from kdtheory.statistics.worlds import over_runs

DESCRIBED = "described"
_KIND = "description"


def by_checkpoint(stopping):
    """Describe I(n) of purely soft labels at each checkpoint."""
    return _inefficiencies(stopping, "stopping_epoch", "checkpoint {}")


def by_ratio(mixing):
    """Describe I(n) at each soft ratio."""
    return _inefficiencies(mixing.sortby("soft_ratio"), "soft_ratio", "ρ = {:g}")


def pair_errors(imperfect):
    """Describe the errors of teacher and students of two classes."""
    return _errors(imperfect["test_error"], imperfect["teacher_error"])


def class_errors(distillation):
    """Describe the errors of teacher and students of all classes."""
    return _errors(1 - distillation["accuracy"], 1 - distillation["teacher_accuracy"])


def correction(group):
    """Describe the cosine of Theorem 2 of JZ20 at each checkpoint; it is positive where hard labels help."""
    return _at_largest(group["correction_cosine"].sel(truth="sign"), "stopping_epoch", "checkpoint {}")


def widths(finite):
    """Describe the distance of networks' logits from their limit at each width."""
    soft = finite["logit_distance_linearized"].sel(soft_ratio=finite["soft_ratio"].max())
    return _at_largest(soft, "width", "width {}", f", ρ = {float(soft['soft_ratio']):g}")


def transfer_risk(transfer):
    """Describe how often students of purely soft labels decide otherwise than their teacher, at each checkpoint."""
    soft = transfer["risk"].sel(soft_ratio=transfer["soft_ratio"].max())
    return _at_largest(soft, "stopping_epoch", "checkpoint {}", f", ρ = {float(soft['soft_ratio']):g}")


def _inefficiencies(group, along, words):
    last = group.isel(window=-1)
    values, errors = (last[name].transpose(along).values for name in ("inefficiency", "inefficiency_se"))
    estimates = Estimate(values, errors, group.sizes["world"] - 1)
    names = map(words.format, group[along].values.tolist())
    where = f"n = {int(last['window_start'])} … {int(last['window_end'])}"
    return _finding(where, zip(names, map(estimates.__getitem__, range(len(values))), strict=True), group)


def _errors(errors, teachers):
    """Errors of teacher and students at each checkpoint, at the largest n."""
    largest, cells = errors.isel(n_train=-1), []
    ratios = largest["soft_ratio"].values.tolist()
    for epoch in largest["stopping_epoch"].values.tolist():
        here = largest.sel(stopping_epoch=epoch)
        best = here.mean(["world", "run"]).idxmin("soft_ratio").item()
        cells.append((f"checkpoint {epoch}: teacher", _mean(teachers.sel(stopping_epoch=epoch))))
        for ratio, words in ((0.0, "hard labels"), (1.0, "ρ = 1"), (best, f"least at ρ = {best:g}")):
            if ratio in ratios:
                cells.append((f"checkpoint {epoch}: {words}", _mean(here.sel(soft_ratio=ratio))))
    return _finding(f"error at n = {int(largest['n_train'])}, the least ρ chosen on the same points", cells, errors)


def _at_largest(values, along, words, where=""):
    largest = values.isel(n_train=-1)
    cells = [(words.format(each), _mean(largest.sel({along: each}))) for each in largest[along].values.tolist()]
    return _finding(f"n = {int(largest['n_train'])}{where}", cells, values)


def _mean(values):
    return mean(over_runs(values).values)


def _finding(where, cells, measured):
    cells, worlds = list(cells), measured.sizes["world"]
    numbers = "; ".join(f"{name} {_in_words(estimate)}" for name, estimate in cells)
    return Finding(
        DESCRIBED,
        _KIND,
        f"{where}; {numbers} ({worlds} re-splits of one pool)",
        worlds=worlds,
        cells=len(cells),
        estimates=tuple(
            tuple(float(part) for part in (each.value, each.standard_error, each.freedom, each.skewness))
            for _, each in cells
        ),
    )


def _in_words(estimate):
    low, high = estimate.interval()
    return f"{estimate.value:.3f}" + (f" [{low:.3f}, {high:.3f}]" if np.isfinite(low) else "")


def _statement(name, quantity, figure, group, describe):
    return Claim(
        id=f"own-{name}",
        section="",
        statement=f"For this teacher: {quantity}.",
        quantity=quantity,
        test="none: means, with 95 % intervals over re-splits of one pool",
        error_rate=None,
        figure=figure,
        reads=(group,),
        check=describe,
        kind=_KIND,
        scope="own",
    )


STATEMENTS = (
    _statement(
        "inefficiency-checkpoints", "data inefficiency I(n) of purely soft labels, by checkpoint",
        "own_inefficiency", "wide/stopping", by_checkpoint,
    ),
    _statement(
        "inefficiency-ratios", "data inefficiency I(n) at one checkpoint, by soft ratio ρ",
        "own_inefficiency", "wide/mixing", by_ratio,
    ),
    _statement(
        "pair-errors", "test errors of kernel students of the two classes, by checkpoint and ρ",
        "own_errors", "wide/imperfect", pair_errors,
    ),
    _statement(
        "correction", "cosine of the weights that the first hard labels add and the direction to the given labels, "
        "positive where hard labels help",
        "own_correction", "wide/correction", correction,
    ),
    _statement(
        "finite-width", "relative distance of linearized networks' logits from the infinitely wide student's",
        "own_finite_width", "wide/finite_width", widths,
    ),
    _statement(
        "class-errors", "test errors of kernel students of all classes, by checkpoint and ρ",
        "own_classes", "images/kernel_distillation", class_errors,
    ),
    _statement(
        "transfer-risk", "share of test points on which kernel students decide otherwise than their teacher",
        "own_classes", "images/kernel_transfer", transfer_risk,
    ),
)  # fmt: skip
