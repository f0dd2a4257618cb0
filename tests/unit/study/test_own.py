"""The gate of a study on a user's own problem: the preset that a user copies, and what it refuses before any job."""

import copy
from pathlib import Path

import numpy as np
import pytest
import yaml
from problem_arrays import problem_arrays

from kdtheory.problem import Problem, write_problem
from kdtheory.study import counts, own
from kdtheory.study.config import check
from kdtheory.study.plan import jobs
from kdtheory.study.schema import ConfigError

REPOSITORY = Path(__file__).parents[3]
ARRAYS = problem_arrays(n=900, audit=300, classes=3)


def merged(base, over):
    both = isinstance(base, dict) and isinstance(over, dict)
    return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}} if both else over


@pytest.fixture
def config(tmp_path, monkeypatch):
    """The study of the preset, in a folder that has its file."""
    monkeypatch.chdir(tmp_path)
    write_problem(Problem.from_arrays(**ARRAYS), "problem.npz")
    files = (REPOSITORY / "config.yaml", REPOSITORY / "workflow/presets/own.yaml")
    return merged(*(yaml.safe_load(file.read_text()) for file in files))


def refusal(config):
    with pytest.raises(ConfigError) as error:
        check(config)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_the_preset_computes_its_experiments_at_the_checkpoints_of_the_file(config):
    checked = check(config)
    assert own.is_own(checked) and sorted(checked["experiments"]) == sorted(config["only"])
    cells = {name: next(iter(block["cells"].values())) for name, block in checked["experiments"].items()}
    assert cells["imperfect"]["stopping_epochs"] == cells["kernel_transfer"]["stopping_epochs"] == [10, 20, 30]
    assert cells["mixing"]["stopping_epochs"] == cells["finite_width"]["stopping_epochs"] == [30]
    assert check(checked) == checked


def test_without_a_file_no_study_is_own(config):
    assert not own.is_own(yaml.safe_load((REPOSITORY / "config.yaml").read_text()))


def test_costs_are_those_of_the_files_inputs_and_classes(config):
    checked = check(config)
    dataset, pair = (checked["datasets"][name] for name in ("own", "own_pair"))
    assert (counts.dim(dataset), counts.classes(dataset), counts.classes(pair)) == (8, 3, 2)
    assert counts.images(dataset) == 512 + 256 and counts.risk_points(pair) == 5 * 64
    costs = {job.name: job.operations for job in jobs(checked)}
    assert len({name.split("/")[0] for name in costs}) == 9 and all(costs.values())
    dataset["n_test"] = 300
    dearer = {job.name.split("/")[0] for job in jobs(checked) if job.operations > costs[job.name]}
    assert dearer == {"kernel_distillation-main", "kernel_transfer-main"}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["datasets", "own", "path"], "none.npz", "datasets.own.path: "),
        (["datasets", "own", "n_points"], 901, "datasets.own: n_points is 901; the file has 900 labelled transfer"),
        (["datasets", "own", "n_test"], 301, "datasets.own: n_test is 301; the file has 300 labelled audit and test"),
        (["datasets", "own_pair", "classes"], [0, 3], "own_pair.path: classes holds 3; the file has the classes 0 … 2"),
        (["experiments", "imperfect", "cells", "main", "dataset"], "own", "own has 3 classes, imperfect is for two"),
        (["experiments", "imperfect", "cells", "main", "stopping_epochs"], [11], "must be a checkpoint of the file: "),
        (["experiments", "imperfect", "cells", "main", "stopping_epochs"], "first", "imperfect.cells.main.stopping"),
        (["teachers", "own", "path"], "other.npz", "teachers.own.path: "),
        (["only"], ["imperfect", "bias"], "experiments.bias: is not on the problem file"),
        (["only"], ["imperfect", "rates"], "experiments.rates: is not on the problem file"),
        (["only"], ["imperfekt"], "only.0: is \"imperfekt\"; did you mean 'imperfect'"),
    ],
)
def test_what_does_not_fit_the_file_is_refused_in_one_line(config, path, value, words):
    node = config = copy.deepcopy(config)
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    assert words in refusal(config)


def test_a_file_as_teacher_of_points_that_it_cannot_name_is_refused(config):
    config["experiments"]["imperfect"]["cells"]["main"] |= {"dataset": "boundary", "stopping_epochs": [10]}
    words = "imperfect.cells.main.dataset: boundary is of kind boundary, must be of kind file, as its teacher own is"
    assert words in refusal(config)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"teacher_logits": np.full_like(ARRAYS["teacher_logits"], np.nan)}, "not finite"),
        ({"labels": np.ones_like(ARRAYS["labels"])}, "the labelled transfer points are of 1 of the 2 classes"),
        ({"inputs": np.zeros((7, 8))}, "inputs has shape"),
        ({"teacher_logits": ARRAYS["teacher_logits"][:, ::-1]}, "rows may not match"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(config, changes, words):
    np.savez("problem.npz", **ARRAYS | changes)
    line = refusal(config)
    assert line.startswith("datasets.own") and "path: " in line and words in line


def test_a_finding_that_was_accepted_by_name_stops_nothing(config):
    logits = ARRAYS["teacher_logits"][:, ::-1]
    np.savez("problem.npz", **ARRAYS | {"teacher_logits": logits})
    for name in ("own", "own_pair"):
        config["datasets"][name]["accept"] = ["mismatched-rows"]
    assert own.is_own(check(config))
