"""Whether a teacher's decisions and scale fit the labels: rows, order of classes, and a forgotten temperature."""

import numpy as np
from scipy.optimize import linear_sum_assignment, minimize_scalar
from scipy.special import logsumexp, ndtr

from kdtheory.problem.data import Problem
from kdtheory.problem.findings import NOTE, REFUSED, WARNING, Finding

# Fewer labels say nothing.
FEWEST_LABELS = 50
# Of a renaming of classes, and of a stretch of rows: false alarms in right problems.
ERROR_RATE = 1e-4
# An agreement is chance where its p-value is above the first, which 1 % of the mismatched problems escape; it is in
# doubt down to the second.
_CHANCE, _SURE = 0.01, 1e-6
_BLOCKS, _FEWEST_IN_BLOCK = 20, 25
# Trained networks are too sure of new points, so their labels want a scale below 1.
_DIVIDED, _INFLATED = 1.8, 0.1
_LARGEST_SCALE = 1e3


def check(problem: Problem) -> list[Finding]:
    """Return the findings on the teacher's best checkpoint beside the labels (audit labels where there are)."""
    known = problem.truth >= 0
    if problem.seen is not None and np.sum(known & ~problem.seen) >= FEWEST_LABELS:
        known &= ~problem.seen  # on points that it was trained on, a teacher is right and sure by memory
    known = np.flatnonzero(known)
    if len(known) < FEWEST_LABELS:
        return [Finding("few-labels", NOTE, f"{len(known)} labels are too few to compare the teacher with")]
    labels = problem.truth[known]
    if len(np.unique(labels)) < 2:
        return [Finding("one-label", WARNING, f"all {len(labels)} labels are of class {labels[0]}")]
    logits = problem.teacher_logits[:, known]
    permuted = _permutation(problem, logits.argmax(axis=2), labels)
    if permuted:
        return [permuted]
    best = int((logits.argmax(axis=2) == labels).sum(axis=1).argmax())
    decisions, name = logits[best].argmax(axis=1), f"{problem.checkpoints[best]:g}"
    share, chance, p_value = _against_chance(labels, decisions, problem.n_classes)
    p_value *= len(logits)  # the best checkpoint is one of several
    if p_value > _SURE:
        return [
            Finding(
                "mismatched-rows", REFUSED if p_value > _CHANCE else WARNING,
                f"labels and the teacher's decisions agree at {share:.1%} of {len(labels)} points, {chance:.1%} by "
                f"chance, at its best checkpoint {name}: rows may not match; logit_ids says in which order logits are",
            )
        ]  # fmt: skip
    return [*_blocks(problem, known, labels, decisions, name), *_scale(logits[best], labels, name)]


def _against_chance(labels, decisions, n_classes):
    """Share of agreement, its expectation if labels were shuffled, and the one-sided p-value."""
    n = len(labels)
    label_shares, decision_shares = (np.bincount(each, minlength=n_classes) / n for each in (labels, decisions))
    chance = float(label_shares @ decision_shares)
    # Variance of the number of agreements of two shuffled sequences with given counts.
    both = label_shares * decision_shares
    variance = n * (chance + chance**2 - both @ (label_shares + decision_shares)) * n / max(n - 1, 1)
    share = float(np.mean(labels == decisions))
    if variance <= 0:
        return share, chance, 1.0
    return share, chance, float(ndtr(-n * (share - chance) / np.sqrt(variance)))


def _permutation(problem, decisions, labels):
    """The renaming of the teacher's classes that agrees best with the labels, where it is far better than none.

    It is looked for at the checkpoint where it agrees best: with another order of classes, a teacher that has hardly
    begun to learn may agree with the labels more often than one that has learned.
    """
    confusions = np.zeros((len(decisions), problem.n_classes, problem.n_classes), int)
    for confusion, decided in zip(confusions, decisions, strict=True):
        np.add.at(confusion, (labels, decided), 1)
    renamings = [linear_sum_assignment(-confusion) for confusion in confusions]
    best = int(np.argmax([c[renaming].sum() for c, renaming in zip(confusions, renamings, strict=True)]))
    confusion, (rows, columns), name = confusions[best], renamings[best], f"{problem.checkpoints[best]:g}"
    total, straight, renamed = confusion.sum(), np.trace(confusion), confusion[rows, columns].sum()
    moved = rows[columns != rows]
    if not moved.size:
        return None
    here, there = confusion[moved, moved].sum(), confusion[moved, columns[moved]].sum()
    labels = confusion[moved].sum()
    # Among the classes that move, more labels follow the renaming than luck could bring about, and few the order given.
    # There are at most K! renamings, hence the allowance of log K for each class.
    luck = np.sqrt(2 * labels * (np.log(1 / ERROR_RATE) + len(moved) * np.log(len(confusion))))
    if here > 0.5 * there or there - here < luck:
        return None
    listed = ", ".join(f"{column}→{row}" for row, column in zip(moved, columns[moved], strict=True))
    return Finding(
        "permuted-classes", REFUSED,
        f"labels and decisions agree at {straight / total:.1%} of the points, and at {renamed / total:.1%} with the "
        f"teacher's classes renamed {listed}, at checkpoint {name}: the order of classes differs",
    )  # fmt: skip


def _blocks(problem, known, labels, decisions, name):
    """Stretches of rows where agreement is no better than chance, while it is elsewhere."""
    size = max(_FEWEST_IN_BLOCK, -(-len(labels) // _BLOCKS))
    starts = range(0, len(labels) - size + 1, size)
    overall, bad = np.mean(labels == decisions), []
    for start in starts:
        block = slice(start, start + size)
        share, chance, _ = _against_chance(labels[block], decisions[block], problem.n_classes)
        room = overall - chance
        below = (overall - share) / np.sqrt(overall * (1 - overall) / size + 1e-12)
        if room > 0.2 and share < chance + room / 4 and ndtr(-below) < ERROR_RATE / len(starts):
            bad.append((known[start], known[start + size - 1]))
    if bad:
        yield Finding(
            "mismatched-rows", WARNING,
            f"agreement is no better than chance in rows {', '.join(f'{a}–{b}' for a, b in bad[:3])} and {overall:.1%} "
            f"over all, at checkpoint {name}: rows may not match there",
        )  # fmt: skip


def _scale(logits, labels, name):
    """The factor by which logits would have to be multiplied to fit the labels best."""
    scale, gain = best_scale(logits, labels)
    if scale > _DIVIDED and gain > 10:
        yield Finding(
            "divided-logits", WARNING,
            f"the labels fit the logits best multiplied by {scale:.2g}, at checkpoint {name} (log likelihood higher "
            f"by {gain:.3g}): they may have been divided by a temperature of about that size; trained teachers are "
            "usually too sure of new points, a factor below 1, and less sure after label smoothing or little training",
        )  # fmt: skip
    elif scale < _INFLATED and gain > 10:
        yield Finding(
            "inflated-logits", WARNING,
            f"the labels fit the logits best multiplied by {scale:.2g} at checkpoint {name}: they may not be logits, "
            "or the labels are mostly noise",
        )  # fmt: skip


def best_scale(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return the factor s that maximises Σ log softmax(s·z)_y, and the gain of that sum over s = 1.

    Parameters
    ----------
    logits : ndarray, shape (n, K)
    labels : ndarray of int, shape (n,)

    Returns
    -------
    scale, gain : float
        The scale lies within 1e-3 … 1e3; the sum is concave in s.
    """
    chosen = logits[np.arange(len(labels)), labels]

    def loss(log_scale):
        scaled = np.exp(log_scale) * logits
        return np.sum(logsumexp(scaled, axis=1)) - np.exp(log_scale) * np.sum(chosen)

    limit = np.log(_LARGEST_SCALE)
    found = minimize_scalar(loss, bounds=(-limit, limit), method="bounded", options={"xatol": 1e-3})
    return float(np.exp(found.x)), float(loss(0.0) - found.fun)
