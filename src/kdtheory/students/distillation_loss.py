"""The distillation loss of classifiers of K classes (JZ20 Eq. 1), and what its minimum decides."""

import numpy as np
import torch

from kdtheory.theory.multiclass import effective_logits_multiclass
from kdtheory.training.devices import configure_torch


def distillation_loss(teacher_logits, labels, soft_ratio, temperature, loss_scale):
    """Return the loss ρ·CE(softmax(z_t/T), softmax(z_s/T)) + (1 − ρ)·CE(y, softmax(z_s)) of JZ20 Eq. 1, K classes.

    Its largest curvature is proportional to ρ/T² + 1 − ρ, 25 times smaller at ρ = 1 than at 0 for T = 5, so that equal
    steps train soft students less. Divided by it all curvatures are equal, and every minimum stays where it is.

    Parameters
    ----------
    teacher_logits : array, shape (views, n, K)
    labels : array of int, shape (views, n)
    soft_ratio, temperature : float
    loss_scale : str
        ``curvature`` divides by ρ/T² + 1 − ρ; ``raw`` does not.

    Returns
    -------
    callable
        ``loss(logits, indices, views)``: mean loss of the images at ``indices``, seen in ``views``; tensors on the
        device of this process.
    """
    device = configure_torch()
    soft_labels = torch.softmax(torch.as_tensor(teacher_logits, dtype=torch.float32, device=device) / temperature, 2)
    labels = torch.as_tensor(labels, dtype=torch.int64, device=device)
    scale = {"raw": 1.0, "curvature": soft_ratio / temperature**2 + 1 - soft_ratio}[loss_scale]
    cross_entropy = torch.nn.functional.cross_entropy

    def loss(logits, indices, views):
        soft = cross_entropy(logits / temperature, soft_labels[views, indices])
        return (soft_ratio * soft + (1 - soft_ratio) * cross_entropy(logits, labels[views, indices])) / scale

    return loss


def decided_by_targets(teacher_logits, labels, soft_ratio, temperature) -> np.ndarray:
    """Return the classes of the effective logits, which minimise the loss; at ρ = 0, where they are infinite, labels.

    Parameters
    ----------
    teacher_logits : array, shape (..., K)
    labels : array of int, shape (...)
    soft_ratio, temperature : float
    """
    if soft_ratio == 0:
        return np.asarray(labels)
    logits = np.reshape(teacher_logits, (-1, np.shape(teacher_logits)[-1]))
    targets = effective_logits_multiclass(logits, np.ravel(labels), soft_ratio, temperature)
    return targets.argmax(axis=-1).reshape(np.shape(labels))
