"""Students of every setting, trained side by side: 25 networks with one start and one order of the points."""

from copy import deepcopy
from itertools import pairwise

import numpy as np
import torch
from torch.nn.functional import cross_entropy, log_softmax, softmax

from bench.own_problems.problems import Fresh
from kdtheory.problem.settings import HARD, Setting

WEIGHTS = ((0.1, 2.0), (0.5, 1.0), (0.5, 2.0), (0.9, 1.0), (0.9, 4.0), (1.0, 1.0))
KINDS = {"brief": 10, "long": 150, "convolutional": 20}
SEEDS = 2
_BATCH, _WIDTH, _RATE = 50, 128, 1e-3


def settings(checkpoints: int) -> list[Setting]:
    """Return hard labels and the 24 settings of the protocol, for four checkpoints."""
    return [HARD, *(Setting(checkpoint, *weights) for checkpoint in range(checkpoints) for weights in WEIGHTS)]


def errors(fresh: Fresh, kind: str, seed: int, epochs: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Train the students of all settings and return their audit errors and test errors, shape (settings,) each.

    Parameters
    ----------
    fresh : Fresh
    kind : str
        A key of ``KINDS``.
    seed : int
        Of start and order, the same for every setting.
    epochs : int, optional
        By default those of the kind.
    """
    problem = fresh.problem
    transfer, audit = problem.of(0), problem.of(1)
    mean = problem.features[transfer].mean(axis=0)
    deviation = np.sqrt(problem.features[transfer].var(axis=0).mean())
    tensors = [
        torch.tensor((each - mean) / deviation, dtype=torch.float32)
        for each in (problem.features[transfer], problem.features[audit], fresh.test_inputs)
    ]
    chosen = settings(len(problem.checkpoints))
    loss = _Loss(problem, transfer, chosen)
    torch.manual_seed(seed)
    network = _convolutional if kind == "convolutional" else _fully_connected
    parameters, logits = network(tensors[0].shape[1], problem.n_classes, len(chosen), fresh.image_shape)
    optimizer = torch.optim.Adam(parameters, lr=_RATE)
    for _ in range(KINDS[kind] if epochs is None else epochs):
        for batch in torch.randperm(len(transfer)).split(_BATCH):
            optimizer.zero_grad()
            loss(logits(tensors[0][batch]), batch).backward()
            optimizer.step()
    with torch.no_grad():
        decided = [logits(each).argmax(dim=2).numpy() for each in tensors[1:]]
    truths = problem.truth[audit], fresh.test_labels
    return tuple(np.mean(each != truth, axis=1) for each, truth in zip(decided, truths, strict=True))


class _Loss:
    """The sum over students of α·T²·KL(teacher, student) + (1 − α)·cross entropy, each a mean over a batch."""

    def __init__(self, problem, transfer, chosen):
        column = {"dtype": torch.float32}
        self.alpha = torch.tensor([each.alpha for each in chosen], **column)[:, None]
        self.temperature = torch.tensor([each.temperature for each in chosen], **column)[:, None, None]
        logits = problem.teacher_logits[[each.checkpoint for each in chosen]][:, transfer]
        self.soft = softmax(torch.tensor(logits, **column) / self.temperature, dim=2)
        self.labels = torch.tensor(problem.labels[transfer])

    def __call__(self, logits, batch):
        # Cross entropy with the teacher has the gradient of the KL divergence.
        soft = -(self.soft[:, batch] * log_softmax(logits / self.temperature, dim=2)).sum(dim=2)
        labels = self.labels[batch].expand(len(logits), -1)
        hard = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none").view(len(logits), -1)
        each = self.alpha * self.temperature[:, :, 0] ** 2 * soft + (1 - self.alpha) * hard
        return each.mean(dim=1).sum()


def _stacked(layer, count):
    """The parameters of a layer, once for each student."""
    return [values.detach().expand(count, *values.shape).clone().requires_grad_() for values in layer.parameters()]


def _fully_connected(inputs, classes, count, _shape):
    widths = (inputs, _WIDTH, _WIDTH, classes)
    layers = [_stacked(torch.nn.Linear(*pair), count) for pair in pairwise(widths)]

    def logits(points):
        values = points.expand(count, *points.shape)
        for position, (weight, bias) in enumerate(layers):
            values = torch.baddbmm(bias[:, None], values, weight.transpose(1, 2))
            values = torch.relu(values) if position < len(layers) - 1 else values
        return values

    return [each for layer in layers for each in layer], logits


def _convolutional(_inputs, classes, count, shape):
    channels, height, width = shape
    first = torch.nn.Sequential(
        torch.nn.Unflatten(1, shape),
        torch.nn.Conv2d(channels, 16, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(16, 32, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(),
        torch.nn.Linear(32 * (height // 4) * (width // 4), classes),
    )  # fmt: skip
    networks = [first, *(deepcopy(first) for _ in range(count - 1))]
    parameters = [each for network in networks for each in network.parameters()]
    return parameters, lambda points: torch.stack([network(points) for network in networks])
