"""What is damaged: one real file of each kind, how the study reads it, and how it refuses."""

import gzip
import hashlib
import io
import json
import struct
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
import yaml

from kdtheory import open_cube
from kdtheory.cube import write_cube
from kdtheory.jobs import provenance, storage
from kdtheory.study import yaml_files
from kdtheory.study.config import with_numbers
from kdtheory.tasks import images, margin
from kdtheory.tasks.image_catalogue import CATALOGUE, CataloguedSet
from kdtheory.tasks.image_formats import ImageSet, mnist_from_idx
from kdtheory.tasks.image_sources import Publication
from kdtheory.teachers import file as teacher_file

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Target:
    """A file and its reader.

    Attributes
    ----------
    kind : str
    path : Path
        The file, undamaged.
    read : callable
        ``read(path)`` gives its content in a form that compares by ``==``.
    refusals : tuple of type
        The exceptions by which a damaged file may be refused; they name the file.
    same : callable
        ``same(found, path)``: whether what was read of a damaged file may be used.
    """

    kind: str
    path: Path
    read: Callable
    refusals: tuple
    same: Callable


def make(folder):
    """Write one file of every kind into a folder and return the targets."""
    result = (storage.CorruptFile, FileNotFoundError)
    dataset = margin.build(margin.Settings(dim=3, limit_degrees=60.0, n_points=20, worlds=2), _draw)
    storage.write(dataset, folder / "dataset.nc", provenance.stamp())
    weights = {f"epoch-{n}/w": np.random.default_rng(n).standard_normal((30, 8)).astype(np.float32) for n in (1, 4)}
    storage.write(weights, folder / "teacher.safetensors", provenance.stamp())
    storage.write_json({"claims": [{"id": "a", "verdict": "holds", "interval": [0.25, None]}]}, folder / "claims.json")
    write_cube(_cube(), folder / "cube.nc")
    _own_teacher().to_netcdf(folder / "own.nc", engine="h5netcdf")
    preset = (REPOSITORY / "workflow/presets/smoke.yaml").read_text()
    (folder / "mine.yaml").write_text(preset.partition("experiments:")[0])
    found = [
        _unchanged("dataset", folder / "dataset.nc", _stored, result),
        _unchanged("teacher", folder / "teacher.safetensors", _stored, result),
        _unchanged("claims", folder / "claims.json", storage.read, result),
        _unchanged("cube", folder / "cube.nc", _opened, result),
        Target("own teacher", folder / "own.nc", teacher_file.read_logits, (ValueError, FileNotFoundError), _usable),
        Target("configuration", folder / "mine.yaml", _configuration, (ValueError,), _as_snakemake),
    ]
    return found + _images(folder)


def _unchanged(kind, path, read, refusals):
    original = read(path)
    return Target(kind, path, read, refusals, lambda found, _: found == original)


def _draw(*key):
    return np.random.default_rng(abs(hash(key)) % 2**32 if not all(isinstance(k, int) for k in key) else list(key))


def _digests(dataset):
    """Content and attributes of a dataset, by value."""
    attributes = {key: np.asarray(value).tolist() for key, value in dataset.attrs.items()}
    return storage.data_digest(dataset), attributes


def _stored(path):
    content = storage.read(path)
    if isinstance(content, dict):
        content = xr.Dataset({name: ([f"{name}_{axis}" for axis in range(a.ndim)], a) for name, a in content.items()})
    return _digests(content)


def _opened(path):
    return {node.path: _digests(node.to_dataset(inherit=False)) for node in open_cube(path).subtree}


def _cube():
    group = xr.Dataset(
        {"risk": (("n_train", "world"), np.linspace(0, 1, 60).reshape(3, 20), {"units": "1", "long_name": "risk"})},
        coords={"n_train": [5, 20, 80], "learner": ["soft", "hard"]},
    )
    tree = xr.DataTree.from_dict({"linear/one": group, "wide/two": 2 * group})
    config = json.dumps(yaml.safe_load((REPOSITORY / "workflow/presets/smoke.yaml").read_text()))
    tree.attrs = {"preset": "smoke", "config": config, **provenance.stamp()}
    return tree


def _own_teacher():
    logits = np.random.default_rng(0).standard_normal((2, 200))
    return xr.Dataset(
        {"logits": (("stopping_epoch", "sample"), logits), "sample_id": ("sample", np.arange(200))},
        coords={"stopping_epoch": [1, 2]},
    )


def _usable(found, _):
    """Logits without a digest of ours: the damaged values may be read where they are logits."""
    logits = found["logits"].values
    return bool(np.isfinite(logits).all()) and len(np.unique(found["sample_id"])) == found.sizes["sample"]


def _configuration(path):
    return yaml_files.read(path).values


def _as_snakemake(found, path):
    """The same but for numbers that YAML 1.1 reads as text, in which the check of the configuration sees them."""
    other = yaml.safe_load(path.read_text(encoding="utf-8"))
    return repr(with_numbers(found)) == repr(with_numbers(other))


def _images(folder):
    """A published set of few images: raw, packed, as an archive, and as the cache keeps it."""
    rng = np.random.default_rng(1)
    tiny = ImageSet(*(rng.integers(0, 256, shape, dtype=np.uint8) for shape in [(6, 28, 28), (6,), (3, 28, 28), (3,)]))
    names = [f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
    files = {
        name: struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()
        for name, array in zip(names, tiny, strict=True)
    }
    md5 = {name: hashlib.md5(content).hexdigest() for name, content in files.items()}
    loose = Publication(md5, mnist_from_idx)
    packed = Publication(md5, mnist_from_idx, archive="all.tar.gz", folder="all")
    sha256 = {name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in tiny._asdict().items()}
    CATALOGUE["tiny"] = CataloguedSet((28, 28), sha256, loose, ())
    for kind in ("raw", "gz", "archive", "cache"):
        (folder / kind).mkdir()
    for name, content in files.items():
        (folder / "raw" / name).write_bytes(content)
        (folder / "gz" / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
    with tarfile.open(folder / "archive" / "all.tar.gz", "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"all/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    images._write_cache(folder / "cache" / "tiny.npz", tiny, images._Origin("npm", "tiny@1"))

    def read(publication):
        return lambda path: _bytes_of(publication.read_directory(path.parent))

    def cached(path):
        found = images._read_cache("tiny", path)
        if found is None:
            raise ValueError(f"{path} is damaged and will be fetched again")
        return _bytes_of(found[0])

    refusals = (ValueError, OSError)
    return [
        _unchanged("image file", folder / "raw" / names[0], read(loose), refusals),
        _unchanged("image file, gz", folder / "gz" / f"{names[0]}.gz", read(loose), refusals),
        _unchanged("image archive", folder / "archive" / "all.tar.gz", read(packed), refusals),
        _unchanged("image cache", folder / "cache" / "tiny.npz", cached, refusals),
    ]


def _bytes_of(image_set):
    return [(array.shape, array.dtype.str, array.tobytes()) for array in image_set]
