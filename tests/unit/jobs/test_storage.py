import errno
import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from kdtheory.jobs import storage


@pytest.fixture
def dataset():
    return xr.Dataset(
        {
            "value": (("row", "column"), np.array([[1.5, np.nan], [-0.0, np.inf]]), {"units": "1"}),
            "count": ("row", np.array([1, 2], dtype=np.int8)),
            "flag": ("row", np.array([True, False])),
        },
        coords={"column": ["a", "β"]},
        attrs={"number": 3, "text": "x", "list": [1, 2]},
    )


def test_a_dataset_survives_the_round_trip(dataset, tmp_path):
    storage.write(dataset, tmp_path / "a.nc", {"made_by": "test"})
    found = storage.read(tmp_path / "a.nc")
    xr.testing.assert_equal(found, dataset)
    assert found.attrs["made_by"] == "test"
    assert storage.data_digest(found) == storage.data_digest(dataset)


def test_a_longer_text_in_a_derived_dataset_is_kept_whole(dataset, tmp_path):
    storage.write(dataset, tmp_path / "a.nc", {})
    derived = storage.read(tmp_path / "a.nc").assign_coords(column=["a longer text", "b"])
    storage.write(derived, tmp_path / "b.nc", {})
    assert storage.read(tmp_path / "b.nc")["column"].values[0] == "a longer text"


def test_arrays_survive_the_round_trip(tmp_path):
    arrays = {
        "weights": np.arange(6.0).reshape(2, 3).T, "seen": np.array([0, 1], dtype=np.int8), "scale": np.array(2.5)
    }  # fmt: skip
    storage.write(arrays, tmp_path / "a.safetensors", {"made_by": "test"})
    found = storage.read(tmp_path / "a.safetensors")
    assert found.keys() == arrays.keys()
    for name, values in arrays.items():
        np.testing.assert_array_equal(found[name], values)
        assert found[name].dtype == values.dtype


def test_equal_data_give_equal_digests_whatever_the_provenance(dataset):
    other = dataset.assign_attrs(git_commit="other")
    other["value"].attrs["units"] = "rad"
    assert storage.data_digest(other) == storage.data_digest(dataset)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.assign(value=d["value"] + 1e-16 * 0 + np.spacing(1.5)),
        lambda d: d.assign_coords(column=["a", "b"]),
        lambda d: d.rename(count="counts"),
        lambda d: d.assign(count=d["count"].astype(np.int16)),
        lambda d: d.transpose("column", "row"),
    ],
)
def test_different_data_give_different_digests(dataset, change):
    assert storage.data_digest(change(dataset)) != storage.data_digest(dataset)


def _flip_a_bit(path):
    content = bytearray(path.read_bytes())
    position = content.rfind(np.float64(1.5).tobytes())
    assert position > 0
    content[position] ^= 1
    path.write_bytes(content)


def _truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [_flip_a_bit, _truncate, _empty])
@pytest.mark.parametrize("suffix", [".nc", ".safetensors"])
def test_a_damaged_file_is_an_error_that_names_it(dataset, tmp_path, damage, suffix):
    path = tmp_path / f"victim{suffix}"
    storage.write(dataset if suffix == ".nc" else {"value": dataset["value"].values}, path, {})
    damage(path)
    with pytest.raises(storage.CorruptFile, match=f"victim{suffix}"):
        storage.read(path)


def test_a_file_edited_by_hand_is_an_error(dataset, tmp_path):
    path = tmp_path / "a.nc"
    storage.write(dataset, path, {})
    with xr.open_dataset(path) as opened:
        edited = opened.load()
    edited["value"][0, 0] = 2.0
    edited.to_netcdf(path, engine="h5netcdf")
    with pytest.raises(storage.CorruptFile, match="carries no content_digest at its end"):
        storage.read(path)
    content = path.read_bytes()
    path.write_bytes(content + b"kdtheory sha256:" + hashlib.sha256(content).hexdigest().encode())
    with pytest.raises(storage.CorruptFile, match="was changed"):
        storage.read(path)


def test_a_file_that_is_not_ours_is_an_error(dataset, tmp_path):
    dataset.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with pytest.raises(storage.CorruptFile, match="carries no content_digest"):
        storage.read(tmp_path / "a.nc")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing\.nc"):
        storage.read(tmp_path / "missing.nc")


def test_json_survives_the_round_trip_and_a_change_is_an_error(tmp_path):
    path = tmp_path / "a.json"
    storage.write_json({"verdict": "holds", "interval": [0.1, None]}, path)
    assert storage.read(path) == {"verdict": "holds", "interval": [0.1, None]}
    path.write_text(path.read_text().replace("holds", "fails"))
    with pytest.raises(storage.CorruptFile, match="was changed"):
        storage.read(path)
    path.write_text(json.dumps([1]))
    with pytest.raises(storage.CorruptFile, match=r"a\.json"):
        storage.read(path)


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "a.json"
    storage.write_json({"a": 1}, path)

    def fail():
        with storage.replacing(path) as temporary:
            temporary.write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert storage.read(path) == {"a": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_a_tree_survives_the_round_trip_and_damage_is_an_error(dataset, tmp_path):
    tree = xr.DataTree.from_dict({"linear/one": dataset, "linear/two": dataset * 2})
    storage.write_tree(tree, tmp_path / "cube.nc")
    found = storage.read_tree(tmp_path / "cube.nc")
    xr.testing.assert_equal(found["linear/two"].to_dataset(), (dataset * 2))
    _flip_a_bit(tmp_path / "cube.nc")
    with pytest.raises(storage.CorruptFile, match=r"cube\.nc"):
        storage.read_tree(tmp_path / "cube.nc")


@pytest.mark.slow
def test_files_have_the_permissions_that_the_umask_gives(tmp_path):
    script = "import sys; from kdtheory.jobs import storage; storage.write_json({}, sys.argv[1])"
    for umask in (0o077, 0o002, 0o022):
        path = tmp_path / f"{umask:o}.json"
        subprocess.run([sys.executable, "-c", script, str(path)], check=True, umask=umask)
        assert path.stat().st_mode & 0o777 == 0o666 & ~umask


def test_a_write_removes_what_killed_jobs_left_of_the_same_file(tmp_path):
    stale, recent, other = (tmp_path / name for name in (".a-abcdefgh.json", ".a-ijklmnop.json", ".b-abcdefgh.json"))
    for path in (stale, recent, other):
        path.write_text("unfinished")
    for path in (stale, other):
        os.utime(path, (0, 0))
    storage.write_json({}, tmp_path / "a.json")
    assert not stale.exists() and recent.exists() and other.exists()


def test_a_full_disk_is_named_with_its_folder(tmp_path):
    words = rf"no space left for a\.json in the folder {tmp_path}"
    with pytest.raises(OSError, match=words), storage.replacing(tmp_path / "a.json"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []
