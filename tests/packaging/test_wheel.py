"""The wheel, built and installed in an empty environment. pip needs a package index for that."""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs import storage

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "src" / "kdtheory"
PIP = [sys.executable, "-m", "pip"]
NEEDED = ["numpy", "scipy", "xarray", "h5netcdf", "h5py"]

pytestmark = pytest.mark.slow


def run(*command, cwd=None):
    # Without the source folder that a tester may have on the path.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(part) for part in command]
    finished = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-3000:]
    return finished.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    # What the build itself needs, and so the question whether there is an index.
    asked = [*PIP, "download", "--retries", "1", "--no-deps", "--dest", folder, "setuptools>=77"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        pytest.skip(f"pip reaches no package index: {answer.stderr.strip().splitlines()[-1]}")
    source = folder / "source"
    shutil.copytree(PACKAGE, source / "src" / "kdtheory", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    run(*PIP, "wheel", "--no-deps", "--wheel-dir", folder / "built", source)
    (built,) = (folder / "built").iterdir()
    return built


@pytest.fixture(scope="module", params=["newest", "lowest"])
def python(request, wheel, tmp_path_factory):
    """The Python of an environment with the wheel and what pip installs for it."""
    if request.param == "lowest" and sys.version_info >= (3, 12):
        pytest.skip("the lowest releases have no wheels for this Python")
    folder = tmp_path_factory.mktemp(request.param) / "venv"
    venv.create(folder)
    constraint = ["--constraint", REPOSITORY / "envs" / "lowest.txt"] if request.param == "lowest" else []
    run(*PIP, "--python", folder, "install", "--no-compile", *constraint, wheel)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A folder with a small results/cube.nc."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "results").mkdir()
    risk = np.arange(8).reshape(2, 2, 2) / 10
    described = {"long_name": "transfer risk", "source": "here"}
    group = xr.Dataset(
        {"risk": (("world", "exponent", "n_train"), risk, described)},
        coords={"world": [0, 1], "exponent": [1.0, 2.0], "n_train": [10, 20]},
    )
    tree = xr.DataTree.from_dict({"linear/alignment": group})
    tree.attrs["preset"] = "tiny"
    storage.write_tree(tree, folder / "results" / "cube.nc")
    return folder


def example_of(page):
    """The first block of Python on a page."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    return re.search(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)[1]


def test_the_wheel_holds_every_file_of_the_package(wheel):
    with zipfile.ZipFile(wheel) as opened:
        packed = {name for name in opened.namelist() if name.startswith("kdtheory/")}
    files = {path.relative_to(PACKAGE.parent).as_posix() for path in PACKAGE.rglob("*") if path.is_file()}
    assert packed == {name for name in files if "__pycache__" not in name}
    assert "kdtheory/py.typed" in packed


def test_the_environment_holds_no_part_of_the_workflow(python):
    listed = json.loads(run(*PIP, "--python", python, "list", "--format", "json"))
    installed = {entry["name"].lower() for entry in listed}
    assert {"kdtheory", *NEEDED} <= installed
    assert installed.isdisjoint({"torch", "jax", "snakemake", "matplotlib", "scikit-learn"})


@pytest.mark.parametrize(("page", "shape"), [("README.md", "(200,)"), ("docs/library.md", "(3, 50)")])
def test_the_library_examples_run(python, tmp_path, page, shape):
    printed = run(python, "-c", example_of(page), cwd=tmp_path)
    assert printed.strip() == shape


def test_the_example_of_reading_the_cube_runs(python, study):
    printed = run(python, "-c", example_of("docs/cube.md"), cwd=study)
    assert printed.splitlines()[-1] == "transfer risk here tiny"
