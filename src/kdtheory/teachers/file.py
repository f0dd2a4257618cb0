"""A user's own teacher, given by its logits in a NetCDF file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from kdtheory.stage import run_stage


@dataclass(frozen=True)
class Settings:
    """Settings of a teacher file (workflow/schemas/teachers/file.yaml)."""

    path: str


def read_logits(path):
    """Read and check a file of teacher logits.

    Returns
    -------
    xarray.Dataset
        ``logits(stopping_epoch, sample)`` in float64, ``sample_id(sample)``, ``seen(sample)`` (0 where not given).

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        It is no NetCDF file, a variable is missing or has the wrong dimensions, a logit is not finite, or a sample
        id occurs twice.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file")
    try:
        with xr.open_dataset(path, engine="h5netcdf") as opened:
            dataset = opened.load().reset_coords(drop=False)
    except Exception as error:  # HDF5 raises many types for a file that is not its own
        raise ValueError(f"{path}: cannot be read as NetCDF-4 ({error})") from error
    expected = {"logits": ("stopping_epoch", "sample"), "sample_id": ("sample",)}
    for name, dims in expected.items():
        if name not in dataset:
            raise ValueError(f"{path}: has no variable {name}; it must hold {name}({', '.join(dims)})")
        if set(dataset[name].dims) != set(dims):
            found = ", ".join(map(str, dataset[name].dims))
            raise ValueError(f"{path}: {name} has dimensions ({found}), must have ({', '.join(dims)})")
    logits = dataset["logits"].transpose("stopping_epoch", "sample").astype(np.float64)
    if not np.isfinite(logits.values).all():
        raise ValueError(f"{path}: {np.sum(~np.isfinite(logits.values))} logits are not finite")
    ids = dataset["sample_id"].values
    if len(np.unique(ids)) != len(ids):
        raise ValueError(f"{path}: sample_id holds duplicates")
    seen = dataset.get("seen", xr.zeros_like(dataset["sample_id"], dtype=np.int8))
    return xr.Dataset({"logits": logits, "sample_id": dataset["sample_id"], "seen": seen.astype(np.int8)})


def export(settings: Settings, draw, dataset):
    """Bring a user's logits into the order of a dataset's samples."""
    given = read_logits(settings.path)
    wanted = dataset["sample_id"].values
    position = {sample: index for index, sample in enumerate(given["sample_id"].values.tolist())}
    missing = [sample for sample in wanted.ravel().tolist() if sample not in position]
    if missing:
        raise ValueError(
            f"{settings.path}: has no logits for {len(missing)} of {wanted.size} samples, first id {missing[0]}"
        )
    order = xr.DataArray(np.vectorize(position.get)(wanted), dims=dataset["sample_id"].dims)
    aligned = given[["logits", "seen"]].isel(sample=order)
    aligned["seen"] = aligned["seen"].expand_dims("split")
    aligned["logits"] = aligned["logits"].expand_dims("split", axis=1)
    return aligned.assign(sample_id=dataset["sample_id"])


if __name__ == "__main__":
    run_stage(export)
