"""Linear students of soft labels.

Every contender minimises the same convex loss; the closed form is its limit from zero. scikit-learn takes soft labels
as each point twice, once with each label, weighted.
"""

from functools import partial

import numpy as np
import torch
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from bench import references
from bench.harness import Contender, compete
from kdtheory.students.linear.descent import soft_descent
from kdtheory.theory.projection import minimum_norm_weights

SHAPES = ((20, 50), (60, 20))
STEPS = 1000


def measure(full):
    """Compare with fewer points than dimensions and with more."""
    return {"heats": [_heat(*shape) for shape in SHAPES]}


def _heat(n_train, dim):
    rng = np.random.default_rng(0)
    teacher = rng.standard_normal(dim)
    teacher /= np.linalg.norm(teacher)
    inputs = rng.standard_normal((n_train, dim))
    logits = inputs @ teacher
    # From d points on, the student is the teacher.
    exact = references.minimum_norm(inputs, logits) if n_train < dim else teacher

    def error(weights):
        return np.linalg.norm(np.ravel(weights) - exact) / np.linalg.norm(exact)

    contenders = {
        "ours": partial(minimum_norm_weights, inputs, logits),
        "scikit-learn LogisticRegression, default tolerance": partial(_regression, inputs, logits),
        "scikit-learn LogisticRegression, tight tolerance": partial(
            _regression, inputs, logits, tol=1e-12, max_iter=100_000
        ),
        "torch LBFGS": partial(_lbfgs, torch.from_numpy(inputs), torch.from_numpy(expit(logits))),
        f"gradient descent, {STEPS} steps": lambda: soft_descent(inputs, logits, steps=[STEPS])[0],
    }
    return compete(
        {"n_train": n_train, "d": dim},
        {name: Contender(run, error) for name, run in contenders.items()},
        error="distance to the exact limit, relative",
    )


def _regression(inputs, logits, **options):
    """No penalty (C = ∞): with scikit-learn's default C = 1 it would solve another problem."""
    model = LogisticRegression(C=np.inf, fit_intercept=False, **options)
    labels = np.repeat([1, 0], len(logits))
    weights = np.concatenate([expit(logits), expit(-logits)])
    return model.fit(np.concatenate([inputs, inputs]), labels, sample_weight=weights).coef_


def _lbfgs(inputs, soft_labels):
    weights = torch.zeros(inputs.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [weights], max_iter=10_000, tolerance_grad=1e-14, tolerance_change=1e-16, line_search_fn="strong_wolfe"
    )

    def closure():
        optimiser.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(inputs @ weights, soft_labels)
        loss.backward()
        return loss

    optimiser.step(closure)
    return weights.detach().numpy()
