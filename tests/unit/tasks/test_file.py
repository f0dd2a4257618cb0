"""Datasets and teachers that are a user's problem file: re-splits of its points, and its logits at them."""

import numpy as np
import pytest
from problem_arrays import problem_arrays

from kdtheory.jobs.seeds import generator
from kdtheory.problem import Problem, write_problem
from kdtheory.tasks import file as dataset_file
from kdtheory.tasks.parts import Part
from kdtheory.tasks.problem_pool import read_pool
from kdtheory.teachers import file as teacher_file


def draw(*key):
    return generator(0, "own", *key)


def written(path, **changes):
    arrays = problem_arrays() | changes
    problem = Problem.from_arrays(**arrays)
    write_problem(problem, path)
    return problem


def built(path, **changes):
    settings = {"path": str(path), "n_points": 60, "n_test": 40, "worlds": 3, "runs": 2} | changes
    dataset = dataset_file.build(dataset_file.Settings(**settings), draw)
    return dataset, teacher_file.export(teacher_file.Settings(path=str(path)), draw, dataset)


def test_transfer_and_test_points_are_those_of_the_files_splits(tmp_path):
    problem = written(tmp_path / "p.npz")
    dataset, _ = built(tmp_path / "p.npz")
    ids, part = dataset["sample_id"].values, dataset["part"].values
    assert (problem.split[ids[..., part == Part.TRANSFER]] == 0).all()
    assert (problem.split[ids[..., part == Part.TEST]] == 1).all()
    assert all(len(np.unique(run)) == 100 for world in ids for run in world)
    # Runs of a world share its test points; worlds are re-splits.
    assert (ids[:, 0, part == Part.TEST] == ids[:, 1, part == Part.TEST]).all()
    assert len({tuple(np.sort(run[part == Part.TRANSFER])) for world in ids for run in world}) == 6


def test_labels_are_the_given_ones_to_learn_from_and_the_clean_ones_to_judge_by(tmp_path):
    problem = written(tmp_path / "p.npz")
    dataset, _ = built(tmp_path / "p.npz")
    ids, is_test = dataset["sample_id"].values, dataset["part"].values == Part.TEST
    expected = np.where(is_test, problem.audit_labels[ids], problem.labels[ids])
    np.testing.assert_array_equal(dataset["label"], expected)


def test_without_splits_no_point_is_in_both_parts_of_a_world(tmp_path):
    written(tmp_path / "p.npz", split=None, audit_labels=None)
    dataset, _ = built(tmp_path / "p.npz", n_points=400, n_test=50, runs=1)
    for ids in dataset["sample_id"].values[:, 0]:
        np.testing.assert_array_equal(np.sort(ids), np.arange(450))


def test_a_world_does_not_depend_on_its_batch(tmp_path):
    written(tmp_path / "p.npz")
    whole, _ = built(tmp_path / "p.npz")
    part, _ = built(tmp_path / "p.npz", worlds=1, first_world=2)
    assert part.equals(whole.isel(world=[2]))


def test_the_teacher_gives_all_classes_the_logits_of_the_file(tmp_path):
    problem = written(tmp_path / "p.npz")
    dataset, logits = built(tmp_path / "p.npz")
    assert logits["stopping_epoch"].values.tolist() == [10, 20, 30]
    found = logits["logits"].transpose("stopping_epoch", "world", "run", "sample", "class").values
    np.testing.assert_array_equal(found, problem.teacher_logits[:, dataset["sample_id"].values])
    test = dataset["sample_id"].values[1, 0, dataset["part"].values == Part.TEST]
    wrong = problem.teacher_logits[2, test].argmax(axis=1) != problem.truth[test]
    assert float(logits["teacher_error"].sel(stopping_epoch=30, world=1)) == wrong.mean()
    assert 0 < wrong.mean() < 1


def test_of_two_classes_the_second_is_positive(tmp_path):
    problem = written(tmp_path / "p.npz")
    dataset, logits = built(tmp_path / "p.npz", classes=[2, 1], n_test=20)
    ids = dataset["sample_id"].values
    given = np.where(dataset["part"].values == Part.TEST, problem.truth[ids], problem.labels[ids])
    assert set(np.unique(given)) == {1, 2}
    np.testing.assert_array_equal(dataset["truth"] > 0, given == 1)
    z = problem.teacher_logits[:, :, 1] - problem.teacher_logits[:, :, 2]
    np.testing.assert_array_equal(logits["logits"].transpose("stopping_epoch", ...).values, z[:, ids])
    decision = logits["risk_decision"].transpose("stopping_epoch", ...).values
    np.testing.assert_array_equal(decision, z[:, ids[:, 0, 60:]] > 0)


def test_of_equal_inputs_the_first_is_used(tmp_path):
    inputs = problem_arrays()["inputs"]
    inputs[7] = inputs[3]
    written(tmp_path / "p.npz", inputs=inputs)
    transfer = read_pool(tmp_path / "p.npz").transfer
    assert 3 in transfer
    assert 7 not in transfer


def test_points_without_label_are_left_out(tmp_path):
    labels = problem_arrays()["labels"]
    labels[5] = -1
    written(tmp_path / "p.npz", labels=labels)
    assert len(read_pool(tmp_path / "p.npz").transfer) == 299


@pytest.mark.parametrize(
    ("changes", "settings", "words"),
    [
        ({}, {"n_points": 301}, "n_points is 301; the file has 300"),
        ({}, {"n_test": 151}, "n_test is 151; the file has 150"),
        ({"split": None, "audit_labels": None}, {"n_points": 430}, "n_points .* n_test is 470; the file has 450"),
        ({}, {"classes": [0, 4]}, "classes holds 4"),
        ({"inputs": None}, {}, "no inputs or features"),
        ({"checkpoints": [0.5, 1.0, 2.0]}, {}, "must be whole numbers"),
    ],
)
def test_what_a_file_does_not_have_is_refused(tmp_path, changes, settings, words):
    written(tmp_path / "p.npz", **changes)
    with pytest.raises(ValueError, match=words):
        built(tmp_path / "p.npz", **settings)
