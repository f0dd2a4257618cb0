"""Files that are whole or absent: every result is written aside, stamped with a digest of its content, and renamed.

A NetCDF file carries the digest as attribute ``content_digest``, a safetensors file in its metadata, a JSON file as
key ``content_digest``; reading recomputes it, so a file that was truncated or changed by hand is an error that names
it, never data. A NetCDF file ends, after what HDF5 reads, with the digest of its bytes: the library, which may crash
or never end on damaged ones, is given only whole ones. `kdtheory.jobs.verify` reads all files of a study so.
"""

import contextlib
import errno
import glob
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from kdtheory.jobs import hdf5_bounds

DIGEST = "content_digest"
_END = b"kdtheory sha256:"
_END_SIZE = len(_END) + 64
# Unfinished files of a killed job are removed after this time, in which no living job leaves its file untouched.
_STALE_SECONDS = 3600.0
# It can be read only by setting it.
_UMASK = os.umask(0)
os.umask(_UMASK)


class CorruptFile(RuntimeError):
    """A result file is truncated, was changed after it was written, or is no file of this study."""


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that replaces it when the block ends without an exception."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with open(temporary, "rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o666 & ~_UMASK)
        temporary.replace(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OSError(error.errno, f"no space left for {path.name} in the folder {path.parent}") from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _sweep(path):
    """Remove what killed jobs left of earlier writes to the same path."""
    for unfinished in path.parent.glob(f".{glob.escape(path.stem)}-????????{glob.escape(path.suffix)}"):
        with contextlib.suppress(OSError):
            if time.time() - unfinished.stat().st_mtime > _STALE_SECONDS:
                unfinished.unlink()


def data_digest(dataset: xr.Dataset) -> str:
    """Return the sha256 of variables and coordinates alone: equal for equal data, whatever their provenance."""
    return _digest(dataset, with_attributes=False)


def write(content: xr.Dataset | dict[str, npt.ArrayLike], path: str | os.PathLike, attributes: dict[str, Any]) -> None:
    """Write a result atomically, with its digest.

    Parameters
    ----------
    content : xarray.Dataset or dict
        A dataset goes to a NetCDF-4 file, a dictionary of arrays to a safetensors file.
    path : path-like
    attributes : dict
        Provenance, added to the dataset's own attributes.
    """
    if isinstance(content, dict):
        from safetensors.numpy import save_file

        content = {name: np.asarray(values, order="C") for name, values in content.items()}
        metadata = {key: str(value) for key, value in attributes.items()}
        metadata[DIGEST] = _digest(_as_dataset(content, metadata))
        with replacing(path) as temporary:
            save_file(content, temporary, metadata)
        return
    attributes = {key: _plain(value) for key, value in {**content.attrs, **attributes}.items()}
    content = content.drop_attrs(deep=False).assign_attrs(attributes)
    content.attrs[DIGEST] = _digest(content)
    _write_netcdf(content, path)


def _write_netcdf(content, path):
    """By way of memory: HDF5 crashes when a disk refuses a write, and would leave the unfinished file behind."""
    stored = content.to_netcdf(engine="h5netcdf")
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write(stored)
        file.write(_END + hashlib.sha256(stored).hexdigest().encode())


def read(path: str | os.PathLike) -> Any:
    """Read what `write` or `write_json` wrote into memory: a dataset, a dictionary of arrays or a dictionary.

    Raises
    ------
    CorruptFile
        The content does not match the digest in the file, or the file cannot be read at all.
    FileNotFoundError
        There is no such file.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file; run the workflow to make it")
    if Path(path).suffix == ".nc":
        check_bytes(path)
    try:
        content, found, computed = READERS[Path(path).suffix](path)
    except Exception as error:  # each format raises many types for a damaged file; all mean the same to the user
        raise CorruptFile(f"{path}: cannot be read ({error}); delete it and run again") from error
    _verify(path, found, computed)
    return content


def check_bytes(path: str | os.PathLike) -> None:
    """Check the bytes of a NetCDF file of this study against the digest at its end; CorruptFile where they differ."""
    digest, left = hashlib.sha256(), os.path.getsize(path) - _END_SIZE
    with open(path, "rb") as file:
        while left > 0 and (block := file.read(min(left, 2**20))):
            digest.update(block)
            left -= len(block)
        end = file.read()
    if not end.startswith(_END):
        raise CorruptFile(
            f"{path}: cannot be read (it carries no {DIGEST} at its end: it is truncated, or was not written by this "
            "study); delete it and run again"
        )
    _verify(path, end, _END + digest.hexdigest().encode())


def _read_dataset(path):
    hdf5_bounds.check(path)
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        # Without the file's encodings: they would cut longer texts in a dataset that is derived from this one.
        dataset = opened.load().drop_encoding()
    return dataset, dataset.attrs.get(DIGEST), _digest(dataset)


def _read_tensors(path):
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as opened:
        content = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (not a mapping)
        metadata = opened.metadata() or {}
    return content, metadata.get(DIGEST), _digest(_as_dataset(content, metadata))


def _read_json(path):
    content = json.loads(Path(path).read_text(encoding="utf-8"))
    found = content.pop(DIGEST, None) if isinstance(content, dict) else None
    return content, found, _json_digest(content)


READERS = {".nc": _read_dataset, ".safetensors": _read_tensors, ".json": _read_json}


def _as_dataset(arrays, metadata):
    variables = {name: ([f"{name}_{axis}" for axis in range(np.ndim(a))], a) for name, a in arrays.items()}
    return xr.Dataset(variables, attrs=metadata)


def write_tree(tree: xr.DataTree, path: str | os.PathLike) -> None:
    """Write an ``xarray.DataTree`` to one NetCDF-4 file, atomically; every group keeps its own digest."""
    tree.attrs = {key: _plain(value) for key, value in tree.attrs.items()}
    tree.attrs[DIGEST] = _tree_digest(tree)
    _write_netcdf(tree, path)


def read_tree(path: str | os.PathLike) -> xr.DataTree:
    """Read a tree written by `write_tree` into memory; raises as `read` does."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file; run the workflow to make it")
    check_bytes(path)
    try:
        hdf5_bounds.check(path)
        with xr.open_datatree(path, engine="h5netcdf") as opened:
            tree = opened.load()
    except Exception as error:  # HDF5 raises many types for a damaged file; all mean the same to the user
        raise CorruptFile(f"{path}: cannot be read ({error}); delete it and run again") from error
    _verify(path, tree.attrs.get(DIGEST), _tree_digest(tree))
    return tree


def write_json(content: dict[str, Any], path: str | os.PathLike) -> None:
    """Write a dictionary as JSON, atomically and with its digest."""
    content = {**content, DIGEST: _json_digest(content)}
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _verify(path, found, computed):
    if found is None:
        raise CorruptFile(f"{path}: carries no {DIGEST}; it was not written by this study")
    if found != computed:
        raise CorruptFile(f"{path}: its content was changed after it was written; delete it and run again")


def _tree_digest(tree):
    return _json_digest({node.path: _digest(node.to_dataset(inherit=False)) for node in tree.subtree})


def _json_digest(content):
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(value):
    """Return an attribute in the type that NetCDF gives back, so that its digest survives the round trip."""
    if isinstance(value, str):
        return value
    return np.asarray(value).item() if np.ndim(value) == 0 else np.asarray(value)


def _digest(dataset, with_attributes=True):
    digest = hashlib.sha256()
    for name in sorted(dataset.variables):
        variable = dataset.variables[name]
        values = np.ascontiguousarray(variable.values)
        is_text = values.dtype.kind in "OUT"
        header = [name, list(variable.dims), list(values.shape), "text" if is_text else values.dtype.str]
        if with_attributes:
            header.append(_described(variable.attrs))
        digest.update(json.dumps(header).encode())
        digest.update(json.dumps(values.tolist()).encode() if is_text else values.data)
    if with_attributes:
        digest.update(json.dumps(_described(dataset.attrs)).encode())
    return digest.hexdigest()


def _described(attributes):
    return {key: np.asarray(attributes[key]).tolist() for key in sorted(attributes) if key != DIGEST}
