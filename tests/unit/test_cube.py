import json
import subprocess
import sys

import h5py
import numpy as np
import pytest
import xarray as xr

from kdtheory import open_cube
from kdtheory.cube import write_cube
from kdtheory.jobs import provenance, storage
from kdtheory.jobs.verify import verify


@pytest.fixture
def groups(tmp_path):
    for name, size in (("one", 2), ("two", 3)):
        group = xr.Dataset({"risk": ("repeat", np.arange(float(size)))}, attrs={"group": f"linear/{name}"})
        part = {"preset": "smoke", "seed": 1, "datasets": {name: {}}, "teachers": {}, "experiments": {name: {}}}
        stamp = {**provenance.stamp(), "config": json.dumps(part)}
        storage.write(group, tmp_path / "analysis" / f"{name}.nc", stamp)
    return tmp_path / "analysis"


def test_the_folder_of_groups_reads_as_a_tree(groups):
    cube = open_cube(groups)
    assert cube["linear/two"]["risk"].sizes == {"repeat": 3}


@pytest.mark.slow
def test_the_assembled_cube_reads_the_same_and_carries_config_and_digests(groups, tmp_path):
    output = tmp_path / "cube.nc"
    command = [sys.executable, "-m", "kdtheory.cube", *map(str, sorted(groups.glob("*.nc")))]
    command += ["--config", "/dev/stdin", "--output", str(output)]
    subprocess.run(command, input='{"preset": "smoke"}', text=True, check=True)
    cube = open_cube(output)
    for name in ("linear/one", "linear/two"):
        xr.testing.assert_equal(cube[name].to_dataset(), open_cube(groups)[name].to_dataset())
    assert cube.attrs["preset"] == "smoke"
    assert cube.attrs["config_digest"] and "linear/one" in cube.attrs["data_digests"]
    assert cube.attrs["schema_version"] == 4


@pytest.mark.slow
def test_the_folder_carries_the_attributes_of_the_cube_from_what_its_groups_recorded(groups, tmp_path):
    folder = open_cube(groups)
    config = {
        "preset": "smoke", "seed": 1, "datasets": {"one": {}, "two": {}}, "teachers": {},
        "experiments": {"one": {}, "two": {}},
    }  # fmt: skip
    assert json.loads(folder.attrs["config"]) == config
    output = tmp_path / "cube.nc"
    (tmp_path / "config.json").write_text(json.dumps(config))
    command = [sys.executable, "-m", "kdtheory.cube", "--config", tmp_path / "config.json", "--output", str(output)]
    subprocess.run([*command, *map(str, sorted(groups.glob("*.nc")))], check=True)
    cube = open_cube(output)
    assert folder.attrs == {key: value for key, value in cube.attrs.items() if key != storage.DIGEST}
    assert all("config" not in node.attrs for node in cube.children["linear"].children.values())


def test_a_folder_of_several_presets_and_commits_says_so(groups):
    group = storage.read(groups / "one.nc")
    part = {**json.loads(group.attrs["config"]), "preset": "default"}
    storage.write(group, groups / "one.nc", {"config": json.dumps(part), "git_commit": "another"})
    found = open_cube(groups).attrs
    assert found["preset"] == "default + smoke"
    assert found["git_commit"].startswith("another + ")


def test_a_group_that_records_no_configuration_is_named(groups):
    storage.write(xr.Dataset(attrs={"group": "linear/three"}), groups / "three.nc", {})
    with pytest.raises(storage.CorruptFile, match="group linear/three: does not record its configuration"):
        open_cube(groups)


def test_nothing_to_open_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"cube\.nc"):
        open_cube(tmp_path / "cube.nc")
    with pytest.raises(FileNotFoundError, match="holds no group files"):
        open_cube(tmp_path)


def test_the_header_of_the_file_is_short_and_verify_finds_a_changed_configuration(groups, tmp_path):
    tree = open_cube(groups)
    tree.attrs["config"] = json.dumps({"preset": "smoke", "datasets": {f"name_{n}": {"dim": n} for n in range(500)}})
    write_cube(tree, tmp_path / "cube.nc")
    assert open_cube(tmp_path / "cube.nc").attrs["config"] == tree.attrs["config"]
    assert "config" in tree.attrs and not tree.to_dataset().variables
    with h5py.File(tmp_path / "cube.nc", "r+") as file:
        assert max(len(str(value)) for value in file.attrs.values()) < 200
        file["config"][()] = "{}"
    (fault,) = verify(tmp_path)[1]
    assert fault.startswith(f"{tmp_path / 'cube.nc'}: cannot be read") and fault.endswith("delete it and run again")
