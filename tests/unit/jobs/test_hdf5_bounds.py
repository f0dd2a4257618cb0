"""HDF5 files that ask for more than they hold: each is refused before it takes memory or time."""

import os
import resource
import signal
import time

import h5py
import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs import hdf5_bounds, storage
from kdtheory.teachers.file import read_logits

MIB = 2**20


def cycle(file):
    file["outer/inner/value"] = np.zeros(3)
    file["outer/inner/outer"] = file["outer"]


def twice(file):
    file["a"] = np.zeros(3)
    file["b"] = file["a"]


def soft_link(file):
    file["a"] = np.zeros(3)
    file["b"] = h5py.SoftLink("/a")


def external_link(file):
    file["a"] = h5py.ExternalLink("/etc/hostname", "/")


def raw_data_elsewhere(file):
    file.create_dataset("a", (3,), np.uint8, external=[("/etc/hostname", 0, 3)])


def virtual(file):
    layout = h5py.VirtualLayout((3,), np.uint8)
    layout[:] = h5py.VirtualSource("/etc/hostname", "/a", (3,))
    file.create_virtual_dataset("a", layout)


def shape_of_32_gb(file):
    file.create_dataset("a", (2**16, 2**16), np.float64, chunks=(64, 64))


def shape_beyond_64_bits(file):
    file.create_dataset("a", (2**40, 2**40), np.float64, chunks=(64, 64))


def many_of_60_mb(file):
    for name in "abc":
        file.create_dataset(name, (60 * MIB,), np.uint8, chunks=(MIB,))


def bomb(file):
    file.create_dataset("a", data=np.zeros(300 * MIB, np.uint8), chunks=(MIB,), compression="gzip", compression_opts=1)


def chunk_of_3_gb(file):
    file.create_dataset("a", (3,), np.uint8, maxshape=(None,), chunks=(3 * 2**30,))


def texts_without_end(file):
    file.create_dataset("a", (4 * MIB,), h5py.string_dtype(), chunks=(1024,))


def attribute_of_many_texts(file):
    file["long"] = np.zeros(MIB)
    file.attrs["texts"] = np.array(["x"] * 2000, dtype=object)


def many_objects(file):
    for number in range(10_001):
        file.create_group(str(number))


HOSTILE = [
    (cycle, "has two places"),
    (twice, "has two places"),
    (soft_link, "b is a link to another place or file"),
    (external_link, "a is a link to another place or file"),
    (raw_data_elsewhere, "has its data in another file"),
    (virtual, "has its data in another file"),
    (shape_of_32_gb, "declares 34,359,738,368 bytes"),
    (shape_beyond_64_bits, "declares"),
    (many_of_60_mb, "declares"),
    (bomb, "declares 314,572,800 bytes"),
    (chunk_of_3_gb, "declares 3,221,225,472 bytes"),
    (texts_without_end, "texts, more than the file has bytes"),
    (attribute_of_many_texts, "declares"),
    (many_objects, "more than 10,000 groups"),
]


@pytest.fixture
def written(tmp_path):
    def write(make):
        with h5py.File(tmp_path / "a.nc", "w") as file:
            make(file)
        return tmp_path / "a.nc"

    return write


@pytest.mark.slow
@pytest.mark.parametrize(("make", "words"), HOSTILE, ids=[make.__name__ for make, _ in HOSTILE])
def test_a_file_that_asks_for_too_much_is_refused_within_2_s_and_300_mb(written, make, words):
    path = written(make)
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(hdf5_bounds.Unbounded, match=words):
        hdf5_bounds.check(path)
    assert time.process_time() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024


def test_a_teacher_file_that_asks_for_too_much_is_refused_by_its_reader(written):
    path = written(shape_of_32_gb)
    with pytest.raises(ValueError, match=r"a\.nc: cannot be read as NetCDF-4 \(/a declares 34,359,738,368 bytes"):
        read_logits(path)


def test_a_file_of_ours_with_a_link_is_refused_by_its_reader(tmp_path):
    path = tmp_path / "a.nc"
    storage.write(xr.Dataset({"x": ("a", np.zeros(3))}), path, {})
    with h5py.File(path, "r+") as file:
        file["again"] = file["/"]
    with pytest.raises(storage.CorruptFile, match=r"a\.nc"):
        storage.read(path)


@pytest.mark.parametrize("compression", [None, "gzip"])
def test_files_of_ours_and_compressed_logits_are_within_the_bounds(written, compression):
    rng = np.random.default_rng(0)

    def make(file):
        file.create_dataset("logits", data=rng.normal(size=(3, 20_000)), compression=compression, chunks=(1, 1000))
        file["names"] = np.array(["a", "β" * 100] * 20, dtype=object)
        file["name"] = "one text"
        file.attrs["list"] = ["a", "b"]

    hdf5_bounds.check(written(make))


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def never_end():
    while True:
        pass


@pytest.mark.parametrize(("read", "words"), [(crash, "HDF5 crashes on it"), (never_end, "does not come to an end")])
def test_what_crashes_hdf5_or_never_ends_is_refused_by_a_process_apart(monkeypatch, read, words):
    monkeypatch.setattr(hdf5_bounds, "_SECONDS", 1)
    with pytest.raises(hdf5_bounds.Unbounded, match=words):
        hdf5_bounds.try_apart(read)


def test_what_is_wrong_otherwise_is_left_to_the_reader():
    hdf5_bounds.try_apart(lambda: 1 / 0)
