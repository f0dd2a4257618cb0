import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from kdtheory import open_cube
from kdtheory.jobs import storage


@pytest.fixture
def groups(tmp_path):
    for name, size in (("one", 2), ("two", 3)):
        group = xr.Dataset({"risk": ("repeat", np.arange(float(size)))}, attrs={"group": f"linear/{name}"})
        storage.write(group, tmp_path / "analysis" / f"{name}.nc", {})
    return tmp_path / "analysis"


def test_the_folder_of_groups_reads_as_a_tree(groups):
    cube = open_cube(groups)
    assert cube["linear/two"]["risk"].sizes == {"repeat": 3}


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
    assert cube.attrs["schema_version"] == 2


def test_nothing_to_open_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"cube\.nc"):
        open_cube(tmp_path / "cube.nc")
    with pytest.raises(FileNotFoundError, match="holds no group files"):
        open_cube(tmp_path)
