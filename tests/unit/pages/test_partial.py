"""What is written of an incomplete study, and the line that says what is missing."""

import json
import sys

import numpy as np
import pytest
import xarray as xr

from kdtheory import open_cube
from kdtheory.claims.finding import Finding
from kdtheory.claims.registry import HOLDS, claims, record
from kdtheory.figures.registry import figures
from kdtheory.jobs import provenance, storage
from kdtheory.pages import partial

JOBS = {"linear/angle_law": ["analysis/angle_law"], "linear/bias": ["analysis/bias", "datasets/fetched/mnist"]}


def write_group(results, name):
    group = xr.Dataset({"risk": ("repeat", np.arange(2.0))}, attrs={"group": f"linear/{name}"})
    part = {"preset": "smoke", "seed": 1, "datasets": {}, "teachers": {}, "experiments": {name: {}}}
    path = results / "analysis" / f"{name}.nc"
    storage.write(group, path, {**provenance.stamp(), "config": json.dumps(part)})


@pytest.fixture
def results(tmp_path):
    """A study of two groups, of which one was measured."""
    write_group(tmp_path / "results", "angle_law")
    return tmp_path / "results"


def complete(results):
    return partial.complete(results, results.parent / "logs", JOBS)


def lose_mnist(results):
    log = results.parent / "logs" / "datasets" / "fetched" / "mnist.log"
    log.parent.mkdir(parents=True)
    log.write_text("error: no source gave mnist:\n  mirror: no route\n")


def test_cube_explorer_and_claims_hold_what_there_is(results):
    complete(results)
    cube = open_cube(results / "cube.nc")
    assert {node.path for node in cube.subtree if node.has_data} == {"/linear/angle_law"}
    assert cube.attrs["preset"] == "smoke"
    assert (results / "explorer.html").stat().st_size > 100_000
    assert [entry["id"] for entry in json.loads((results / "claims.json").read_text())] == list(claims())
    assert (results / "claims.md").exists()


def test_the_line_counts_what_is_missing_and_names_images_with_the_ways_to_have_them(results):
    lose_mnist(results)
    line = complete(results)
    drawn = [name for name, figure in figures().items() if set(figure.reads) <= JOBS.keys()]
    assert len(drawn) == 3 and line.startswith(
        f"missing: 1 of 2 groups of the cube, 3 of 3 figures, {len(claims())} of {len(claims())} claims; "
        f"mnist could not be had ({results.parent}/logs/datasets/fetched/mnist.log says why): "
    )
    assert "KDTHEORY_SOURCES" in line and "KDTHEORY_DATA" in line and "\n" not in line


def test_what_is_missing_for_another_reason_is_in_the_logs(results):
    lose_mnist(results)
    storage.write_json({}, results / "datasets" / "fetched" / "mnist.json")
    assert complete(results).endswith("; the logs of the failed jobs say why; " + partial._GO_ON)


def test_a_study_without_any_group_has_claims_and_explorer(results):
    (results / "analysis" / "angle_law.nc").unlink()
    assert complete(results).startswith("missing: 2 of 2 groups")
    assert not (results / "cube.nc").exists() and (results / "explorer.html").exists()


def test_of_an_own_problem_its_own_figures_and_statements_are_counted(results):
    jobs = {"wide/imperfect": ["analysis/imperfect"], "wide/correction": ["analysis/correction"]}
    line = partial.complete(results, results.parent / "logs", jobs, own=True)
    assert line.startswith("missing: 2 of 2 groups of the cube, 2 of 2 figures, 7 of 7 claims; ")
    assert [entry["id"] for entry in json.loads((results / "claims.json").read_text())] == list(claims(own=True))


def test_what_is_whole_is_left_alone(results):
    write_group(results, "bias")
    for name in figures():
        storage.write_json({}, results / "figures" / f"{name}.svg")
    found = [record(claim, Finding(HOLDS, claim.kind, "seen")) for claim in claims().values()]
    storage.write_json({"claims": found}, results / "claims" / "all.json")
    assert complete(results) == ""
    before = (results / "claims.json").stat().st_mtime_ns
    assert complete(results) == "" and (results / "claims.json").stat().st_mtime_ns == before
    assert not (results / "cube.nc").exists(), "the workflow makes it, with the whole configuration"


def test_the_command_prints_the_line(results, monkeypatch, capsys):
    jobs = results / "jobs.json"
    jobs.write_text(json.dumps(JOBS))
    monkeypatch.setattr(
        sys, "argv", ["partial", str(results), "--logs", str(results.parent / "logs"), "--jobs", str(jobs)]
    )
    partial._main()
    assert capsys.readouterr().out.startswith("missing: 1 of 2 groups of the cube")
