"""The twelve problems: points, noisy labels, and a teacher that is kept at four epochs."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from kdtheory.jobs.seeds import generator
from kdtheory.problem import Problem
from kdtheory.tasks import images

ROOT_SEED = 20261124
TASKS = ("digits", "mnist", "cifar10", "synthetic")
NOISES = (0.0, 0.15, 0.3)
CHECKPOINTS = (2, 5, 15, 60)
_TRANSFER, _AUDIT, _TEST, _TEACHER = 600, 300, 2000, 2000


@dataclass(frozen=True)
class Fresh:
    """A problem of transfer and audit points, and test points with their clean labels."""

    problem: Problem
    test_inputs: np.ndarray
    test_labels: np.ndarray
    image_shape: tuple[int, ...] | None


def draw(task: str, noise: float, sizes: tuple[int, int, int, int] | None = None) -> Fresh:
    """Return a problem, a function of its name alone.

    Parameters
    ----------
    task : str
        One of ``TASKS``.
    noise : float
        Share of the transfer and teacher labels that another class replaces.
    sizes : tuple of int, optional
        Transfer, audit, test and teacher points, by default those of the protocol.
    """
    name = f"{task}-{noise:g}"
    inputs, truth, shape = _points(task, generator(ROOT_SEED, name, "points"))
    if sizes is None:
        sizes = (_TRANSFER, _AUDIT, 597, 300) if task == "digits" else (_TRANSFER, _AUDIT, _TEST, _TEACHER)
    order = generator(ROOT_SEED, name, "order").permutation(len(truth))[: sum(sizes)]
    transfer, audit, test, taught = np.split(order, np.cumsum(sizes)[:-1])
    labels = _noisy(truth, noise, generator(ROOT_SEED, name, "noise"))
    own = np.concatenate([transfer, audit])
    seed = int(generator(ROOT_SEED, name, "teacher").integers(2**31))
    logits = _teacher_logits(inputs[taught], labels[taught], inputs[own], int(truth.max()) + 1, seed)
    split = np.repeat([0, 1], [len(transfer), len(audit)])
    problem = Problem.from_arrays(
        ids=own, inputs=inputs[own], labels=labels[own], teacher_logits=logits, checkpoints=CHECKPOINTS, split=split,
        audit_labels=np.where(split == 1, truth[own], -1),
    )  # fmt: skip
    return Fresh(problem, inputs[test], truth[test], shape)


def _points(task, rng):
    """Inputs (n, d), classes (n,), and the shape of an image (channels, height, width)."""
    if task == "digits":
        from sklearn.datasets import load_digits

        data, target = load_digits(return_X_y=True)
        return data / 16, target, (1, 8, 8)
    if task == "synthetic":
        inputs = rng.standard_normal((6000, 20))
        hidden = np.tanh(inputs @ rng.standard_normal((20, 40)) / np.sqrt(20) * 2)
        return inputs, (hidden @ rng.standard_normal((40, 5))).argmax(axis=1), None
    loaded = images.load(task)
    pixels = np.concatenate([loaded.train_images, loaded.test_images])
    classes = np.concatenate([loaded.train_labels, loaded.test_labels]).astype(int)
    chosen = rng.permutation(len(classes))[:6000]
    pixels = pixels[chosen] / 255
    if task == "mnist":
        return pixels.reshape(len(chosen), -1), classes[chosen], (1, 28, 28)
    pooled = pixels.reshape(-1, 16, 2, 16, 2, 3).mean(axis=(2, 4)).transpose(0, 3, 1, 2)
    return pooled.reshape(len(chosen), -1), classes[chosen], (3, 16, 16)


def _noisy(truth, noise, rng):
    classes = truth.max() + 1
    other = (truth + rng.integers(1, classes, len(truth))) % classes
    return np.where(rng.random(len(truth)) < noise, other, truth)


def _teacher_logits(inputs, labels, points, classes, seed):
    """Logits (checkpoints, points, classes) of a network that is trained on ``inputs``."""
    torch.manual_seed(seed)
    inputs, points = (torch.tensor(each, dtype=torch.float32) for each in (inputs, points))
    labels = torch.tensor(labels)
    network = torch.nn.Sequential(torch.nn.Linear(inputs.shape[1], 256), torch.nn.ReLU(), torch.nn.Linear(256, classes))
    optimizer, kept = torch.optim.Adam(network.parameters(), lr=1e-3), []
    for epoch in range(1, CHECKPOINTS[-1] + 1):
        for batch in torch.randperm(len(labels)).split(100):
            optimizer.zero_grad()
            cross_entropy(network(inputs[batch]), labels[batch]).backward()
            optimizer.step()
        if epoch in CHECKPOINTS:
            kept.append(network(points).detach().numpy())
    return np.stack(kept)
