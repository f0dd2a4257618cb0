"""The checker: what of a problem contradicts itself, each with the numbers that show it."""

from collections.abc import Iterable

import numpy as np

from kdtheory.problem import agreement
from kdtheory.problem.data import AUDIT, TRANSFER, Problem
from kdtheory.problem.findings import NOTE, REFUSED, WARNING, Finding, ProblemError

# In float16, three digits.
_PROBABILITY_ROUNDING = 5e-3


def check_problem(problem: Problem) -> list[Finding]:
    """Return the findings on a problem whose shapes, types and values are right; refusals come first.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    list of Finding
        Empty where nothing is odd. Refusals are of the kinds ``probabilities``, ``constant-teacher``,
        ``one-signed-teacher``, ``permuted-classes`` and ``mismatched-rows``.
    """
    findings = [*_values(problem), *_splits(problem), *_duplicates(problem)]
    if not any(finding.severity == REFUSED for finding in findings):
        findings += agreement.check(problem)
    return sorted(findings, key=lambda finding: (REFUSED, WARNING, NOTE).index(finding.severity))


def accepted(problem: Problem, accept: Iterable[str] = ()) -> list[Finding]:
    """Return the findings on a problem; raise ProblemError for refusals of kinds that are not in ``accept``."""
    findings = check_problem(problem)
    refusals = [each for each in findings if each.severity == REFUSED and each.kind not in set(accept)]
    if refusals:
        raise ProblemError(refusals)
    return findings


def _values(problem):
    """Probabilities, constant and one-signed teachers: what the logits alone show."""
    logits, n = problem.teacher_logits, len(problem.ids)
    probabilities = [name for name, each in zip(problem.checkpoints, logits, strict=True) if _are_probabilities(each)]
    if probabilities:
        yield Finding(
            "probabilities", REFUSED,
            f"teacher_logits are probabilities at checkpoint {probabilities[0]:g}: all lie in 0 … 1"
            + (" and the rows sum to 1" if problem.n_classes > 2 else "")
            + "; give the logits, or the logarithms of the probabilities",
        )  # fmt: skip
        return
    constant = np.ptp(logits - logits[:, :, :1], axis=1).max(axis=1) <= 1e-9 * (1 + np.abs(logits).max())
    decisions = logits.argmax(axis=2)
    one_class = (decisions == decisions[:, :1]).all(axis=1)
    for kind, what, found in (
        ("constant-teacher", "the logits are the same for every point", constant & (n > 1)),
        ("one-signed-teacher", "the teacher decides for one class at every point", one_class & ~constant & (n > 9)),
    ):
        if found.any():
            names = ", ".join(f"{name:g}" for name in problem.checkpoints[found])
            severity = REFUSED if (constant | one_class).all() else WARNING
            yield Finding(kind, severity, f"{what}, checkpoint {names}")


def _are_probabilities(logits):
    if logits.min() < 0 or logits.max() > 1:
        # One logit z of a binary teacher is kept as ∓z/2.
        single = logits.shape[1] == 2 and np.array_equal(logits[:, 0], -logits[:, 1])
        return bool(single and logits[:, 1].min() >= 0 and logits[:, 1].max() <= 0.5 and np.ptp(logits[:, 1]) > 0)
    return bool(np.abs(logits.sum(axis=1) - 1).max() <= _PROBABILITY_ROUNDING)


def _splits(problem):
    transfer = problem.of(TRANSFER)
    if problem.seen is not None and problem.seen[transfer].any():
        count = int(problem.seen[transfer].sum())
        yield Finding(
            "seen", WARNING,
            f"{count} of {len(transfer)} transfer points were seen by the teacher, whose logits are surer there than "
            "on new points; results with such teachers were not tried",
        )  # fmt: skip
    audit = problem.of(AUDIT)
    if not len(audit):
        yield Finding("no-audit", NOTE, "there are no audit points: errors are leave-one-out against the labels given")
    elif not (problem.truth[audit] >= 0).any():
        yield Finding("no-audit", WARNING, f"none of the {len(audit)} audit points has a label")
    elif problem.seen is not None and problem.seen[audit].any():
        count = int(problem.seen[audit].sum())
        yield Finding("seen", WARNING, f"{count} of {len(audit)} audit points were seen by the teacher")
    if problem.features is None and problem.gram is None:
        yield Finding("no-inputs", NOTE, "there are no inputs, features or gram: no kernel student")


def _duplicates(problem):
    if problem.features is None:
        return
    # Zero of either sign is one value.
    rows = np.where(problem.features == 0, 0.0, problem.features)
    rows = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, group, counts = np.unique(rows, return_inverse=True, return_counts=True)
    repeated = counts[group] > 1
    if not repeated.any():
        return
    across = np.zeros(len(counts), bool)
    across[group[problem.split == TRANSFER]] = True
    shared = across[group] & (problem.split != TRANSFER)
    first = np.flatnonzero(group == group[repeated.argmax()])[:2]
    text = f"{int(repeated.sum())} points have inputs that occur more than once, such as ids " + " and ".join(
        str(name) for name in problem.ids[first]
    )
    if shared.any():
        text += f"; {int(shared.sum())} audit or test points are transfer points too, where errors look too small"
    yield Finding("duplicate-inputs", WARNING, text)
