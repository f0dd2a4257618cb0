"""What the tests of the console command share: a run that succeeds, one that fails, and results to show."""

import json
from pathlib import Path

import pytest
import xarray as xr

from kdtheory.__main__ import main
from kdtheory.jobs import provenance, storage

RECORDS = json.loads((Path(__file__).parents[3] / "docs" / "claims.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def said(capsys):
    """Run a command that succeeds and return the lines it prints."""

    def run(*arguments):
        assert main(list(map(str, arguments))) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out.splitlines()

    return run


@pytest.fixture
def refused(capsys):
    """Run a command that fails; return its exit status and what it says on stderr."""

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main(list(map(str, arguments)))
        return end.value.code, capsys.readouterr().err

    return run


@pytest.fixture
def error(refused):
    def run(*arguments):
        status, err = refused(*arguments)
        assert status == 1 and err.startswith("error: ") and err.count("\n") == 1, err
        return err

    return run


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Results with a cube of two groups, the files of its groups, and claims.json."""
    results = tmp_path_factory.mktemp("study") / "results"
    risk = (("n_train", "repeat"), [[0.5, 0.25]] * 3, {"units": "1", "long_name": "transfer risk of the student"})
    groups = {
        "linear/one": xr.Dataset({"risk": risk}, coords={"n_train": [1, 2, 3]}, attrs={"group": "linear/one"}),
        "wide/two": xr.Dataset({"norm": ("repeat", [1.0], {"units": "rad"})}, attrs={"group": "wide/two"}),
    }
    for name, group in groups.items():
        experiment = name.split("/")[1]
        part = {"preset": "tiny", "seed": 1, "datasets": {}, "teachers": {}, "experiments": {experiment: {}}}
        stamp = {**provenance.stamp(), "config": json.dumps(part)}
        storage.write(group, results / "analysis" / f"{experiment}.nc", stamp)
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = {"title": "a small cube", "preset": "tiny"}
    storage.write_tree(tree, results / "cube.nc")
    (results / "claims.json").write_text(json.dumps(RECORDS[:3]), encoding="utf-8")
    return results
