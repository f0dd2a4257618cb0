"""The console command ``kdtheory``: claims, figures, cubes and the check of result files."""

import json
import re
import sys
from pathlib import Path

import pytest
import xarray as xr

from kdtheory.__main__ import main
from kdtheory.claims.registry import claims
from kdtheory.figures.registry import figures
from kdtheory.jobs import storage

REPOSITORY = Path(__file__).parents[3]
CONFIG, SMOKE = REPOSITORY / "config.yaml", REPOSITORY / "workflow" / "presets" / "smoke.yaml"
RECORDS = json.loads((REPOSITORY / "docs" / "claims.json").read_text(encoding="utf-8"))
COMMAND = [sys.executable, "-m", "kdtheory"]


def test_verify_names_a_changed_file_and_fails(results, tmp_path, capsys):
    storage.write_json({"id": "a"}, tmp_path / "a.json")
    assert main(["verify", str(tmp_path)]) == 0
    (tmp_path / "a.json").write_text((tmp_path / "a.json").read_text().replace('"a"', '"b"'))
    assert main(["verify", str(tmp_path)]) == 1
    first, changed, last = capsys.readouterr().out.splitlines()
    assert first == "1 result files: 1 as they were written, 0 not"
    assert changed.startswith(f"{tmp_path / 'a.json'}: its content was changed") and last.endswith(
        "0 as they were written, 1 not"
    )


def test_claims_without_a_path_are_the_declarations(said):
    lines = said("claims")
    assert lines[0] == f"{len(claims())} claims"
    assert [line for line in lines[2:] if not line.startswith(" ")] == list(claims())
    claim = claims()["pl19-thm1-convergence"]
    start = lines.index(claim.id)
    assert lines[start + 1 : start + 4] == [
        f"    {text}" for text in (claim.statement, f"test: {claim.test}", f"reads: {', '.join(claim.reads)}")
    ]
    assert said("claims", "--paper", "pl19")[0] == f"{sum(name.startswith('pl19-') for name in claims())} claims"


@pytest.mark.parametrize("path", ["docs", "docs/claims.json"])
def test_claims_of_a_study_have_their_verdicts(path, said):
    lines = said("claims", REPOSITORY / path)
    headings = [line for line in lines[2:] if not line.startswith(" ")]
    assert headings == [f"{record['id']}: {record['verdict']}" for record in RECORDS]
    expected = [r for r in RECORDS if r["verdict"] == "fails" and r["id"].startswith("pl19-")]
    lines = said("claims", REPOSITORY / path, "--paper", "pl19", "--verdict", "fails")
    assert lines[:3] == [f"{len(expected)} claims: {len(expected)} fails", "", f"{expected[0]['id']}: fails"]
    assert lines[3:5] == [f"    {' '.join(expected[0][key].split())}" for key in ("statement", "reason")]


def test_one_claim_is_shown_whole_and_several_as_a_list(said, error):
    record = RECORDS[0]
    lines = said("claims", REPOSITORY / "docs", "--id", record["id"])
    assert lines[0] == record["id"]
    names = [line.split(":")[0].strip() for line in lines[1:]]
    assert names == [name.replace("_", " ") for name, value in record.items() if name != "id" and value is not None]
    several = said("claims", REPOSITORY / "docs", "--id", "pl19-thm1-*")
    assert len([line for line in several if line.startswith("pl19-thm1-")]) > 2
    assert f"did you mean {record['id']}" in error("claims", "--id", record["id"][:-1])


def test_claims_that_are_not_there_are_one_error(error, tmp_path):
    assert "claims.json: no such file" in error("claims", tmp_path)
    (tmp_path / "claims.json").write_text("{")
    assert "is no JSON" in error("claims", tmp_path)
    (tmp_path / "claims.json").write_text('[{"id": "a"}]')
    assert "is no list of claims" in error("claims", tmp_path)


def test_every_figure_is_listed_with_what_it_shows(said):
    lines = said("figures")
    assert [line.split()[0] for line in lines[2:]] == list(figures())
    (row,) = (line for line in lines if line.startswith("pl19_fig3 "))
    figure = figures()["pl19_fig3"]
    assert "PL19 Fig. 3" in row and figure.question in row and row.endswith(", ".join(figure.reads))


@pytest.mark.parametrize("path", ["cube.nc", ".", "analysis"])
def test_the_cube_is_summarised_by_group(path, results, said):
    lines = said("cube", results / path)
    table = [re.split(r" {2,}", line) for line in lines[-2:]]
    assert table == [["linear/one", "n_train 3, repeat 2", "risk"], ["wide/two", "repeat 1", "norm"]]
    assert "preset: tiny" in lines


def test_the_variables_of_groups_are_listed_with_units_and_meaning(results, said, error):
    expected = [
        ["linear/one"],
        ["variable", "dimensions", "units", "meaning"],
        ["n_train", "n_train 3"],
        ["risk", "n_train 3, repeat 2", "1", "transfer risk of the student"],
    ]
    for group in ("linear/one", "linear", "/linear/one"):
        lines = [re.split(r" {2,}", line) for line in said("cube", results, group)]
        assert [line for line in lines if not line[0].startswith("-")] == expected
    assert "has no group lin; it has linear/one, wide/two" in error("cube", results, "lin")


def test_what_is_no_cube_is_one_error(error, results, tmp_path):
    assert "nowhere.nc: no such file" in error("cube", tmp_path / "nowhere.nc")
    assert "holds no group files" in error("cube", tmp_path)
    storage.write(xr.Dataset({"x": 1}), tmp_path / "a.nc", {})
    assert "a.nc: is no group of the cube" in error("cube", tmp_path)
