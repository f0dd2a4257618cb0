"""Networks of finite width before training: their task, logits z₀ and empirical kernel, alone and stacked."""

import logging
from typing import NamedTuple

import jax
import numpy as np

from kdtheory.kernels.empirical import apply_network, empirical_ntk, init_network
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.kernels.nested import NestedRegression, NotPositiveDefiniteError
from kdtheory.students.finite_width.distillation import Lesson
from kdtheory.students.finite_width.linearized import converged_logits
from kdtheory.theory.stationarity import effective_logits

_log = logging.getLogger(__name__)

_TRANSFER, _TEST = range(2)


class Task:
    """Points, targets and infinite kernel of one run; networks of every width share them.

    Parameters
    ----------
    settings : kdtheory.students.finite_width.networks.Settings
    dataset : xarray.Dataset
        ``inputs(sample, axis)`` and ``part(sample)`` of one run.
    teacher_logits : array, shape (sample,)

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

    Raises
    ------
    ValueError
        When the dataset has too few points of a part.
    """

    def __init__(self, settings, dataset, teacher_logits):
        part = dataset["part"].values
        transfer = _first(part, _TRANSFER, settings.n_train[-1])
        test = _first(part, _TEST, settings.test_points)
        inputs = dataset["inputs"].values
        self.inputs, self.test_inputs = inputs[transfer], inputs[test]
        self.test_teacher, teacher = teacher_logits[test], teacher_logits[transfer]
        labels, soft_ratios = (teacher > 0).astype(int), np.array(settings.soft_ratios, np.float64)
        self.lesson = Lesson(teacher, labels.astype(np.float64), soft_ratios, settings.temperature)
        self.targets = effective_logits(teacher, labels, soft_ratios[:, None], settings.temperature)
        self.gram, _ = relu_kernels(self.inputs, depth=settings.depth)
        self.cross, _ = relu_kernels(self.inputs, self.test_inputs, depth=settings.depth)


class Network:
    """One network as it is drawn, in float64.

    Parameters
    ----------
    task : Task
    width, depth : int
    rng : numpy.random.Generator

    Attributes
    ----------
    params : list of (W, b)
        w₀.
    initial, initial_test : array, shape (n,) and (test,)
        z₀.
    gram, cross : array, shape (n, n) and (n, test)
        Θ̂.
    """

    def __init__(self, task, width, depth, rng):
        self.task, self.width = task, width
        self.params = init_network(jax.random.key(rng.integers(2**63)), task.inputs.shape[1], width, depth)
        start = _start(self.params, task.inputs, task.test_inputs)
        self.initial, self.initial_test, self.gram, self.cross = map(np.asarray, start)

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
        """Points up to which Θ̂ is regular; networks that are not much wider than that may be linear between some."""
        try:
            NestedRegression(self.gram, self.initial)
        except NotPositiveDefiniteError as error:
            _log.info("width %d: the empirical kernel is singular from %d points on", self.width, error.minor)
            return error.minor - 1
        return len(self.gram)


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


def _first(part, kind, count):
    found = np.flatnonzero(part == kind)
    if count > len(found):
        raise ValueError(f"the dataset has {len(found)} points of part {kind}; the cell needs {count}")
    return found[:count]
