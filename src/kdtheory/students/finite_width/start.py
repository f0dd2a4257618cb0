"""Networks of finite width before training: their task, logits z₀ and empirical kernel, alone and stacked."""

import logging
from dataclasses import dataclass
from typing import NamedTuple

import jax
import numpy as np

from kdtheory.kernels.empirical import apply_network, empirical_ntk, init_network
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression, NotPositiveDefiniteError
from kdtheory.students.finite_width.distillation import Lesson
from kdtheory.students.finite_width.linearized import converged_logits
from kdtheory.tasks.parts import Part, first_of
from kdtheory.theory.stationarity import effective_logits

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """Points, targets and infinite kernel of one run; networks of every width share them. Made by :func:`task_of`.

    Attributes
    ----------
    inputs, test_inputs : array, shape (n, dim) and (test, dim)
    lesson : Lesson
        At the training points; labels are the teacher's own decision, so that it is perfect.
    test_teacher : array, shape (test,)
    targets : array, shape (ratios, n)
        Effective logits (JZ20 Eq. 3).
    gram, cross : array, shape (n, n) and (n, test)
        Θ of the infinitely wide network.
    """

    inputs: np.ndarray
    test_inputs: np.ndarray
    lesson: Lesson
    test_teacher: np.ndarray
    targets: np.ndarray
    gram: np.ndarray
    cross: np.ndarray


def task_of(settings, dataset, teacher_logits):
    """Choose the points of a run and compute their targets and infinite kernel.

    Parameters
    ----------
    settings : kdtheory.students.finite_width.networks.Settings
    dataset : xarray.Dataset
        ``inputs(sample, axis)`` and ``part(sample)`` of one run.
    teacher_logits : array, shape (sample,)

    Returns
    -------
    Task

    Raises
    ------
    ValueError
        The dataset has too few points of a part.
    """
    part, inputs = dataset["part"].values, dataset["inputs"].values
    transfer = first_of(Part.TRANSFER, part, settings.n_train[-1])
    test = first_of(Part.TEST, part, settings.test_points)
    teacher = teacher_logits[transfer]
    labels, soft_ratios = (teacher > 0).astype(int), np.array(settings.soft_ratios, np.float64)
    gram, _ = relu_kernels(inputs[transfer], depth=settings.depth)
    cross, _ = relu_kernels(inputs[transfer], inputs[test], depth=settings.depth)
    return Task(
        inputs[transfer],
        inputs[test],
        Lesson(teacher, labels.astype(np.float64), soft_ratios, settings.temperature),
        teacher_logits[test],
        effective_logits(teacher, labels, soft_ratios[:, None], settings.temperature),
        gram,
        cross,
    )


@dataclass(frozen=True)
class Network:
    """One network before training, in float64; made by :func:`drawn_network`.

    Attributes
    ----------
    task : Task
    width : int
    params : list of (W, b) or None
        w₀; None where it is not kept.
    initial, initial_test : array, shape (n,) and (test,)
        z₀.
    gram, cross : array, shape (n, n) and (n, test)
        Θ̂.
    """

    task: Task
    width: int
    params: list | None
    initial: np.ndarray
    initial_test: np.ndarray
    gram: np.ndarray
    cross: np.ndarray

    @property
    def kernel_distance(self):
        """‖Θ̂ − Θ‖_F/‖Θ‖_F of the training points."""
        return np.linalg.norm(self.gram - self.task.gram) / np.linalg.norm(self.task.gram)

    def converged(self, sizes):
        """Logits (sizes, ratios, test) of the infinitely wide student and of the linearized one, both from z₀.

        The latter is NaN at sizes at which Θ̂ is singular.
        """
        task = self.task
        given = task.targets, self.initial, self.initial_test
        infinite = converged_logits(task.gram, task.cross, *given, sizes)
        linearized = np.full(infinite.shape, np.nan)
        regular = [size for size in sizes if size <= self._regular_size()]
        if regular:
            points = slice(regular[-1])
            linearized[: len(regular)] = converged_logits(
                self.gram[points, points], self.cross[points], task.targets[:, points], self.initial[points],
                self.initial_test, regular,
            )  # fmt: skip
        return infinite, linearized

    def _regular_size(self):
        """Largest number of first points whose Θ̂ is regular; a network not much wider may be linear between points."""
        try:
            NestedRegression(self.gram, self.initial)
        except NotPositiveDefiniteError as error:
            _log.info("width %d: the empirical kernel is singular from %d points on", self.width, error.minor)
            return error.minor - 1
        return len(self.gram)


def drawn_network(task, width, depth, rng):
    """Draw the initial weights of a network and compute its logits and empirical kernel.

    Parameters
    ----------
    task : Task
    width, depth : int
    rng : numpy.random.Generator

    Returns
    -------
    Network
    """
    params = init_network(jax.random.key(rng.integers(2**63)), task.inputs.shape[1], width, depth)
    return Network(task, width, params, *map(np.asarray, _start(params, task.inputs, task.test_inputs)))


class Stack(NamedTuple):
    """The first points of several networks' tasks, each array with a leading axis of networks."""

    inputs: np.ndarray
    test_inputs: np.ndarray
    gram: np.ndarray
    cross: np.ndarray
    initial: np.ndarray
    initial_test: np.ndarray
    lessons: Lesson


def stacked(networks, size):
    """Return the `Stack` of some networks on their first ``size`` points."""
    rows = [
        Stack(
            network.task.inputs[:size], network.task.test_inputs, network.gram[:size, :size], network.cross[:size],
            network.initial[:size], network.initial_test, network.task.lesson._replace(
                teacher_logits=network.task.lesson.teacher_logits[:size], labels=network.task.lesson.labels[:size]
            ),
        )
        for network in networks
    ]  # fmt: skip
    return jax.tree.map(lambda *leaves: np.stack(leaves), *rows)


@jax.jit
def _start(params, inputs, test_inputs):
    # Together, so that XLA computes the activations that these four share only once.
    return (
        apply_network(params, inputs),
        apply_network(params, test_inputs),
        empirical_ntk(params, inputs),
        empirical_ntk(params, inputs, test_inputs),
    )
