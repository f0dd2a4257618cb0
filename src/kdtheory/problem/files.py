"""Problem files: npz without pickle, safetensors, NetCDF, and Parquet where pyarrow is installed."""

import gc
import os
import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
import xarray as xr

from kdtheory.jobs import storage
from kdtheory.jobs.hdf5_bounds import most_bytes
from kdtheory.problem.data import FIELDS, Problem
from kdtheory.problem.findings import ProblemError, refuse

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
# The dimensions of a NetCDF file; any other names will do for what is read.
_DIMENSIONS = {
    "ids": ("sample",), "labels": ("sample",), "teacher_logits": ("checkpoint", "sample", "class"),
    "features": ("sample", "feature"), "gram": ("sample", "other_sample"), "checkpoints": ("checkpoint",),
    "seen": ("sample",), "split": ("sample",), "audit_labels": ("sample",),
}  # fmt: skip


def read_problem(path: str | os.PathLike) -> Problem:
    """Read a problem file; nothing in it is ever executed.

    Parameters
    ----------
    path : path-like
        ``.npz``, ``.safetensors``, ``.nc`` or ``.parquet``, holding arrays of the names that
        :meth:`Problem.from_arrays` takes.

    Returns
    -------
    Problem

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ProblemError
        It cannot be read, holds arrays of other names or lacks one, or :meth:`Problem.from_arrays` refuses it.
    """
    path = Path(path)
    arrays = read_arrays(path)
    unknown = sorted(set(arrays) - set(FIELDS))
    if unknown:
        raise refuse("names", f"{path}: holds {', '.join(unknown)}; the names of a problem are {', '.join(FIELDS)}")
    missing = [name for name in ("labels", "teacher_logits") if name not in arrays]
    if missing:
        raise refuse("names", f"{path}: lacks {' and '.join(missing)}")
    return Problem.from_arrays(**arrays)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a file by name; FileNotFoundError and ProblemError as for `read_problem`."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    reader = _READERS.get(path.suffix)
    if reader is None:
        raise refuse("format", f"{path}: has the ending {path.suffix or 'none'}, must be {', '.join(_READERS)}")
    try:
        with warnings.catch_warnings():
            # Libraries warn of what is odd in a damaged file, which the error below names.
            warnings.simplefilter("ignore")
            return reader(path)
    except ProblemError:
        raise
    except ModuleNotFoundError as error:
        raise refuse("format", f"{path}: needs {error.name}, which is not installed") from error
    except Exception as error:  # each format raises many types for a damaged file; all mean the same to the user
        raise refuse(
            "unreadable", f"{path}: cannot be read as {path.suffix} ({type(error).__name__}: {error})"
        ) from error


def write_problem(problem: Problem, path: str | os.PathLike) -> None:
    """Write a problem to ``.npz``, ``.safetensors`` or ``.nc``, atomically; `read_problem` gives it back.

    Raises ProblemError for another ending, or for ids of text in a safetensors file, which holds numbers only.
    """
    path = Path(path)
    arrays = {name: getattr(problem, name) for name in _DIMENSIONS if getattr(problem, name) is not None}
    if path.suffix == ".npz":
        with storage.replacing(path) as temporary:
            np.savez(temporary, **arrays)
    elif path.suffix == ".safetensors":
        if problem.ids.dtype.kind == "U":
            raise refuse("format", f"{path}: safetensors holds no text; write ids of text to .npz or .nc")
        storage.write(arrays, path, {"title": "kdtheory problem"})
    elif path.suffix == ".nc":
        variables = {name: (_DIMENSIONS[name], values) for name, values in arrays.items()}
        storage.write(xr.Dataset(variables), path, {"title": "kdtheory problem"})
    else:
        raise refuse("format", f"{path}: has the ending {path.suffix or 'none'}, must be .npz, .safetensors or .nc")


def _read_npz(path):
    """Arrays of an npz file, each checked to be of the size that its header declares before it is made."""
    arrays = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            name = info.filename.removesuffix(".npy")
            if name in arrays:
                raise refuse("names", f"{path}: holds {name} twice")
            with archive.open(info) as member:
                if info.file_size > most_bytes(info.compress_size):
                    raise refuse(
                        "unreadable", f"{path}: {name} unpacks to {info.file_size:,} bytes, far more than it has"
                    )
                arrays[name] = _read_npy(path, name, member, info.file_size)
    return arrays


def _read_npy(path, name, member, file_size):
    version = np.lib.format.read_magic(member)
    if version not in _HEADERS:
        raise refuse(
            "unreadable", f"{path}: {name} is an array of format {version}, must be {', '.join(map(str, _HEADERS))}"
        )
    shape, by_columns, dtype = _HEADERS[version](member)
    if dtype.kind not in "biufUS":
        raise refuse("type", f"{path}: {name} is of type {dtype}, must hold numbers or text; objects are never read")
    n_values = 1
    for length in shape:
        n_values *= length
    if min(shape, default=1) < 0 or n_values * dtype.itemsize > file_size:
        raise refuse("unreadable", f"{path}: {name} declares the shape {shape}, more than the file holds")
    content = member.read()
    if len(content) != n_values * dtype.itemsize:
        raise refuse("unreadable", f"{path}: {name} has {len(content)} bytes, its shape {shape} needs another number")
    if n_values == 0:
        return np.empty(shape, dtype)
    return np.frombuffer(content, dtype).reshape(shape, order="F" if by_columns else "C")


def _read_safetensors(path):
    arrays, *digests = storage.READERS[".safetensors"](path)
    _verify(path, *digests)
    return arrays


def _read_netcdf(path):
    dataset, *digests = _quietly(storage.READERS[".nc"], path)
    _verify(path, *digests)
    # Coordinates of other names, such as those of classes, do no harm; other variables are refused later.
    names = [name for name in dataset.variables if name in FIELDS or name in dataset.data_vars]
    return {name: _texts(dataset[name].values) for name in names}


def _quietly(reader, path):
    """Read without the traceback that h5netcdf prints when a file that could not be opened is collected."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        try:
            return reader(path)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
        gc.collect()
    finally:
        sys.unraisablehook = hook
    raise refuse("unreadable", f"{path}: cannot be read as .nc ({text})")


def _verify(path, found, computed):
    """A file that `write_problem` wrote carries a digest of its content; others need none."""
    if found is not None and found != computed:
        raise refuse("unreadable", f"{path}: its content was changed after it was written")


def _texts(values):
    """Text comes from NetCDF as objects."""
    if values.dtype.kind == "O" and all(isinstance(value, str) for value in values.ravel()):
        return values.astype(str)
    return values


def _read_parquet(path):
    """One row for each point; the columns of teacher_logits, inputs and features are lists of equal length."""
    from pyarrow import parquet

    table = parquet.read_table(path)
    return {name: _texts(np.asarray(table.column(name).to_pylist())) for name in table.column_names}


_READERS = {".npz": _read_npz, ".safetensors": _read_safetensors, ".nc": _read_netcdf, ".parquet": _read_parquet}
