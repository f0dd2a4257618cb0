"""Kernel students of all classes on the points of a user's problem, beside a direct solve."""

from functools import partial

import numpy as np
import pytest
from problem_arrays import problem_arrays

from kdtheory.jobs.seeds import generator
from kdtheory.kernels.infinite import relu_kernels
from kdtheory.problem import Problem, write_problem
from kdtheory.students.kernel.images import Settings, fit
from kdtheory.tasks import file as dataset_file
from kdtheory.tasks.parts import Part
from kdtheory.teachers import file as teacher_file
from kdtheory.theory.multiclass import effective_logits_multiclass
from kdtheory.theory.stationarity import effective_logits

draw = partial(generator, 5, "student")
SETTINGS = Settings(
    labels="truth", soft_ratios=[0.0, 0.7, 1.0], temperature=5.0, hard_logit=4.0, stopping_epochs=[30, 10],
    depth=2, n_train=[10, 40], runs=2,
)  # fmt: skip


def fitted(path, classes=None):
    """Students of two worlds, and dataset and logits of the second, of whose runs the first is used."""
    write_problem(Problem.from_arrays(**problem_arrays()), path)
    settings = dataset_file.Settings(path=str(path), n_points=60, n_test=30, worlds=2, runs=2, classes=classes)
    dataset = dataset_file.build(settings, draw)
    logits = teacher_file.export(teacher_file.Settings(path=str(path)), draw, dataset)
    students = fit(SETTINGS, draw, dataset, logits).sel(world=1, run=1, n_train=40, stopping_epoch=30)
    return students, *(each.sel(world=1, run=0) for each in (dataset, logits))


def decisions(dataset, targets_of):
    """Outputs of a direct solve on the transfer points of run 1 at the test points."""
    transfer, test = (np.flatnonzero(dataset["part"].values == part) for part in (Part.TRANSFER, Part.TEST))
    order = transfer[draw(1, 1, "order").permutation(len(transfer))[:40]]
    inputs = dataset["inputs"].values
    gram, _ = relu_kernels(inputs[order], depth=2)
    cross, _ = relu_kernels(inputs[order], inputs[test], depth=2)
    return cross.T @ np.linalg.solve(gram, targets_of(order)), dataset["label"].values[test], test


@pytest.mark.parametrize("ratio", [0.7, 1.0])
def test_students_of_four_classes_learn_the_given_labels_and_are_judged_by_the_audit_labels(tmp_path, ratio):
    students, dataset, logits = fitted(tmp_path / "p.npz")
    z_t, label = logits["logits"].sel(stopping_epoch=30).transpose("sample", "class").values, dataset["label"].values
    outputs, truth, test = decisions(
        dataset, lambda rows: effective_logits_multiclass(z_t[rows], label[rows], ratio, 5.0)
    )
    found = students.sel(soft_ratio=ratio)
    assert int(found["wrong_truth"]) == np.sum(outputs.argmax(axis=1) != truth)
    assert int(found["wrong_teacher"]) == np.sum(outputs.argmax(axis=1) != z_t[test].argmax(axis=1))


@pytest.mark.parametrize("ratio", [0.0, 0.7, 1.0])
def test_students_of_two_classes_are_those_of_the_one_logit(tmp_path, ratio):
    students, dataset, logits = fitted(tmp_path / "p.npz", classes=[2, 1])
    z_t, label = logits["logits"].sel(stopping_epoch=30).values, dataset["label"].values

    def targets(rows):
        return 4.0 * (2 * label[rows] - 1) if ratio == 0 else effective_logits(z_t[rows], label[rows], ratio, 5.0)

    outputs, truth, test = decisions(dataset, targets)
    found = students.sel(soft_ratio=ratio)
    assert int(found["wrong_truth"]) == np.sum((outputs > 0) != (truth == 1))
    assert int(found["wrong_teacher"]) == np.sum((outputs > 0) != (z_t[test] > 0))
