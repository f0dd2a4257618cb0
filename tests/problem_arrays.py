"""A problem as arrays: linear ground truth, noisy labels, and a teacher that becomes better as it trains."""

import numpy as np


def problem_arrays(n=300, audit=150, classes=4, checkpoints=3, dim=8, noise=0.1, seed=0):
    """Return arguments of ``Problem.from_arrays``: ``n`` transfer points, then ``audit`` points with clean labels."""
    rng = np.random.default_rng(seed)
    total = n + audit
    inputs = rng.standard_normal((total, dim))
    scores = inputs @ rng.standard_normal((dim, classes))
    truth = scores.argmax(axis=1)
    labels = np.where(rng.random(total) < noise, rng.integers(0, classes, total), truth)
    wrong = [rng.standard_normal((total, classes)) * spread for spread in np.linspace(3, 1, checkpoints)]
    split = np.repeat([0, 1], [n, audit])
    return {
        "ids": rng.permutation(10 * total)[:total],
        "inputs": inputs,
        "labels": labels,
        "teacher_logits": np.stack([scores + each for each in wrong]),
        "checkpoints": np.arange(1, checkpoints + 1) * 10,
        "split": split,
        "audit_labels": np.where(split == 1, truth, -1),
    }
