import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs import storage
from kdtheory.jobs.verify import verify

CLAIMS = [{"id": "a-1", "verdict": "holds", "estimate": 0.5}, {"id": "b-2", "verdict": "not run"}]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A results folder with a file of every kind."""
    results = tmp_path_factory.mktemp("made") / "results"
    group = xr.Dataset({"risk": ("n_train", np.linspace(1, 2, 50), {"units": "1"})}, attrs={"group": "g"})
    storage.write(group, results / "analysis" / "g.nc", {"git_commit": "abc"})
    storage.write(group, results / "datasets" / "cube.nc", {})
    storage.write(
        {"weights": np.linspace(1, 2, 50)}, results / "teachers" / "t" / "checkpoints.safetensors", {"by": "x"}
    )
    storage.write({"epoch": np.array([3])}, results / "teachers" / "t" / ".training.safetensors", {})
    storage.write_tree(xr.DataTree.from_dict({"linear/g": group}), results / "cube.nc")
    storage.write_json({"claims": CLAIMS[:1]}, results / "claims" / "a_module.json")
    (results / "claims.json").write_text(json.dumps(CLAIMS))
    (results / "claims.md").write_text("a table")
    return results


@pytest.fixture
def results(made, tmp_path):
    return shutil.copytree(made, tmp_path / "results")


def faults_of(results):
    whole, faults = verify(results)
    assert whole + len(faults) == sum(file.suffix in storage.READERS for file in results.rglob("*"))
    assert not any("\n" in fault for fault in faults)
    return faults


def test_untouched_results_are_whole(results):
    assert verify(results) == (7, [])


@pytest.mark.parametrize(
    "name",
    ["analysis/g.nc", "datasets/cube.nc", "cube.nc", "claims/a_module.json", "claims.json"]
    + [f"teachers/t/{name}.safetensors" for name in ("checkpoints", ".training")],
)
def test_a_truncated_file_is_named(results, name):
    victim = results / name
    victim.write_bytes(victim.read_bytes()[: victim.stat().st_size // 2])
    (fault,) = faults_of(results)
    assert fault.startswith(f"{victim}: cannot be read") and fault.endswith("delete it and run again")


@pytest.mark.parametrize("name", ["analysis/g.nc", "datasets/cube.nc", "cube.nc", "teachers/t/checkpoints.safetensors"])
def test_a_flipped_bit_in_the_data_is_named(results, name):
    victim = results / name
    content = bytearray(victim.read_bytes())
    content[content.rfind(np.linspace(1, 2, 50)[7].tobytes())] ^= 1
    victim.write_bytes(content)
    (fault,) = faults_of(results)
    assert fault.startswith(f"{victim}: its content was changed after it was written")


def test_changed_provenance_is_named(results):
    for name, old, new in [("analysis/g.nc", b"abc", b"abd"), ("teachers/t/checkpoints.safetensors", b'"x"', b'"y"')]:
        victim = results / name
        victim.write_bytes(victim.read_bytes().replace(old, new))
    assert [fault.split(":")[0] for fault in faults_of(results)] == [
        str(results / "analysis/g.nc"), str(results / "teachers/t/checkpoints.safetensors")
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"[]", b'{"a": 1}', b"3"])
def test_a_file_without_a_digest_is_named(results, content):
    (results / "mine.json").write_bytes(content)
    xr.Dataset({"x": 1}).to_netcdf(results / "mine.nc", engine="h5netcdf")
    faults = faults_of(results)
    assert len(faults) == 2 and all("mine" in fault and "carries no content_digest" in fault for fault in faults)


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ([{**CLAIMS[0], "verdict": "fails"}, CLAIMS[1]], "in a-1;"),
        ([{**CLAIMS[0], "estimate": 0.4}, CLAIMS[1]], "in a-1;"),
        (CLAIMS[1:], "in a-1;"),
        ([CLAIMS[0], {**CLAIMS[1], "verdict": "holds"}], "in b-2;"),
        ([{"id": "a-1"}], "list of claims"),
        ({"a-1": CLAIMS[0]}, "list of claims"),
    ],
)
def test_a_table_of_claims_that_differs_from_its_claim_files_is_named(results, records, words):
    (results / "claims.json").write_text(json.dumps(records))
    (fault,) = faults_of(results)
    assert fault.startswith(f"{results / 'claims.json'}: ") and words in fault


def test_a_claim_that_this_run_left_out_may_have_an_older_file(results):
    (results / "claims.json").write_text(json.dumps([{**CLAIMS[0], "verdict": "not run"}, CLAIMS[1]]))
    assert faults_of(results) == []


def test_a_file_of_another_form_beside_the_claim_files_is_left_out(results):
    storage.write_json(CLAIMS[0], results / "claims" / "a-1.json")
    assert verify(results) == (8, [])


def test_a_damaged_claim_file_is_named_itself(results):
    victim = results / "claims" / "a_module.json"
    victim.write_text(victim.read_text().replace("holds", "fails"))
    (fault,) = faults_of(results)
    assert fault.startswith(f"{victim}: ")


def test_what_a_killed_job_left_is_passed_over(results):
    with storage.replacing(results / "analysis" / "g.nc") as unfinished:
        shutil.copy(unfinished, results / "kept")
        name = unfinished.name
        unfinished.write_bytes(b"whole")
    (results / "kept").rename(results / "analysis" / name)
    (results / "analysis" / "g.nc").unlink()
    assert verify(results) == (6, [])


@pytest.mark.slow
def test_the_command_prints_each_fault_and_fails(results):
    def run(folder):
        command = [sys.executable, "-m", "kdtheory", "verify", str(folder)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    clean = run(results)
    assert (clean.returncode, clean.stdout) == (0, "7 result files: 7 as they were written, 0 not\n")
    (results / "cube.nc").write_bytes(b"")
    damaged = run(results)
    assert damaged.returncode == 1
    first, last = damaged.stdout.splitlines()
    assert first.startswith(f"{results / 'cube.nc'}: cannot be read") and last.endswith("6 as they were written, 1 not")
    absent = run(results / "nowhere")
    assert absent.returncode == 1
    assert absent.stderr == f"error: {results / 'nowhere'}: holds no result file; run the workflow to make some\n"
