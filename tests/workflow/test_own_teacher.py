"""A user's own teacher takes the place of ours by one file and one key."""

import numpy as np
import xarray as xr
import yaml
from workflow.snakemake_study import RESULTS, SMOKE, Study, output_of

from kdtheory.jobs import storage

# The one string of the configuration that is not one of a list.
HOSTILE_NAME = 'own "teacher"\'s; $(touch outside) & \n.nc'


def test_a_teacher_file_is_distilled_like_any_other(smoke, tmp_path):
    study = Study.copied_to(tmp_path / "study")
    mnist = storage.read(smoke.folder / RESULTS / "datasets/mnist_01/0000.nc")
    # A teacher of two epochs that looks at the left and right half of an image.
    pixels = mnist["pixels"].values.reshape(-1, 28, 28).astype(float)
    logits = (pixels[:, :, :14].sum((1, 2)) - pixels[:, :, 14:].sum((1, 2))) / 1000 + 0.01
    order = np.random.default_rng(0).permutation(len(logits))
    own = xr.Dataset(
        {"logits": (("stopping_epoch", "sample"), np.stack([0 * logits + 1, logits])[:, order]),
         "sample_id": ("sample", mnist["sample_id"].values[order])},
        coords={"stopping_epoch": [1, 2]},
    )  # fmt: skip
    own.to_netcdf(study.folder / HOSTILE_NAME, engine="h5netcdf")
    cells = {cell: {"teacher": "mine"} for cell in ("deltas", "chains")}
    changes = {
        "teachers": {"mine": {"kind": "file", "path": HOSTILE_NAME}},
        "experiments": {"bias": {"cells": cells}},
    }
    (study.folder / "own.yaml").write_text(yaml.safe_dump(changes))

    finished = study.run(*SMOKE, "own.yaml", "--cores", "2", f"{RESULTS}/analysis/bias.nc")
    assert finished.returncode == 0, output_of(finished)[-5000:]
    assert not list(study.folder.rglob("outside"))
    students = storage.read(study.folder / RESULTS / "students/bias/chains/0000.nc")
    ours = storage.read(smoke.folder / RESULTS / "students/bias/chains/0000.nc")
    assert students["weights"].sizes == ours["weights"].sizes
    risk = storage.read(study.folder / RESULTS / "analysis/bias.nc")["risk"]
    test = mnist["is_test"].values == 1
    weights = storage.read(study.folder / RESULTS / "students/bias/deltas/0000.nc")["weights"].isel(
        learner=0, n_train=0, world=0
    )
    expected = np.mean((mnist["pixels"].values[test] @ weights.values > 0) != (logits[test] > 0))
    assert float(risk.isel(delta=0, world=0)) == expected

    (study.folder / HOSTILE_NAME).write_bytes(b"no NetCDF")
    refused = study.run(*SMOKE, "own.yaml", "-n")
    assert refused.returncode != 0
    assert "teachers.mine.path" in output_of(refused) and "cannot be read as NetCDF" in output_of(refused)
