"""A user's own problem from the file to cube, figure, statements and explorer, by the preset that a user copies."""

import json

import numpy as np
import pytest
import yaml
from problem_arrays import problem_arrays
from workflow.snakemake_study import Study, output_of

from kdtheory import open_cube
from kdtheory.problem import Problem, write_problem

ARRAYS = problem_arrays(n=200, audit=100, classes=3)
OWN = ["--configfile", "own.yaml"]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A copy of the workflow with a problem file, and the preset at its size."""
    study = Study.copied_to(tmp_path_factory.mktemp("own") / "study")
    write_problem(Problem.from_arrays(**ARRAYS), study.folder / "problem.npz")
    config = yaml.safe_load((study.folder / "workflow/presets/own.yaml").read_text())
    config["datasets"]["own"] |= {"n_points": 100, "n_test": 50, "worlds": 4, "worlds_per_job": 2}
    config["datasets"]["own_pair"] |= {"n_points": 64, "n_test": 30, "worlds": 4, "worlds_per_job": 2}
    for experiment, sizes in (("kernel_distillation", [20, 100]), ("kernel_transfer", [20, 100])):
        config["experiments"][experiment]["cells"]["main"]["n_train"] = sizes
    for experiment in ("stopping", "mixing", "imperfect", "correction"):
        config["experiments"][experiment]["cells"]["main"]["n_train"] = [8, 64]
    for cell in config["experiments"]["finite_width"]["cells"].values():
        cell |= {"n_train": [8, 64], "test_points": 30, "trained_worlds": 2}
    write(study, config)
    return study


def write(study, config):
    (study.folder / "own.yaml").write_text(yaml.safe_dump(config))


def read(study):
    return yaml.safe_load((study.folder / "own.yaml").read_text())


def test_the_preset_plans_its_experiments_figures_and_statements_alone(study):
    planned = study.run(*OWN, "-n")
    assert planned.returncode == 0, output_of(planned)[-3000:]
    text = output_of(planned)
    for name in ("own_classes", "own_correction", "own_errors", "own_finite_width", "own_inefficiency"):
        assert f"results/own/figures/{name}.svg" in text
    assert "results/own/claims/own.json" in text and "results/own/analysis/kernel_transfer.nc" in text
    assert not any(other in text for other in ("jz20_", "pl19_", "fetch_images", "angle_law", "train_teacher"))


def test_a_study_of_one_experiment_has_cube_figure_statements_and_explorer(study):
    config = read(study)
    write(study, config | {"only": ["imperfect"]})
    finished = study.run(*OWN, "--cores", "2")
    write(study, config)
    assert finished.returncode == 0, output_of(finished)[-5000:]
    results = study.folder / "results/own"
    group = open_cube(results / "cube.nc")["wide/imperfect"].to_dataset()
    assert group.sizes["world"] == 4 and group["stopping_epoch"].values.tolist() == [10, 20, 30]
    # The teacher errs on audit points as the file says.
    pair = np.flatnonzero((ARRAYS["split"] == 1) & (ARRAYS["audit_labels"] < 2))
    z = ARRAYS["teacher_logits"][-1, pair, :2]
    error = np.mean(z.argmax(axis=1) != ARRAYS["audit_labels"][pair])
    assert float(group["teacher_error"].sel(stopping_epoch=30).mean()) == pytest.approx(error, abs=0.06)
    records = {entry["id"]: entry for entry in json.loads((results / "claims.json").read_text())}
    assert records["own-pair-errors"]["verdict"] == "described" and records["own-correction"]["verdict"] == "not run"
    assert "(4 re-splits of one pool)" in records["own-pair-errors"]["reason"]
    assert (results / "figures/own_errors.png").stat().st_size > 10_000
    assert (results / "explorer.html").stat().st_size > 100_000
    assert not list(results.glob("figures/jz20*"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (None, "problem.npz: no such file"),
        ({"labels": np.zeros(300, int), "audit_labels": None}, "are of 1 of the 2 classes, must be of two at least"),
        ({"inputs": np.where(np.arange(8) == 3, np.nan, ARRAYS["inputs"])}, "not finite"),
        ({"teacher_logits": ARRAYS["teacher_logits"][:, :-1]}, "teacher_logits has shape"),
    ],
    ids=["missing", "one class", "NaN", "wrong size"],
)
def test_a_bad_file_is_one_line_before_any_job(study, changes, words, tmp_path):
    path = tmp_path / "problem.npz"
    if changes is not None:
        np.savez(path, **{name: values for name, values in (ARRAYS | changes).items() if values is not None})
    config = read(study)
    for name in ("own", "own_pair"):
        config["datasets"][name]["path"] = str(path)
    config["teachers"]["own"]["path"] = str(path)
    (study.folder / "bad.yaml").write_text(yaml.safe_dump(config))
    refused = study.run("-n", "--configfile", "bad.yaml")
    assert refused.returncode != 0
    (line,) = [line for line in output_of(refused).splitlines() if line.startswith("config: ")]
    assert "datasets.own" in line and "path: " in line and words in line
    assert "Traceback" not in output_of(refused)
