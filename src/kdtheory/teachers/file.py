"""A user's own teacher, given by its logits: in a NetCDF file, or in the problem file that a dataset is made of."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from kdtheory.jobs import hdf5_bounds
from kdtheory.jobs.command import run_stage
from kdtheory.tasks.parts import Part
from kdtheory.tasks.problem_pool import read_pool

# Each variable's dimensions, kinds of NumPy types, and those in words.
_EXPECTED = {
    "logits": (("stopping_epoch", "sample"), "biuf", "real numbers"),
    "sample_id": (("sample",), "iu", "integers"),
    "seen": (("sample",), "biuf", "0 or 1"),
}
_LARGEST_LOGIT = 1e6


@dataclass(frozen=True)
class Settings:
    """Settings of a teacher file (study/schemas/teachers/file.yaml)."""

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
        It is no NetCDF file, a variable is missing, empty, of a wrong type or has the wrong dimensions, a logit is not
        finite or beyond ±10⁶, the logits of the last epoch decide for one class alone, as probabilities do, a sample id
        occurs twice, or ``seen`` is neither 0 nor 1.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file")
    try:
        hdf5_bounds.try_apart(partial(_read, path))
        dataset = _read(path)
    except Exception as error:  # HDF5 raises many types for a file that is not its own
        raise ValueError(f"{path}: cannot be read as NetCDF-4 ({error})") from error
    if "seen" not in dataset and "sample" in dataset.dims:
        dataset["seen"] = "sample", np.zeros(dataset.sizes["sample"], np.int8)
    for name, (dims, kinds, words) in _EXPECTED.items():
        if name not in dataset:
            raise ValueError(f"{path}: has no variable {name}; it must hold {name}({', '.join(dims)})")
        if set(dataset[name].dims) != set(dims):
            found = ", ".join(map(str, dataset[name].dims))
            raise ValueError(f"{path}: {name} has dimensions ({found}), must have ({', '.join(dims)})")
        if dataset[name].dtype.kind not in kinds:
            raise ValueError(f"{path}: {name} is of type {dataset[name].dtype}, must be {words}")
        if dataset[name].size == 0:
            raise ValueError(f"{path}: {name} is empty")
    logits = dataset["logits"].transpose("stopping_epoch", "sample").astype(np.float64)
    if not np.isfinite(logits.values).all():
        raise ValueError(f"{path}: {np.sum(~np.isfinite(logits.values))} logits are not finite")
    _check_decisions(path, logits.values)
    ids = dataset["sample_id"].values
    if len(np.unique(ids)) != len(ids):
        raise ValueError(f"{path}: sample_id holds duplicates")
    if not dataset["seen"].isin([0, 1]).all():
        raise ValueError(f"{path}: seen must be 0 or 1")
    return xr.Dataset({"logits": logits, "sample_id": dataset["sample_id"], "seen": dataset["seen"].astype(np.int8)})


def _read(path):
    hdf5_bounds.check(path)
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        return opened.load().reset_coords(drop=False)


def _check_decisions(path, logits):
    largest = np.abs(logits).max()
    if largest > _LARGEST_LOGIT:
        raise ValueError(f"{path}: logits reach {largest:.3g}, must be within ±{_LARGEST_LOGIT:.0e}")
    last = logits[-1]
    if not (last.min() < 0 < last.max()):
        probabilities = last.min() >= 0 and last.max() <= 1
        hint = "; of probabilities p take log(p / (1 - p))" if probabilities and np.ptp(last) else ""
        raise ValueError(
            f"{path}: logits of the last stopping epoch lie in {last.min():.3g} … {last.max():.3g}, must be positive "
            f"for samples of the second class and negative for the others{hint}"
        )


def export(settings: Settings, draw, dataset):
    """Bring a user's logits into the order of a dataset's samples.

    On a dataset of kind ``file`` they are ``logits(stopping_epoch, world, run, sample)`` of two classes, positive for
    the second, with ``risk_decision``, or ``logits(…, sample, class)`` of more; and ``teacher_error(stopping_epoch,
    world)`` on the test points.
    """
    if "problem" in dataset.attrs:
        return _of_problem(settings, dataset)
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


def _of_problem(settings, dataset):
    accept = [kind for kind in dataset.attrs["accept"].split(", ") if kind]
    pool = read_pool(settings.path, dataset.attrs["classes"], accept)
    logits = xr.DataArray(
        pool.logits,
        {"stopping_epoch": pool.problem.checkpoints.astype(np.int64)},
        ("stopping_epoch", "sample", "class"),
    )
    decisions, truth = logits.argmax("class"), xr.DataArray(pool.truth, dims="sample")
    test = dataset["sample_id"].isel(run=0, drop=True, sample=dataset["part"].values == Part.TEST)
    wrong = decisions.isel(sample=test) != truth.isel(sample=test)
    found = {"sample_id": dataset["sample_id"], "teacher_error": wrong.mean("sample")}
    if len(pool.classes) == 2:
        logits = logits.isel({"class": 1}) - logits.isel({"class": 0})
        found["risk_decision"] = logits.isel(sample=dataset["risk_id"]) > 0
    return xr.Dataset({"logits": logits.isel(sample=dataset["sample_id"]), **found})


if __name__ == "__main__":
    run_stage(export)
