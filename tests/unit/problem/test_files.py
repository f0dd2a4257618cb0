import io
import pickle
import struct
import zipfile

import numpy as np
import pytest
import xarray as xr
from problem_arrays import problem_arrays
from safetensors.numpy import save_file

from kdtheory.problem import Problem, ProblemError, read_problem, write_problem

FIELDS = ("ids", "labels", "teacher_logits", "checkpoints", "features", "gram", "seen", "split", "audit_labels")


def assert_equal(one, other):
    for name in FIELDS:
        first, second = getattr(one, name), getattr(other, name)
        if first is None:
            assert second is None, name
        else:
            assert first.dtype.kind == second.dtype.kind and np.array_equal(first, second), name


def refused(path):
    with pytest.raises(ProblemError) as caught:
        read_problem(path)
    (finding,) = caught.value.findings
    return finding


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["npz", "safetensors", "nc"])
@pytest.mark.parametrize("optional", [True, False])
def test_what_is_written_is_read_again(tmp_path, ending, optional):
    arrays = problem_arrays(n=30, audit=20)
    if optional:
        arrays["seen"] = np.arange(50) < 7
    else:
        arrays = {name: arrays[name] for name in ("labels", "teacher_logits")}
    problem = Problem.from_arrays(**arrays)
    write_problem(problem, tmp_path / f"mine.{ending}")
    assert_equal(read_problem(tmp_path / f"mine.{ending}"), problem)


@pytest.mark.parametrize("ending", ["npz", "nc"])
def test_ids_of_text_and_kernels_are_read_again(tmp_path, ending):
    arrays = problem_arrays(n=8, audit=4)
    features = arrays.pop("inputs")
    names = [f"image-{i}.png" for i in range(12)]
    problem = Problem.from_arrays(**{**arrays, "ids": names, "gram": features @ features.T + np.eye(12)})
    write_problem(problem, tmp_path / f"mine.{ending}")
    assert_equal(read_problem(tmp_path / f"mine.{ending}"), problem)


def test_a_users_own_files_are_read(tmp_path):
    arrays = problem_arrays(n=30, audit=20)
    expected = Problem.from_arrays(**arrays)
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    np.savez(tmp_path / "b.npz", **{**arrays, "inputs": np.asfortranarray(arrays["inputs"])})
    save_file({name: np.ascontiguousarray(values) for name, values in arrays.items()}, tmp_path / "c.safetensors")
    dims = {name: [f"{name}_{i}" for i in range(np.ndim(values))] for name, values in arrays.items()}
    dataset = xr.Dataset({name: (dims[name], values) for name, values in arrays.items()}, coords={"class": range(4)})
    dataset.to_netcdf(tmp_path / "d.nc", engine="h5netcdf")
    for name in ("a.npz", "b.npz", "c.safetensors", "d.nc"):
        assert_equal(read_problem(tmp_path / name), expected)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_problem(tmp_path / "none.npz")


def test_names_are_checked(tmp_path):
    arrays = problem_arrays(n=8, audit=4)
    np.savez(tmp_path / "a.npz", **arrays, logits=arrays["teacher_logits"])
    assert "holds logits" in refused(tmp_path / "a.npz").message
    np.savez(tmp_path / "b.npz", labels=arrays["labels"])
    assert "lacks teacher_logits" in refused(tmp_path / "b.npz").message


@pytest.mark.parametrize("name", ["mine", "mine.csv", "mine.pkl"])
def test_other_endings_are_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    assert refused(tmp_path / name).kind == "format"
    with pytest.raises(ProblemError, match="ending"):
        write_problem(Problem.from_arrays(**problem_arrays(n=8, audit=4)), tmp_path / name)


def test_safetensors_holds_no_text(tmp_path):
    problem = Problem.from_arrays(labels=[0, 1], teacher_logits=[1.0, -1.0], ids=["a", "b"])
    with pytest.raises(ProblemError, match="no text"):
        write_problem(problem, tmp_path / "mine.safetensors")


class _Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was executed",))


def _npy(header, content=b""):
    text = header.encode() + b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


HOSTILE = {
    "a pickled object": _npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", pickle.dumps(_Bomb())),
    "a shape beyond the memory": _npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"),
    "a shape beyond any integer": _npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"),
    "a negative shape": _npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }"),
    "a structured type": _npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", b"\0" * 8),
    "code for a header": _npy("__import__('os').abort()"),
    "a later format": b"\x93NUMPY\x09\x00" + b"\0" * 64,
    "no array": b"nothing",
    "fewer bytes than declared": _npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }", b"\0" * 8),
    "more bytes than declared": _npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", b"\0" * 16),
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_arrays_are_refused_and_never_executed(tmp_path, attack):
    with zipfile.ZipFile(tmp_path / "mine.npz", "w") as archive:
        archive.writestr("labels.npy", HOSTILE[attack])
    assert refused(tmp_path / "mine.npz").kind in ("unreadable", "type")


def test_a_name_twice_is_refused(tmp_path):
    content = io.BytesIO()
    np.save(content, np.zeros(3, int))
    with zipfile.ZipFile(tmp_path / "mine.npz", "w") as archive:
        archive.writestr("labels.npy", content.getvalue())
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("labels.npy", content.getvalue())
    assert "twice" in refused(tmp_path / "mine.npz").message


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["npz", "safetensors", "nc"])
def test_files_of_other_content_are_refused(tmp_path, ending):
    path = tmp_path / f"mine.{ending}"
    for content in (b"", b"PK", b"\x89HDF\r\n\x1a\n", b"{}" * 100, bytes(1000)):
        path.write_bytes(content)
        assert refused(path).kind == "unreadable"


def test_parquet_is_read_where_pyarrow_is_installed(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    arrow = pytest.importorskip("pyarrow")
    arrays = problem_arrays(n=20, audit=10, checkpoints=1)
    arrays["teacher_logits"] = arrays["teacher_logits"][0]
    del arrays["checkpoints"]
    parquet.write_table(
        arrow.table({name: values.tolist() for name, values in arrays.items()}), tmp_path / "mine.parquet"
    )
    assert_equal(read_problem(tmp_path / "mine.parquet"), Problem.from_arrays(**arrays))


def test_parquet_without_pyarrow_names_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    (tmp_path / "mine.parquet").write_bytes(b"PAR1")
    assert "pyarrow" in refused(tmp_path / "mine.parquet").message
